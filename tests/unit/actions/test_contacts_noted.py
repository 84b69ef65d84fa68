"""Whoever proves an order again, or comes back to one that is proved, is noticed whatever it is about."""

from __future__ import annotations

from datetime import timedelta

import pytest

from actions.change_form import ValidateChangeForm
from actions.complaint_form import ValidateComplaintForm
from actions.feedback_form import ValidateFeedbackForm
from actions.forms import Form
from actions.order_forms import ValidateStatusForm, ValidateTrackForm, ValidateWithdrawForm
from actions.smalltalk import ActionClarify
from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case
from bot.aftersales.contact import Contact
from bot.aftersales.identification import KnownCustomer
from bot.aftersales.labels import Priority
from tests.unit.actions.talk import Talk, bind
from tests.unit.aftersales.builders import NOW
from tests.unit.services.world import CONVERSATION, EMAIL, World, proved_world

NUMBER = "10482733"
PROVED = {"order_number": NUMBER, "verification": "proved"}
COMES = [
    (ValidateTrackForm(), "track_order", False),
    (ValidateStatusForm(), "check_case", False),
    (ValidateWithdrawForm(), "withdraw_case", False),
    (ValidateComplaintForm(), "complain", True),
    (ValidateChangeForm(), "cancel_order", True),
]


def with_case(world: World) -> Case:
    """Add a case that was opened from elsewhere, and let the actions work in this world."""
    bind(world)
    case = world.add_case()
    case.conversation_id = "another"
    return case


def noted(world: World) -> list[tuple[str, str]]:
    repeated = [event.subject for event in world.database.all(AuditEvent) if event.action == "contact.repeated"]
    assert len(repeated) <= len(world.database.all(Contact))
    return [(contact.order_number, contact.conversation_id) for contact in world.database.all(Contact)]


@pytest.mark.parametrize(("form", "intent", "is_told"), COMES)
@pytest.mark.parametrize("how", ["proves it", "is known", "has proved it"])
async def test_who_comes_again_is_more_pressing_whatever_it_is_about(
    form: Form, intent: str, is_told: bool, how: str
) -> None:
    world = await proved_world() if how == "has proved it" else World()
    case = with_case(world)
    if how == "is known":
        known = KnownCustomer(CONVERSATION, world.order.customer.id, NOW, NOW + timedelta(hours=1))
        world.database.all(KnownCustomer).append(known)
    talk = Talk(world, form.form, **(PROVED if how == "has proved it" else {}))
    said = {} if how == "has proved it" else {"order_number": NUMBER}
    if how == "proves it":
        said["email"] = EMAIL
    responses, _ = await talk.run(form, intent, "about my order", **said)
    assert noted(world) == [(NUMBER, CONVERSATION)]
    assert case.priority is Priority.HIGH
    assert ("utter_known_case" in responses) is is_told


async def test_a_proof_that_nobody_asked_for_is_a_contact_too() -> None:
    world = World()
    case = with_case(world)
    await Talk(world).run(ActionClarify(), "nlu_fallback", f"{NUMBER} {EMAIL} !", order_number=NUMBER, email=EMAIL)
    assert (noted(world), case.priority) == ([(NUMBER, CONVERSATION)], Priority.HIGH)


async def test_going_on_about_the_same_order_with_something_else_is_the_same_contact() -> None:
    world = World()
    case = with_case(world)
    talk = Talk(world, "track_form")
    await talk.run(ValidateTrackForm(), "track_order", "where is it", order_number=NUMBER, email=EMAIL)
    talk.form = "status_form"
    talk.slots["requested_slot"] = None
    await talk.run(ValidateStatusForm(), "check_case", "and my case?")
    assert noted(world) == [(NUMBER, CONVERSATION)]
    assert [event.action for event in world.database.all(AuditEvent)].count("contact.repeated") == 1
    assert case.priority is Priority.HIGH


async def test_who_proves_nothing_or_only_answers_us_does_not_come_again() -> None:
    world = await proved_world()
    case = with_case(world)
    case.conversation_id = CONVERSATION
    case.resolve(NOW)
    slots = {**PROVED, "requested_slot": "solved", "feedback_case": case.number}
    await Talk(world, "feedback_form", **slots).run(ValidateFeedbackForm(), "affirm")
    stranger = World()
    with_case(stranger)
    wrong = {"order_number": NUMBER, "email": "eve@example.org"}
    await Talk(stranger, "track_form").run(ValidateTrackForm(), "track_order", "where is it", **wrong)
    assert noted(world) == noted(stranger) == []
