"""Canned responses, mentions, revisions and read states in memory."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from bot.errors import ConflictError
from bot.services.words_model import CannedResponse, Mention, ReadState, Revision
from tests.fake_tables import Table


class FakeCannedResponses(Table[CannedResponse]):
    def add(self, thing: CannedResponse) -> None:
        if self.one(shortcut=thing.shortcut) is not None:
            raise ConflictError(what="key")
        self.number(thing)
        thing.version = 1
        super().add(thing)

    async def get(self, response_id: int) -> CannedResponse | None:
        return self.one(id=response_id)

    async def by_shortcut(self, shortcut: str) -> CannedResponse | None:
        return self.one(shortcut=shortcut)

    async def all(self) -> list[CannedResponse]:
        return sorted(self.rows, key=lambda response: response.shortcut)

    async def remove(self, response: CannedResponse) -> None:
        self.rows.remove(response)
        self.uow.undo.append(partial(self.rows.append, response))


class FakeMentions(Table[Mention]):
    def add(self, thing: Mention) -> None:
        self.number(thing)
        super().add(thing)

    async def unseen_of(self, account_id: str) -> int:
        return len(self.find(account_id=account_id, seen_at=None))

    async def of_account(self, account_id: str, limit: int = 50) -> list[Mention]:
        mine = sorted(self.find(account_id=account_id), key=lambda found: (found.seen_at is not None, -(found.id or 0)))
        return mine[:limit]

    async def forget(self, message_id: int) -> None:
        for mention in self.find(message_id=message_id):
            self.rows.remove(mention)

    async def mark_seen(self, account_id: str, conversation_id: str, now: datetime) -> int:
        fresh = self.find(account_id=account_id, conversation_id=conversation_id, seen_at=None)
        for mention in fresh:
            mention.seen_at = now
        return len(fresh)


class FakeRevisions(Table[Revision]):
    async def add(self, thing: Revision) -> None:  # type: ignore[override]
        self.number(thing)
        super().add(thing)

    async def of_conversation(self, conversation_id: str, after: int = 0) -> list[Revision]:
        return [found for found in self.find(conversation_id=conversation_id) if (found.id or 0) > after]

    async def of_message(self, message_id: int) -> list[Revision]:
        return self.find(message_id=message_id)


class FakeReadStates:
    def __init__(self, states: dict[tuple[str, str], ReadState]) -> None:
        self._states = states

    async def advance(self, conversation_id: str, reader: str, message_id: int, now: datetime) -> bool:
        known = self._states.get((conversation_id, reader))
        if known is not None and known.message_id >= message_id:
            return False
        self._states[conversation_id, reader] = ReadState(reader, message_id, now)
        return True

    async def of_conversation(self, conversation_id: str) -> list[ReadState]:
        return [state for (known, _), state in sorted(self._states.items()) if known == conversation_id]
