"""Who insists on a wish that policy does not open gets a person, not the same answer again."""

from __future__ import annotations

from actions.cases import ActionRegisterComplaint
from actions.complaint_form import ValidateComplaintForm
from bot.aftersales.case import Case, CaseState
from bot.aftersales.escalation import Escalation, EscalationReason
from tests.unit.actions.talk import Talk, bind, follows
from tests.unit.services.world import proved_world

SLOTS = {
    "order_number": "10482733",
    "verification": "proved",
    "reason": "changed_mind",
    "details": "I like the other ones better",
    "items": [1],
    "quantity": {"1": 1},
}
FORM = ValidateComplaintForm()
REFUSED = ["utter_wish_not_open"]


async def a_talk() -> Talk:
    world = await proved_world()
    bind(world)
    return Talk(world, "complaint_form", requested_slot="remedy", **SLOTS)


async def wishes(talk: Talk, intent: str) -> list[str]:
    return (await talk.run(FORM, intent, f"please, {intent}"))[0]


async def test_the_second_time_a_person_takes_over_with_what_is_known() -> None:
    talk = await a_talk()
    assert await wishes(talk, "repair_item") == REFUSED
    assert (talk.slots["requested_slot"], talk.slots.get("outcome")) == ("remedy", None)
    assert await wishes(talk, "repair_item") == []
    assert (talk.slots["requested_slot"], talk.slots["outcome"]) == (None, "confirmed")
    responses, events = await talk.run(ActionRegisterComplaint(), "repair_item", "please, repair_item")
    assert responses == ["utter_complaint_registered", "utter_handoff_queued"]
    assert follows(events) == "action_listen"
    (case,), (handoff,) = talk.world.database.all(Case), talk.world.database.all(Escalation)
    assert (case.state, case.story, case.wish) == (CaseState.ESCALATED, SLOTS["details"], None)
    assert (handoff.reason, handoff.case_number) == (EscalationReason.POLICY_REFUSAL, case.number)
    assert (handoff.facts["asked_for"], handoff.facts["last_words"]) == ("repair", "please, repair_item")


async def test_another_wish_is_answered_for_itself() -> None:
    talk = await a_talk()
    assert await wishes(talk, "repair_item") == REFUSED
    assert await wishes(talk, "reship_item") == REFUSED
    assert talk.slots["requested_slot"] == "remedy"
    assert await wishes(talk, "repair_item") == []
    assert talk.slots["outcome"] == "confirmed"


async def test_a_wish_that_is_open_after_all_is_taken() -> None:
    talk = await a_talk()
    assert await wishes(talk, "repair_item") == REFUSED
    assert await wishes(talk, "return_item") == []
    assert (talk.slots["remedy"], talk.slots["requested_slot"]) == ("return_refund", "confirmation")


async def test_other_reasons_are_told_before_a_person_takes_over() -> None:
    talk = await a_talk()
    assert await wishes(talk, "refund_order") == []
    assert talk.slots["remedy"] == "return_refund"
    talk.slots.update(requested_slot="remedy", remedy=None)
    assert await wishes(talk, "repair_item") == REFUSED
    talk.said[-1]["metadata"]["facts"] = {"reasons": ["not_delivered_yet"]}
    assert await wishes(talk, "repair_item") == REFUSED


async def test_what_was_refused_in_an_earlier_complaint_is_told_with_its_reasons_again() -> None:
    talk = await a_talk()
    assert await wishes(talk, "repair_item") == REFUSED
    talk.said += [
        {"event": "user", "text": "something else", "parse_data": {}},
        {"event": "active_loop", "name": "complaint_form"},
    ]
    assert await wishes(talk, "repair_item") == REFUSED
