"""Claims and the records of cases in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from bot.aftersales.audit import AuditEvent
from bot.aftersales.claim import Claim
from bot.aftersales.escalation import Escalation
from bot.conversations.model import Author, Message
from bot.services.record_ports import Exchanged
from tests.fake_tables import HasDatabase, Table


class FakeClaims(Table[Claim]):
    async def get(self, number: str) -> Claim | None:
        return self.one(number=number)

    async def by_key(self, key: str) -> Claim | None:
        return self.one(key=key)

    async def of_case(self, case_number: str) -> list[Claim]:
        return self.find(case_number=case_number)

    async def open(self, limit: int = 200) -> list[Claim]:
        return [claim for claim in self.rows if claim.is_open][:limit]


class FakeRecords:
    def __init__(self, uow: HasDatabase) -> None:
        self._database = uow.database

    async def events_about(self, subjects: Collection[str], conversation_id: str) -> list[AuditEvent]:
        events = self._database.all(AuditEvent)
        return [found for found in events if found.subject in subjects or found.conversation_id == conversation_id]

    async def messages_by_day(self, conversation_id: str, since: datetime) -> list[Exchanged]:
        days: dict[object, list[Message]] = {}
        for message in self._database.all(Message):
            is_shown = message.author is not Author.NOTE and message.at >= since
            if message.conversation_id == conversation_id and is_shown:
                days.setdefault(message.at.date(), []).append(message)
        return [
            Exchanged(
                found[0].at.date(), found[0].at, found[-1].at, dict(Counter(message.author.value for message in found))
            )
            for found in days.values()
        ]

    async def handoffs_of(self, case_number: str) -> list[Escalation]:
        return [found for found in self._database.all(Escalation) if found.case_number == case_number]
