"""What the bot does first with a conversation that an agent gave back, and how the customer's answer is taken."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from actions import context
from actions.complaint_form import ValidateComplaintForm
from actions.escalation import AGENT_OFFER, ActionResume
from actions.return_form import ValidateReturnForm
from actions.smalltalk import ActionSayNo, ActionSayYes
from bot.aftersales.case import Case
from bot.aftersales.escalation import Escalation, EscalationReason, EscalationState
from bot.aftersales.labels import IssueType, Priority, Remedy
from bot.aftersales.offer import OfferState
from bot.aftersales.refund import Refund
from bot.services import agent_offers, agent_terms, remedies
from bot.services.agent_terms import Wanted
from bot.services.deciding import Decider
from bot.services.document_links import DocumentLinks
from bot.services.instructions import Instruction, InstructionKind
from tests.unit.actions.talk import Talk, follows
from tests.unit.aftersales.builders import NOW
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.test_agent_offers import COMPLAINT
from tests.unit.services.world import CONVERSATION, World, proved_world

LATER = NOW + timedelta(hours=1)


async def a_world(kind: InstructionKind) -> World:
    world = await proved_world()
    percent = 30 if kind is InstructionKind.OFFER else None
    async with world.uow() as uow:
        handoff = Escalation(CONVERSATION, EscalationReason.ASKED_FOR_HUMAN, Priority.NORMAL, NOW, "en")
        handoff.assign("ana", NOW)
        handoff.return_to_bot(NOW, Instruction(kind, percent).as_json())
        uow.escalations.add(handoff)
        await uow.commit()
    context.bind(context.Context(world.uow, A_POLICY, lambda: LATER, DocumentLinks(b"a key for tests")))
    return world


async def resumed(kind: InstructionKind, form: str | None = None, **slots: Any) -> Talk:
    talk = Talk(await a_world(kind), form, **slots)
    talk.is_rejected = form is not None
    responses, events = await talk.run(ActionResume(), "resume")
    assert responses[0] == "utter_handoff_back"
    assert follows(events) == "action_listen"
    # Rasa offers the next message to a form that it takes to have run, not to one that was rejected.
    assert any(event["event"] == "action" and event["name"] == form for event in events) is (form is not None)
    talk.is_rejected = False
    return talk


@pytest.mark.parametrize(("intent", "kept", "next_question"), [
    ("deny", "declined", "order_number"),
    ("affirm", "waiting", "evidence"),
])  # fmt: skip
async def test_in_a_complaint_the_answer_about_photos_leads_on(intent: str, kept: str, next_question: str) -> None:
    slots = {"requested_slot": "order_number", "reason": "defective", "evidence": "declined"}
    talk = await resumed(InstructionKind.ASK_PHOTO, "complaint_form", **slots)
    assert talk.slots["requested_slot"] == "evidence"
    _, events = await talk.run(ValidateComplaintForm(), intent, "no" if intent == "deny" else "yes")
    assert events, "the form takes the answer"
    assert (talk.slots["evidence"], talk.slots["requested_slot"]) == (kept, next_question)


async def test_who_promised_photos_and_writes_something_else_is_not_asked_for_ever() -> None:
    talk = await resumed(InstructionKind.ASK_PHOTO, "return_form", requested_slot="items")
    await talk.run(ValidateReturnForm(), "affirm", "yes")
    assert talk.slots["requested_slot"] == "evidence"
    await talk.run(ValidateReturnForm(), "inform", "well")
    assert (talk.slots["evidence"], talk.slots["requested_slot"]) == ("declined", "order_number")


async def test_a_digression_does_not_lose_the_question_for_photos() -> None:
    talk = await resumed(InstructionKind.ASK_PHOTO, "complaint_form", requested_slot="order_number")
    assert (await talk.run(ValidateComplaintForm(), "ask_privacy", "is my data safe?"))[1] == []
    talk.is_rejected = True
    await talk.run(ValidateComplaintForm(), "ask_privacy", "is my data safe?")
    assert talk.slots["requested_slot"] == "evidence"


@pytest.mark.parametrize("form", [None, "track_form", "change_form"])
@pytest.mark.parametrize(("action", "intent", "said", "next_action"), [
    (ActionSayNo(), "deny", ["utter_evidence_declined"], None),
    (ActionSayYes(), "affirm", ["utter_evidence_how"], "action_listen"),
])  # fmt: skip
async def test_elsewhere_the_answer_about_photos_is_understood_too(
    form: str | None, action: Any, intent: str, said: list[str], next_action: str | None
) -> None:
    talk = await resumed(InstructionKind.ASK_PHOTO, form, requested_slot="order_number" if form else None)
    responses, events = await talk.run(action, intent)
    assert (responses, follows(events)) == (said, next_action)


async def offered(world: World) -> Case:
    async with world.uow() as uow:
        case = (await remedies.register(uow, A_POLICY, COMPLAINT, NOW)).case
    async with world.uow() as uow:
        wanted = Wanted(Remedy.REFUND_PARTIAL, percent=Decimal(30))
        await agent_offers.propose(uow, A_POLICY, case.number, Decider("ana"), wanted, "long wait", NOW)
    return case


@pytest.mark.parametrize(("action", "intent"), [(ActionSayNo(), "deny"), (ActionSayYes(), "affirm")])
async def test_an_answer_about_photos_answers_no_offer(action: Any, intent: str) -> None:
    talk = await resumed(InstructionKind.ASK_PHOTO)
    case = await offered(talk.world)
    await talk.run(action, intent)
    assert case.offers[-1].state is OfferState.PROPOSED


async def test_after_a_no_to_photos_the_offer_is_asked_about_again() -> None:
    talk = await resumed(InstructionKind.ASK_PHOTO)
    await offered(talk.world)
    assert (await talk.run(ActionSayNo(), "deny"))[0] == ["utter_evidence_declined", "utter_ask_offer"]


@pytest.mark.parametrize("form", [None, "track_form"])
async def test_a_yes_in_words_accepts_an_offer_once(form: str | None) -> None:
    talk = await resumed(InstructionKind.OFFER, form, requested_slot="order_number" if form else None)
    case = await offered(talk.world)
    assert talk.slots["requested_slot"] == (AGENT_OFFER if form else None)
    responses, events = await talk.run(ActionSayYes(), "affirm", "yes please")
    assert case.offers[-1].state is OfferState.ACCEPTED
    assert len(talk.world.database.all(Refund)) == 1
    assert responses == ["utter_all_right"]
    assert follows(events) is None
    responses, _ = await talk.run(ActionSayYes(), "affirm", "yes please")
    assert "utter_ask_offer" not in responses
    assert len(talk.world.database.all(Refund)) == 1


@pytest.mark.parametrize("form", [None, "track_form"])
async def test_a_no_in_words_declines_an_offer_and_leads_to_a_person(form: str | None) -> None:
    talk = await resumed(InstructionKind.OFFER, form, requested_slot="order_number" if form else None)
    case = await offered(talk.world)
    responses, events = await talk.run(ActionSayNo(), "deny", "no")
    assert case.offers[-1].state is OfferState.DECLINED
    assert responses == ["utter_all_right", "utter_handoff_queued"]
    # A form must not go on asking while a person is awaited.
    assert follows(events) == "action_listen"
    handoff = talk.world.database.all(Escalation)[-1]
    assert (handoff.state, handoff.reason) == (EscalationState.QUEUED, EscalationReason.REVIEW_NEEDED)


async def test_an_unsure_yes_gets_the_offer_again_and_an_expired_one_is_said_to_be_over() -> None:
    talk = await resumed(InstructionKind.OFFER)
    case = await offered(talk.world)
    assert (await talk.run(ActionSayYes(), "nlu_fallback", "hm"))[0] == ["utter_ask_offer"]
    assert case.offers[-1].state is OfferState.PROPOSED
    late = NOW + agent_terms.HOLDS + timedelta(days=1)
    context.bind(context.Context(talk.world.uow, A_POLICY, lambda: late, DocumentLinks(b"a key for tests")))
    assert (await talk.run(ActionSayYes(), "affirm", "yes"))[0] == ["utter_how_can_i_help"]


async def test_what_cannot_be_carried_out_any_more_leads_to_a_person() -> None:
    talk = await resumed(InstructionKind.OFFER)
    case = await offered(talk.world)
    assert case.issue_type == IssueType.NOT_AS_DESCRIBED
    case.offers[-1].amount = case.offers[-1].amount + case.offers[-1].amount  # type: ignore[operator]
    responses, events = await talk.run(ActionSayYes(), "affirm", "yes")
    assert responses[-1] == "utter_handoff_queued"
    assert follows(events) == "action_listen"
    assert talk.world.database.all(Refund) == []
