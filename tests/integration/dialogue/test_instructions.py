"""An agent gives a conversation back with an instruction in the middle of a form, and the customer answers plainly."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot import bootstrap
from bot.aftersales.escalation import Escalation, EscalationReason
from bot.aftersales.labels import Priority
from bot.services.instructions import Instruction, InstructionKind
from tests.integration.dialogue.conftest import Talk

TALK = Callable[[], Talk]


async def given_back(customer: Talk, instruction: Instruction) -> list[str | None]:
    """Return what the bot says after an agent had the conversation and gave it back."""
    now = bootstrap.utc_now()
    async with customer.uow() as uow:
        handoff = Escalation(customer.id, EscalationReason.AGENT_TOOK_OVER, Priority.NORMAL, now, "en")
        handoff.assign("ana", now)
        handoff.return_to_bot(now, instruction.as_json())
        uow.escalations.add(handoff)
        await uow.commit()
    return await customer.say("/resume")


@pytest.mark.parametrize("forgets", [False, True])
@pytest.mark.parametrize(("answer", "said"), [
    ("no", ["utter_ask_order_number"]),
    ("/deny", ["utter_ask_order_number"]),
    ("yes", ["utter_evidence_how"]),
    ("10480001", ["utter_ask_verification"]),
])  # fmt: skip
async def test_photos_asked_for_in_the_middle_of_a_complaint(
    talk: TALK, answer: str, said: list[str], forgets: bool
) -> None:
    customer = talk()
    assert (await customer.say('/choose_reason{"reason":"defective"}'))[-1] == "utter_ask_order_number"
    asked = await given_back(customer, Instruction(InstructionKind.ASK_PHOTO))
    assert asked == ["utter_handoff_back", "utter_ask_evidence"]
    if forgets:
        customer.assistant.forget(customer.id)
    assert await customer.say(answer) == said


@pytest.mark.parametrize(("answer", "said"), [
    ("no", ["utter_evidence_declined", "utter_ask_order_number"]),
    ("yes", ["utter_evidence_how"]),
])  # fmt: skip
async def test_photos_asked_for_in_the_middle_of_something_else(talk: TALK, answer: str, said: list[str]) -> None:
    customer = talk()
    assert await customer.say("/track_order") == ["utter_ask_order_number"]
    await given_back(customer, Instruction(InstructionKind.ASK_PHOTO))
    assert await customer.say(answer) == said
    # Whatever was said about photos, the form still takes what it waits for.
    assert await customer.say("10480001") == ["utter_ask_verification"]


async def test_photos_asked_for_outside_of_any_form(talk: TALK) -> None:
    customer = talk()
    await customer.say("/greet")
    await given_back(customer, Instruction(InstructionKind.ASK_PHOTO))
    assert await customer.say("yes") == ["utter_evidence_how"]
    assert await customer.say("no") == ["utter_evidence_declined"]
    assert (await customer.say("/track_order"))[-1] == "utter_ask_order_number"


async def test_a_form_in_which_an_offer_was_made_still_takes_its_answers(talk: TALK) -> None:
    customer = talk()
    await customer.say("/track_order")
    assert await given_back(customer, Instruction(InstructionKind.OFFER, 30)) == ["utter_handoff_back"]
    assert await customer.say("10480001") == ["utter_ask_verification"]


async def test_going_on_asks_what_was_asked_before(talk: TALK) -> None:
    customer = talk()
    await customer.say("/track_order")
    back = await given_back(customer, Instruction(InstructionKind.GO_ON))
    assert back == ["utter_handoff_back", "utter_ask_order_number"]
    assert await customer.say("10480001") == ["utter_ask_verification"]
