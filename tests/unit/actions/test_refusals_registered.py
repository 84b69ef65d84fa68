"""What policy does not allow is on record: one case for one matter, which a person takes up who is asked for."""

from __future__ import annotations

from actions.escalation import ActionHandOver
from actions.exchange_form import ValidateExchangeForm
from actions.return_form import ValidateReturnForm
from bot.aftersales.case import Case, CaseState
from bot.aftersales.escalation import Escalation
from bot.aftersales.labels import IssueType, Priority, Remedy
from bot.aftersales.order import OrderState
from tests.unit.actions.talk import Talk, bind
from tests.unit.aftersales.builders import a_line, an_order
from tests.unit.services.world import World, proved_world

SLOTS = {"order_number": "10482733", "verification": "proved", "items": [1], "quantity": {"1": 1}}


async def too_late(form: str = "return_form") -> Talk:
    world = await proved_world(an_order(a_line(), a_line(position=2), delivered_days_ago=60))
    bind(world)
    return Talk(world, form, requested_slot="reason", **SLOTS)


async def changes_mind(talk: Talk) -> list[str]:
    talk.slots |= SLOTS | {"requested_slot": "reason"}
    form = {"return_form": ValidateReturnForm, "exchange_form": ValidateExchangeForm}[str(talk.form)]()
    return (await talk.run(form, "inform", "I changed my mind", reason="changed_mind"))[0]


def only_case(world: World) -> Case:
    (case,) = world.database.all(Case)
    return case


async def test_a_refused_return_is_a_closed_case_with_the_decision_behind_it() -> None:
    talk = await too_late()
    assert await changes_mind(talk) == ["utter_return_refused"]
    case = only_case(talk.world)
    assert (case.state, case.issue_type, case.wish) == (
        CaseState.CLOSED,
        IssueType.CHANGED_MIND,
        Remedy.RETURN_REFUND,
    )
    assert case.was_refused and case.resolved_at == case.opened_at
    assert case.policy_version == "v1" and case.verdict is not None
    assert case.verdict["reasons"] == ["window_closed"]
    assert (talk.said[-1]["metadata"]["case"], talk.said[-1]["metadata"]["facts"]["case"]["number"]) == (
        case.number,
        case.number,
    )
    assert talk.world.actions().count("case.declined") == 1


async def test_a_refused_exchange_keeps_that_it_was_an_exchange_that_was_wanted() -> None:
    talk = await too_late("exchange_form")
    assert await changes_mind(talk) == ["utter_exchange_refused"]
    assert only_case(talk.world).wish is Remedy.EXCHANGE


async def test_who_asks_for_the_same_again_gets_the_same_case() -> None:
    talk = await too_late()
    await changes_mind(talk)
    await changes_mind(talk)
    case = only_case(talk.world)
    assert talk.said[-1]["metadata"]["case"] == case.number


async def test_a_person_who_is_asked_for_takes_the_refused_case_up() -> None:
    talk = await too_late()
    await changes_mind(talk)
    responses, _ = await talk.run(ActionHandOver(), "ask_human", "let me talk to somebody")
    assert responses == ["utter_handoff_queued"]
    case = only_case(talk.world)
    (handoff,) = talk.world.database.all(Escalation)
    assert (handoff.case_number, case.state, case.resolved_at) == (case.number, CaseState.ESCALATED, None)
    assert case.priority is Priority.NORMAL
    assert "case.reopened" in talk.world.actions()


async def test_what_an_open_case_is_about_already_gets_no_second_one() -> None:
    world = await proved_world(an_order(delivered_days_ago=60))
    bind(world)
    known = world.add_case()
    known.lines = {1: 1}
    talk = Talk(world, "return_form", requested_slot="reason", **SLOTS)
    await changes_mind(talk)
    assert only_case(world) is known
    assert talk.said[-1]["metadata"]["case"] == known.number


async def test_a_canceled_order_is_refused_on_record() -> None:
    world = await proved_world(an_order(delivered_days_ago=None, state=OrderState.CANCELED))
    bind(world)
    talk = Talk(world, "return_form", requested_slot="reason", **SLOTS)
    await changes_mind(talk)
    case = only_case(world)
    assert case.verdict is not None and "order_canceled" in case.verdict["reasons"]


async def test_the_next_complaint_is_no_more_pressing_because_of_a_refusal() -> None:
    talk = await too_late()
    await changes_mind(talk)
    first = only_case(talk.world)
    talk.slots |= SLOTS | {"items": [2], "quantity": {"2": 1}, "requested_slot": "reason"}
    await talk.run(ValidateReturnForm(), "inform", "I changed my mind", reason="changed_mind")
    second = next(case for case in talk.world.database.all(Case) if case is not first)
    assert second.priority is Priority.NORMAL
