"""The audit log as people read it, in memory."""

from __future__ import annotations

from bot.aftersales.audit import AuditEvent
from bot.services.people_ports import AuditFilter
from tests.fake_tables import HasDatabase


class FakeAuditTrail:
    def __init__(self, uow: HasDatabase) -> None:
        self.uow = uow

    async def page(self, wanted: AuditFilter, limit: int, before: int | None = None) -> list[AuditEvent]:
        found = [event for event in self._newest_first() if before is None or (event.id or 0) < before]
        return [event for event in found if _matches(event, wanted)][:limit]

    async def actions(self) -> list[str]:
        return sorted({event.action for event in self._newest_first()})

    def _newest_first(self) -> list[AuditEvent]:
        return sorted(self.uow.database.all(AuditEvent), key=lambda event: event.id or 0, reverse=True)


def _matches(event: AuditEvent, wanted: AuditFilter) -> bool:
    return (
        wanted.actor in ("", event.actor)
        and _is_of(event.action, wanted.action, ".")
        and _is_of(event.subject, wanted.subject, ":")
        and (wanted.since is None or event.at >= wanted.since)
        and (wanted.until is None or event.at < wanted.until)
    )


def _is_of(text: str, wanted: str, mark: str) -> bool:
    return text.startswith(wanted) if wanted.endswith(mark) else wanted in ("", text)
