"""Goods that come back only sealed: asked about once, left out or refused by name, the answer kept with the case."""

from __future__ import annotations

from typing import Any

import pytest

from actions.complaint_form import ValidateComplaintForm
from actions.exchange_form import ValidateExchangeForm
from actions.questions import ActionAskSealed
from actions.return_form import ValidateReturnForm
from actions.returns import ActionOpenReturn
from bot.aftersales.case import Case, CaseState
from bot.aftersales.catalogue import ReturnClass
from bot.aftersales.labels import IssueType
from bot.aftersales.return_ import Return
from tests.unit.actions.talk import Talk, bind
from tests.unit.aftersales.builders import a_line, a_product, an_order
from tests.unit.services.world import proved_world

HYGIENE, STANDARD, MADE = ReturnClass.HYGIENE, ReturnClass.STANDARD, ReturnClass.MADE_TO_MEASURE
FORMS = {
    "return_form": ValidateReturnForm,
    "exchange_form": ValidateExchangeForm,
    "complaint_form": ValidateComplaintForm,
}


async def a_talk(*classes: ReturnClass, form: str = "return_form", days_ago: float = 5, **slots: Any) -> Talk:
    """Return a conversation about all lines of an order, one line of each class, in which the reason is asked for."""
    lines = [
        a_line(position, product=a_product(f"product{position}", return_class=kind))
        for position, kind in enumerate(classes, start=1)
    ]
    world = await proved_world(an_order(*lines, delivered_days_ago=days_ago))
    bind(world)
    chosen = list(range(1, len(lines) + 1))
    known = {"order_number": "10482733", "verification": "proved", "items": chosen, "details": "no"}
    quantity = {str(position): 1 for position in chosen}
    return Talk(world, form, **{**known, "quantity": quantity, "requested_slot": "reason", **slots})


async def changes_mind(talk: Talk) -> list[str]:
    return await says(talk, "choose_reason", reason=IssueType.CHANGED_MIND.value)


async def says(talk: Talk, intent: str, text: str = "", **values: str) -> list[str]:
    return (await talk.run(FORMS[str(talk.form)](), intent, text, **values))[0]


@pytest.mark.parametrize("form", FORMS)
async def test_the_seal_is_asked_about_once_with_two_answers(form: str) -> None:
    talk = await a_talk(HYGIENE, form=form)
    await changes_mind(talk)
    assert talk.slots["requested_slot"] == "sealed"
    responses, _ = await talk.run(ActionAskSealed(), "choose_reason")
    assert responses == ["utter_ask_sealed"]
    asked = talk.said[-1]["metadata"]
    assert [item["line"] for item in asked["facts"]["items"]] == [1]
    assert [choice["payload"] for choice in asked["choices"]] == ["/affirm", "/deny"]
    await says(talk, "affirm")
    assert talk.slots["sealed"] == "yes"
    assert talk.slots["requested_slot"] not in ("sealed", None)


@pytest.mark.parametrize(
    ("classes", "reason", "days_ago"),
    [((STANDARD,), "changed_mind", 5), ((HYGIENE,), "defective", 5), ((HYGIENE,), "changed_mind", 60)],
    ids=["no seal", "faulty", "too late"],
)
async def test_nobody_is_asked_what_decides_nothing(
    classes: tuple[ReturnClass, ...], reason: str, days_ago: float
) -> None:
    talk = await a_talk(*classes, days_ago=days_ago)
    await says(talk, "choose_reason", reason=reason)
    assert talk.slots["requested_slot"] != "sealed"
    assert talk.slots.get("sealed") is None


@pytest.mark.parametrize(
    ("form", "response"), [("return_form", "utter_return_refused"), ("exchange_form", "utter_exchange_refused")]
)
@pytest.mark.parametrize("words", ["", "no, I have tried it on"])
async def test_what_was_opened_is_refused_on_record(form: str, response: str, words: str) -> None:
    talk = await a_talk(HYGIENE, form=form)
    await changes_mind(talk)
    assert await says(talk, "deny", words) == [response]
    assert talk.said[-1]["metadata"]["facts"]["reasons"] == ["hygiene_goods"]
    (case,) = talk.world.database.all(Case)
    assert case.state is CaseState.CLOSED
    assert case.verdict is not None and case.verdict["sealed"] is False


async def test_what_is_sealed_comes_back_and_the_answer_is_kept() -> None:
    talk = await a_talk(HYGIENE)
    await changes_mind(talk)
    await says(talk, "affirm")
    await talk.run(ActionOpenReturn(), "affirm")
    (case,) = talk.world.database.all(Case)
    assert case.verdict is not None and case.verdict["sealed"] is True
    assert [return_.case_number for return_ in talk.world.database.all(Return)] == [case.number]


async def test_only_what_is_excepted_is_left_out_and_told_by_name() -> None:
    talk = await a_talk(STANDARD, MADE, HYGIENE)
    await changes_mind(talk)
    assert talk.slots["requested_slot"] == "sealed"
    assert await says(talk, "deny") == ["utter_items_left_out"]
    told = talk.said[-1]["metadata"]
    assert [item["line"] for item in told["facts"]["items"]] == [2, 3]
    assert [line["name"] for line in told["why"]["lines"]] == ["label_reason_of_item", "label_reason_of_item"]
    assert [line["values"]["reason"]["name"] for line in told["why"]["lines"]] == [
        "label_reason_made_to_measure",
        "label_reason_hygiene_goods",
    ]
    assert (talk.slots["items"], talk.slots["quantity"]) == ([1], {"1": 1})
    assert talk.slots["requested_slot"] == "confirmation"
    await talk.run(ActionOpenReturn(), "affirm")
    (case,) = talk.world.database.all(Case)
    assert case.lines == {1: 1}


async def test_a_complaint_too_goes_on_with_the_goods_that_are_not_excepted() -> None:
    talk = await a_talk(STANDARD, MADE, form="complaint_form")
    assert await changes_mind(talk) == ["utter_items_left_out"]
    assert (talk.slots["items"], talk.slots["requested_slot"]) == ([1], "remedy")


async def test_a_refusal_of_several_goods_names_those_that_are_excepted() -> None:
    talk = await a_talk(MADE, HYGIENE)
    await changes_mind(talk)
    assert await says(talk, "deny") == ["utter_return_refused"]
    why = talk.said[-1]["metadata"]["why"]["lines"]
    assert [line["values"]["item"]["title"] for line in why] == ["The product1", "The product2"]
    late = await a_talk(STANDARD, MADE, days_ago=60)
    assert await changes_mind(late) == ["utter_return_refused"]
    why = late.said[-1]["metadata"]["why"]["lines"]
    assert [line["name"] for line in why] == ["label_reason_window_closed", "label_reason_of_item"]


async def test_other_goods_make_the_answer_void_and_naming_the_same_does_not() -> None:
    talk = await a_talk(STANDARD, HYGIENE)
    await changes_mind(talk)
    assert await says(talk, "deny", "no, the product2 is open") == ["utter_items_left_out"]
    assert talk.slots["items"] == [1]
    talk = await a_talk(HYGIENE, HYGIENE, items=[1], quantity={"1": 1})
    await changes_mind(talk)
    await says(talk, "affirm")
    await says(talk, "choose_item", item="2")
    assert (talk.slots["items"], talk.slots["sealed"], talk.slots["requested_slot"]) == ([2], None, "sealed")


async def test_what_is_neither_yes_nor_no_is_no_answer() -> None:
    talk = await a_talk(HYGIENE)
    await changes_mind(talk)
    _, events = await talk.run(ValidateReturnForm(), "ask_return_cost", "who pays for that?")
    assert events == []
    assert talk.slots["requested_slot"] == "sealed"


async def test_a_doubtful_yes_is_asked_again() -> None:
    talk = await a_talk(HYGIENE)
    await changes_mind(talk)
    await says(talk, "affirm", "maybe, I am not sure", doubt="maybe")
    assert (talk.slots.get("sealed"), talk.slots["requested_slot"]) == (None, "sealed")


async def test_the_words_of_a_button_answer_too() -> None:
    talk = await a_talk(HYGIENE)
    await changes_mind(talk)
    buttons = [
        {"title": "Yes, it is unbroken", "payload": "/affirm"},
        {"title": "No, it was opened", "payload": "/deny"},
    ]
    talk.said.append({"event": "bot", "data": {"buttons": buttons}, "metadata": {}})
    assert await says(talk, "inform", "it was opened") == ["utter_return_refused"]
