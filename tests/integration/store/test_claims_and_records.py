"""Claims and what a timeline reads, on either database."""

from __future__ import annotations

from datetime import timedelta

from bot.aftersales.audit import AuditEvent
from bot.aftersales.claim import ClaimAgainst, ClaimState
from bot.conversations.model import Author, Conversation, Message
from bot.services import claims
from bot.services.timeline import timeline
from tests.integration.conftest import UowFactory
from tests.integration.store.things import NOW, a_case, a_shop, an_escalation, euro


async def test_a_claim_comes_back_at_every_step(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        case = a_case()
        uow.cases.add(case)
        claim = await claims.open_claim(uow, case, ClaimAgainst.CARRIER, "DHL", euro("59.90"), "k", NOW)
        await uow.commit()
    async with uow_factory() as uow:
        assert [found.number for found in await uow.claims.open()] == [claim.number]
        await claims.file(uow, claim.number, "77", "agent:ben", NOW)
        await claims.answer(uow, claim.number, euro("50"), "", "agent:ben", NOW)
        await uow.commit()
    async with uow_factory() as uow:
        await claims.record_payment(uow, claim.number, euro("49"), "agent:ben", NOW + timedelta(days=1))
        await uow.commit()
    async with uow_factory() as uow:
        (found,) = await uow.claims.of_case("C1")
        assert (found.state, found.accepted, found.paid) == (ClaimState.PAID, euro("50"), euro("49"))
        assert (found.answered_at, found.ended_at) == (NOW, NOW + timedelta(days=1))
        assert await uow.claims.by_key("k") is found
        assert await uow.claims.open() == []
        assert await uow.ledger.unbalanced() == []


async def test_a_timeline_is_read_from_all_records(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        case = a_case()
        uow.cases.add(case)
        uow.conversations.add(Conversation("conversation", "web", NOW, NOW))
        await uow.commit()
    async with uow_factory() as uow:
        handoff = an_escalation(at=NOW + timedelta(minutes=5))
        handoff.case_number = "C1"
        uow.escalations.add(handoff)
        for at, author in ((0, Author.CUSTOMER), (1, Author.BOT), (2, Author.NOTE), (60 * 24, Author.AGENT)):
            await uow.messages.add(Message("conversation", author, "hallo", NOW + timedelta(minutes=at)))
        uow.audit.add(AuditEvent(NOW + timedelta(minutes=3), "bot", "case.registered", "case:C1", "conversation"))
        uow.audit.add(AuditEvent(NOW, "bot", "case.registered", "case:C2", "conversation"))
        uow.audit.add(AuditEvent(NOW, "bot", "case.registered", "case:C3", "another"))
        await uow.commit()
    async with uow_factory() as uow:
        entries = await timeline(uow, "C1")
    assert [entry.what for entry in entries] == [
        "offer.proposed",
        "offer.proposed",
        "messages.exchanged",
        "case.registered",
        "handoff.opened",
        "messages.exchanged",
    ]
    assert entries[2].data == {
        "count": 2,
        "customer": 1,
        "bot": 1,
        "until": (NOW + timedelta(minutes=1)).isoformat(),
    }
    assert entries[5].at == NOW + timedelta(days=1)
