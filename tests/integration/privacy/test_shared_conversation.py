"""Two customers write from one telephone: erasing and exporting one leaves the other alone, on either database."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case, CaseState
from bot.aftersales.contact import Contact
from bot.aftersales.evidence import Evidence, EvidenceKind
from bot.aftersales.identification import Identification
from bot.aftersales.order import Customer
from bot.conversations.model import Author, Conversation, Message
from bot.errors import ErasureRefusedError
from bot.evidence.files import EvidenceFiles
from bot.services import privacy
from bot.services.notifications import notify
from bot.services.personal_document import export_customer
from tests.integration.conftest import UowFactory
from tests.integration.privacy.marked import everything
from tests.integration.store.things import NOW, a_case, a_product, an_order

PHONE = "wa:4915112345"
LATER = NOW + timedelta(days=20)


def closed(case: Case, hours: int) -> None:
    case.agree()
    case.execute()
    case.resolve(NOW + timedelta(hours=hours))
    case.close()


async def a_shared_telephone(uow_factory: UowFactory, *, ben_is_open: bool) -> None:
    """Let Anna complain in the first hours, which is over, and Ben a day later, each with a photo."""
    product = a_product()
    async with uow_factory() as uow:
        uow.products.add(product)
        uow.conversations.add(Conversation(PHONE, "whatsapp", NOW, NOW))
        for number, who in (("1", "anna"), ("2", "ben")):
            order = an_order(product, f"1048000{number}", Customer(who, who, f"{who}@example.org", "DE", "de"))
            order.shipments[0].tracking_number = f"JJD000{number}"
            uow.orders.add(order)
        await uow.commit()
    async with uow_factory() as uow:
        for number, who, hours in (("1", "anna", 2), ("2", "ben", 26)):
            began = NOW + timedelta(hours=hours)
            case = a_case(f"C{number}", message=f"m{number}", order=f"1048000{number}", at=began)
            case.conversation_id, case.customer_id, case.story = PHONE, who, f"story of {who}"
            if who == "anna" or not ben_is_open:
                closed(case, hours + 2)
            uow.cases.add(case)
            proof = Identification(PHONE, case.order_number)
            proof.prove(began)
            uow.identifications.add(proof)
            uow.contacts.add(Contact(who, case.order_number, "whatsapp", PHONE, began, began))
            uow.audit.add(AuditEvent(began, "bot", "case.registered", f"case:{case.number}", PHONE))
            await uow.commit()
            await notify(uow, case, "utter_notify_case_approved", f"told:{who}", LATER, case=case.number)
            await uow.commit()
    await _written(uow_factory)


async def _written(uow_factory: UowFactory) -> None:
    async with uow_factory() as uow:
        for who, hours in (("anna", 1), ("anna", 3), ("either", 14), ("ben", 27), ("ben", 40)):
            text = f"word of {who}"
            await uow.messages.add(Message(PHONE, Author.CUSTOMER, text, NOW + timedelta(hours=hours)))
        for number, who in (("1", "anna"), ("2", "ben")):
            piece = Evidence(number * 32, PHONE, EvidenceKind.IMAGE, "image/jpeg", 9, 1, 1, who, NOW, f"C{number}")
            uow.evidence.add(piece)
        await uow.commit()


async def texts(uow_factory: UowFactory) -> list[str]:
    async with uow_factory() as uow:
        return [message.text for message in await uow.messages.of(PHONE)]


async def test_the_open_case_of_another_customer_keeps_a_customer_too(uow_factory: UowFactory, tmp_path: Path) -> None:
    await a_shared_telephone(uow_factory, ben_is_open=True)
    with pytest.raises(ErasureRefusedError) as refused:
        await privacy.erase_customer(uow_factory, EvidenceFiles(tmp_path), "anna", LATER)
    assert [what.split()[0] for what in refused.value.unfinished] == ["C2"]


async def test_the_customer_whose_own_case_is_open_is_named_without_the_finished_one(
    uow_factory: UowFactory, tmp_path: Path
) -> None:
    await a_shared_telephone(uow_factory, ben_is_open=True)
    with pytest.raises(ErasureRefusedError) as refused:
        await privacy.erase_customer(uow_factory, EvidenceFiles(tmp_path), "ben", LATER)
    assert refused.value.unfinished == ("C2",)


@pytest.mark.parametrize("ben_is_open", [True, False])
async def test_erasing_one_leaves_the_other_where_it_was(
    uow_factory: UowFactory, tmp_path: Path, ben_is_open: bool
) -> None:
    await a_shared_telephone(uow_factory, ben_is_open=ben_is_open)
    await privacy.erase_customer(uow_factory, EvidenceFiles(tmp_path), "anna", LATER, force=ben_is_open)
    async with uow_factory() as uow:
        anna, ben = await uow.cases.get("C1"), await uow.cases.get("C2")
        assert anna is not None and ben is not None
        assert (anna.story, anna.conversation_id.startswith("erased-")) == ("", True)
        assert (ben.story, ben.conversation_id) == ("story of ben", PHONE)
        assert ben.state is (CaseState.OFFERED if ben_is_open else CaseState.CLOSED)
        assert await uow.conversations.get(PHONE) is not None
        assert [proof is not None for proof in (
            await uow.identifications.get(PHONE, "10480001"), await uow.identifications.get(PHONE, "10480002")
        )] == [False, True]  # fmt: skip
        assert [piece.id for piece in await uow.evidence.of_case("C2")] == ["2" * 32]
        assert await uow.evidence.of_case("C1") == []
        (unsaid,) = [told for told in await uow.notifications.of_case("C2") if told.sent_at is None]
        assert (unsaid.conversation_id, unsaid.values) == (PHONE, {"case": "C2"})
        assert {event.conversation_id for event in await uow.audit.of_subject("case:C2")} == {PHONE}
        assert PHONE not in {event.conversation_id for event in await uow.audit.of_subject("case:C1")}
    assert await texts(uow_factory) == ["word of ben", "word of ben"]


async def test_erasing_both_one_after_the_other_leaves_nothing_of_either(
    uow_factory: UowFactory, tmp_path: Path
) -> None:
    await a_shared_telephone(uow_factory, ben_is_open=False)
    for customer in ("anna", "ben"):
        await privacy.erase_customer(uow_factory, EvidenceFiles(tmp_path), customer, LATER)
    once = await everything(uow_factory)
    assert [mark for mark in (PHONE, "word of", "story of", "@example.org") if mark in once] == []
    await privacy.erase_customer(uow_factory, EvidenceFiles(tmp_path), "anna", LATER)
    assert await everything(uow_factory) == once


async def test_a_copy_holds_nothing_that_may_be_the_others(uow_factory: UowFactory) -> None:
    await a_shared_telephone(uow_factory, ben_is_open=True)
    async with uow_factory() as uow:
        document = await export_customer(uow, "anna", LATER)
        await uow.commit()
    (conversation,) = document["conversations"]
    assert [message["text"] for message in conversation["messages"]] == ["word of anna", "word of anna"]
    assert [proof["order_number"] for proof in document["identifications"]] == ["10480001"]
    assert [piece["id"] for piece in document["evidence"]] == ["1" * 32]
    text = json.dumps(document)
    assert [mark for mark in ("ben@", "story of ben", "word of ben", "either", "C2") if mark in text] == []
