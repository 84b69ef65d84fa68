"""Bargaining that is left and begun again goes on where it was; offers come with their reasons and end up in a case."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from actions import context
from actions.cases import ActionRegisterComplaint
from actions.complaint_form import ValidateComplaintForm
from actions.escalation import ActionHandOver
from actions.questions import ActionAskOffer
from actions.smalltalk import ActionStop
from bot.aftersales.case import Case
from bot.aftersales.escalation import Escalation, EscalationReason
from bot.aftersales.labels import IssueType, Remedy
from bot.aftersales.offer import OfferState
from bot.services.document_links import DocumentLinks
from tests.unit.actions.talk import Talk
from tests.unit.aftersales.builders import NOW, a_line, an_order
from tests.unit.aftersales.policies import A_POLICY, EU, ROWS
from tests.unit.services.world import proved_world

ABOUT_THE_SHOES = {
    "reason": "not_as_described",
    "details": "they look nothing like the picture",
    "items": [1],
    "quantity": {"1": 1},
    "evidence": "given",
}
_LADDER = ROWS[IssueType.NOT_AS_DESCRIBED].ladder
_DAMAGED = replace(ROWS[IssueType.DAMAGED], ladder=_LADDER)
POLICY = replace(A_POLICY, destinations=(replace(EU, issues={**ROWS, IssueType.DAMAGED: _DAMAGED}),))
"""With the same ladder for what is damaged."""

FORM = ValidateComplaintForm()


async def a_talk(**slots: Any) -> Talk:
    world = await proved_world(an_order(a_line(1, quantity=2), a_line(2)))
    context.bind(context.Context(world.uow, POLICY, lambda: NOW, DocumentLinks(b"a key for tests")))
    known = {"order_number": "10482733", "verification": "proved", **ABOUT_THE_SHOES, **slots}
    return Talk(world, "complaint_form", requested_slot="remedy", **known)


async def wants_part(talk: Talk) -> list[str]:
    responses, _ = await talk.run(FORM, "choose_remedy", remedy="refund_partial")
    return responses


async def begins_again(talk: Talk, **slots: Any) -> None:
    """Let the customer stop, and complain once more."""
    talk.form = "complaint_form"
    await talk.run(ActionStop(), "stop")
    assert talk.slots["reason"] is None
    talk.slots.update(ABOUT_THE_SHOES | slots)
    await talk.run(FORM, "complain", "they are not as in the picture")
    assert talk.slots["requested_slot"] == "remedy"


def made(talk: Talk) -> list[tuple[str, str]]:
    """Return amount and state of every offer of the conversation."""
    return [(entry["amount"], entry["state"]) for entry in talk.slots["ledger"] or []]


async def test_the_ladder_goes_on_and_what_was_left_unanswered_holds_no_longer() -> None:
    talk = await a_talk()
    await wants_part(talk)
    await talk.run(FORM, "deny")
    assert made(talk) == [("7.50", "declined"), ("15.00", "proposed")]
    await begins_again(talk)
    await wants_part(talk)
    assert made(talk) == [("7.50", "declined"), ("15.00", "expired"), ("50.00", "proposed")]
    assert talk.slots["requested_slot"] == "offer"


async def test_at_the_end_of_the_ladder_it_begins_no_second_time() -> None:
    talk = await a_talk()
    await wants_part(talk)
    for _ in range(2):
        await talk.run(FORM, "deny")
    await begins_again(talk)
    assert await wants_part(talk) == ["utter_offers_ended"]
    assert talk.slots["requested_slot"] == "remedy"
    assert [amount for amount, _ in made(talk)] == ["7.50", "15.00", "50.00"]


@pytest.mark.parametrize("other", [{"items": [2], "quantity": {"2": 1}}, {"reason": "damaged"}])
async def test_other_goods_and_other_problems_have_offers_of_their_own(other: dict[str, Any]) -> None:
    talk = await a_talk()
    await wants_part(talk)
    await begins_again(talk, **other)
    await wants_part(talk)
    assert made(talk) == [("7.50", "expired"), ("7.50", "proposed")]
    await begins_again(talk)
    await wants_part(talk)
    assert made(talk)[-1] == ("15.00", "proposed")


async def test_a_corrected_number_of_pieces_begins_no_new_ladder() -> None:
    talk = await a_talk()
    await wants_part(talk)
    await begins_again(talk, quantity={"1": 2})
    await wants_part(talk)
    assert len({amount for amount, _ in made(talk)}) == len(made(talk)) == 2


async def test_every_offer_is_kept_with_the_case_and_the_next_complaint_begins_anew() -> None:
    talk = await a_talk()
    await wants_part(talk)
    await begins_again(talk, items=[2], quantity={"2": 1})
    await wants_part(talk)
    await talk.run(FORM, "deny")
    await talk.run(FORM, "affirm")
    assert (talk.slots["outcome"], talk.slots["offer"]) == ("confirmed", "accepted")
    await talk.run(ActionRegisterComplaint(), "affirm")
    (case,) = talk.world.database.all(Case)
    assert [offer.state for offer in case.offers] == [OfferState.DECLINED, OfferState.ACCEPTED]
    assert case.lines == {2: 1}
    # The offer about the other goods stays.
    assert made(talk) == [("7.50", "expired")]


async def test_offers_left_behind_are_kept_with_the_case_too() -> None:
    talk = await a_talk()
    await wants_part(talk)
    await begins_again(talk)
    await wants_part(talk)
    await talk.run(FORM, "affirm")
    await talk.run(ActionRegisterComplaint(), "affirm")
    (case,) = talk.world.database.all(Case)
    assert [offer.state for offer in case.offers] == [OfferState.EXPIRED, OfferState.ACCEPTED]
    assert (case.wish, talk.slots["ledger"]) == (Remedy.REFUND_PARTIAL, None)


async def test_who_comes_back_to_a_ladder_that_has_ended_gets_a_person() -> None:
    talk = await a_talk()
    await wants_part(talk)
    for _ in range(3):
        await talk.run(FORM, "deny")
    assert (talk.slots["requested_slot"], talk.slots["offer"]) == ("remedy", "over")
    await wants_part(talk)
    assert (talk.slots["requested_slot"], talk.slots["outcome"]) == (None, "confirmed")
    responses, _ = await talk.run(ActionRegisterComplaint(), "affirm")
    assert responses == ["utter_complaint_registered", "utter_handoff_queued"]
    (handoff,) = talk.world.database.all(Escalation)
    assert handoff.reason is EscalationReason.POLICY_REFUSAL


async def test_a_person_is_told_of_the_offers_about_the_matter_at_hand() -> None:
    talk = await a_talk()
    await wants_part(talk)
    await begins_again(talk, items=[2], quantity={"2": 1})
    await wants_part(talk)
    await talk.run(ActionHandOver(), "ask_human")
    (handoff,) = talk.world.database.all(Escalation)
    assert [entry["state"] for entry in handoff.facts["known"]["ledger"]] == ["proposed"]


def words(value: dict[str, Any]) -> list[str]:
    """Return the names of the texts that a value is made of."""
    return [name for line in value["lines"] for name in words(line)] if value["type"] == "lines" else [value["name"]]


async def test_an_offer_is_told_with_its_reason_and_a_return_with_how_and_by_when() -> None:
    talk = await a_talk()
    await wants_part(talk)
    await talk.run(ActionAskOffer(), "inform")
    assert words(talk.said[-1]["metadata"]["offer"]) == ["label_reason_faulty_goods", "label_offer_refund_partial"]
    for _ in range(2):
        await talk.run(FORM, "deny")
    await talk.run(ActionAskOffer(), "inform")
    *_, way, when = talk.said[-1]["metadata"]["offer"]["lines"]
    assert (way["name"], when["name"]) == ("label_shipping_free", "utter_answer_refund_time")
    assert when["values"] == {"refund_days": 14}
