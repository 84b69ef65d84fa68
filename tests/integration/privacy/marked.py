"""A customer whose name, e-mail address, phone number and street turn up wherever people can write something."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.aftersales.case import Case
from bot.aftersales.claim import ClaimAgainst
from bot.aftersales.labels import IssueType, Liability
from bot.aftersales.money import Money
from bot.aftersales.order import Address, Customer, Order
from bot.aftersales.shop_event import ShopEvent, ShopEventType
from bot.aftersales.task import Department
from bot.conversations.delivery import Delivery
from bot.conversations.feed import Feed
from bot.conversations.router import Router
from bot.evidence.files import EvidenceFiles
from bot.services import (
    cases,
    claims,
    contacts,
    customs,
    escalations,
    evidence,
    follow_up,
    identification,
    liability,
    refunds,
    shop_events,
    tasks,
)
from bot.services.escalations import EscalationReason
from bot.services.notifications import notify
from bot.services.policy_files import load_policy
from bot.settings import ROOT
from bot.store.tables import metadata
from bot.translation.cache import RememberedTranslation
from tests.integration.conftest import UowFactory
from tests.integration.server.parts import ScriptedBot
from tests.integration.store.things import NOW, a_product, an_order
from tests.unit.evidence.samples import photo

NAME, EMAIL, PHONE, STREET = "Zelenka Quirinová", "zelenka@quirin.example", "+49301234987", "Mirabellenweg 77"
MARKS = ("zelenka", "quirin", "1234987", "mirabellen", "wa:49")
TEXT = f"I am {NAME}, {STREET}, call {PHONE} or write to {EMAIL}"
CONVERSATION = f"wa:{PHONE[1:]}"
ORDER = "10480001"


async def a_marked_customer(uow_factory: UowFactory, folder: Path, now: datetime = NOW) -> tuple[Case, EvidenceFiles]:
    """Let a customer order, prove it, complain, chat, send a photo, be handed over, and rate."""
    files, clock = EvidenceFiles(folder), lambda: now
    await _shop(uow_factory)
    bot = ScriptedBot()
    bot.may_answer.set()
    router = Router(uow_factory, bot, Feed(), Delivery(uow_factory, clock), clock)
    received = await router.receive(CONVERSATION, "whatsapp", TEXT, message_id="m1", metadata={"language": "de"})
    await router.answer_to(received, CONVERSATION)
    async with uow_factory() as uow:
        assert await identification.prove(uow, CONVERSATION, ORDER, EMAIL, now)
    await _photo(uow_factory, files, now)
    case = await _complain(uow_factory, now)
    await _hand_over(uow_factory, router, case, now)
    await _departments(uow_factory, case, now)
    await _around(uow_factory, case, now)
    await router.close()
    return case, files


async def finish(uow_factory: UowFactory, number: str, now: datetime = NOW) -> None:
    """Let nothing be open any more: the case is resolved, rated and closed, the handoff and the refund have ended."""
    async with uow_factory() as uow:
        for refund in await uow.refunds.of_order(ORDER):
            await refunds.cancel(uow, refund.number, "agent:mona", now)
        case = await uow.cases.get(number)
        assert case is not None
        if case.is_open:
            case.resolve(now)
        await uow.commit()
    async with uow_factory() as uow:
        await follow_up.answer_solved(uow, CONVERSATION, number, True, now)
    async with uow_factory() as uow:
        await follow_up.rate(uow, CONVERSATION, number, 2, TEXT, now)


async def everything(uow_factory: UowFactory) -> str:
    """Return all rows of all tables as one text."""
    found: list[Any] = []
    async with uow_factory() as uow:
        session = await uow._transaction.orm()
        for table in metadata.sorted_tables:
            found += [(table.name, *row) for row in (await session.execute(select(table))).all()]
    return "\n".join(repr([vars(value) if isinstance(value, Address) else value for value in row]) for row in found)


async def _shop(uow_factory: UowFactory) -> None:
    async with uow_factory() as uow:
        product = a_product()
        customer = Customer("c1", NAME, EMAIL, "DE", "de", PHONE, NOW)
        order: Order = an_order(product, ORDER, customer)
        order.address = Address(NAME, STREET, "10115", "Berlin", "DE")
        uow.products.add(product)
        uow.orders.add(order)
        other = an_order(product, "10480002", Customer("c2", "Other", "other@example.org", "DE", "de"))
        other.shipments[0].tracking_number = "JJD0002"
        uow.orders.add(other)
        await uow.commit()


async def _photo(uow_factory: UowFactory, files: EvidenceFiles, now: datetime) -> None:
    evidence_id = evidence.new_id()
    with files.receive() as incoming:
        incoming.write(photo())
        copy = await files.keep(evidence_id, incoming)
    async with uow_factory() as uow:
        await evidence.add(uow, evidence_id, CONVERSATION, copy, now)
        await uow.commit()


async def _complain(uow_factory: UowFactory, now: datetime) -> Case:
    complaint = cases.Complaint(
        CONVERSATION, f"{CONVERSATION}:m1", "whatsapp", "de", ORDER, IssueType.OTHER, {1: 1}, TEXT
    )
    async with uow_factory() as uow:
        case, _, _ = await cases.draft(uow, load_policy(ROOT / "data" / "policy"), complaint, now)
        case.investigate()
        await uow.commit()
    return case


async def _hand_over(uow_factory: UowFactory, router: Router, case: Case, now: datetime) -> None:
    async with uow_factory() as uow:
        facts = {"story": TEXT}
        await escalations.hand_over(
            uow, CONVERSATION, EscalationReason.REVIEW_NEEDED, "de", now, case_number=case.number, facts=facts
        )
        await uow.commit()
    await router.handling.take_over(CONVERSATION, "mona", "Mona")
    await router.words.say(CONVERSATION, "mona", f"Dear {NAME}")
    await router.words.note(CONVERSATION, "mona", f"ask {NAME} at {PHONE}")
    await router.handling.resolve(CONVERSATION, "mona")


async def _departments(uow_factory: UowFactory, case: Case, now: datetime) -> None:
    async with uow_factory() as uow:
        await liability.overrule(uow, case.number, "mona", Liability.CARRIER, TEXT, now)
    async with uow_factory() as uow:
        task = await tasks.open_task(uow, case.number, Department.LEGAL, "look", "look:1", now)
        await uow.commit()
        assert task.id is not None
        await tasks.finish(uow, task.id, "mona", TEXT, now)
    async with uow_factory() as uow:
        asked = await uow.cases.get(case.number)
        assert asked is not None
        await tasks.open_by_hand(uow, asked, Department.LEGAL, "other", "mona", now, note=TEXT)
    async with uow_factory() as uow:
        kept = await uow.cases.get(case.number)
        assert kept is not None
        amount = Money(Decimal(5), "EUR")
        claim = await claims.open_claim(uow, kept, ClaimAgainst.CARRIER, "DHL", amount, "k1", now)
        await claims.file(uow, claim.number, "77", "agent:mona", now)
        await claims.answer(uow, claim.number, None, TEXT, "agent:mona", now)
        order = await uow.orders.get(ORDER)
        assert order is not None
        matter = await customs.add_matter(uow, kept, order, now)
        await customs.refuse(uow, matter.number, TEXT, now)
        await refunds.agree(uow, kept, amount, "goodwill", now, key="g1")
        await uow.commit()


async def _around(uow_factory: UowFactory, case: Case, now: datetime) -> None:
    async with uow_factory() as uow:
        kept = await uow.cases.get(case.number)
        assert kept is not None
        await notify(uow, kept, "utter_notify_return_approved", "said:1", now, address=TEXT)
        await contacts.note_contact(uow, "c1", ORDER, "whatsapp", CONVERSATION, now + timedelta(days=2))
        await uow.translations.put(RememberedTranslation("digest", TEXT, "apertium", now))
        await uow.commit()
    scan = {"tracking_number": "JJD0001", "state": "delivered", "location": STREET}
    event = ShopEvent("e1", ShopEventType.SHIPMENT_SCANNED, now, now, "tracking:JJD0001", scan)
    await shop_events.take(uow_factory, [event], now)
