"""Every kind of task in the code ends: called off by whatever settles it, or finished by the person whose it is."""

from __future__ import annotations

import ast
import functools
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

import bot.services
from bot.aftersales import task as task_model
from bot.aftersales.case import Case
from bot.aftersales.claim import ClaimAgainst
from bot.aftersales.customs import Paper
from bot.aftersales.labels import IssueType, Payer
from bot.aftersales.order import Order, OrderState, Payment, ShipmentState
from bot.aftersales.order_change import LineChange
from bot.aftersales.repair import Repair
from bot.aftersales.return_ import Finding, Refusal, Return, ReturnMethod
from bot.aftersales.sla import ALWAYS_OPEN, Metric, ServiceClock
from bot.aftersales.task import LEADS_TO_DECISION, LOOKED_INTO, Department, Task, TaskState
from bot.services import (
    cases,
    claims,
    customs,
    exchanges,
    follow_up,
    inspections,
    order_changes,
    promises,
    refunds,
    remedies,
    repairs,
    reshipments,
    returns,
    reviews,
    sla,
    tasks,
)
from tests.unit.aftersales.builders import NOW, a_line, an_order, euros
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.lifecycles import LATER, a_world_with_case, exchanged, open_tasks, returned
from tests.unit.services.reporting_shop import Shop
from tests.unit.services.world import A_RETURN, CONVERSATION, World, proved_world

OF_PEOPLE = frozenset(
    {
        "bill_repair", "check_authenticity", "check_safety", "check_shop_event", "look_into_pattern",
        "parcel_came_back", "pay_difference_back", "reclaim_duties", "stop_order", "unexpected_return",
    }
)  # fmt: skip
"""What nothing reports back: whoever has done it says so."""

Life = Callable[[], AsyncIterator[World]]
LIVES: list[tuple[str, Life]] = []


def kinds_in_code() -> set[str]:
    """Return the kinds of every call that opens a task."""
    named = {
        "remedies": {what for _, what in (*LOOKED_INTO.values(), task_model.DECIDE)},
        "agent_offers": {task_model.DECIDE[1]},
        "claims": {what for _, what in claims._FILED_BY.values()},
        "order_changes": {"stop_order", *order_changes._CHANGES},
        "sla": {f"{metric.value}_overdue" for metric in Metric},
    }
    found: set[str] = set()
    for file in Path(bot.services.__file__).parents[1].rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "open_task":
                what = node.args[3]
                if isinstance(what, ast.Constant):
                    found.add(str(what.value))
                elif isinstance(what, ast.Name) and what.id.isupper():
                    found.add(str(getattr(task_model, what.id)))
                else:
                    found |= named[file.stem]
    return found


def life(*kinds: str) -> Callable[[Life], Life]:
    """Note how a task of a kind is opened, until the only ``yield``, and then settled."""

    def note(tell: Life) -> Life:
        LIVES.extend((kind, tell) for kind in kinds)
        return tell

    return note


def test_every_kind_in_the_code_has_a_known_end() -> None:
    assert kinds_in_code() == {kind for kind, _ in LIVES} | OF_PEOPLE


@pytest.mark.parametrize(("kind", "tell"), LIVES, ids=[f"{kind}: {tell.__name__}" for kind, tell in LIVES])
async def test_a_task_ends_with_what_settles_it(kind: str, tell: Life) -> None:
    worlds = tell()
    world = await worlds.__anext__()
    assert kind in open_tasks(world)
    async for _ in worlds:
        raise AssertionError("tell of one task at a time")
    assert kind not in open_tasks(world)


@pytest.mark.parametrize("kind", sorted(OF_PEOPLE))
async def test_what_nothing_reports_back_is_finished_by_whoever_has_done_it(kind: str) -> None:
    world, case = await a_world_with_case()
    async with world.uow() as uow:
        task = await tasks.open_task(uow, case.number, Department.QUALITY, kind, kind, NOW)
        await uow.commit()
    assert task.id is not None
    async with world.uow() as uow:
        await tasks.finish(uow, task.id, "mia", "done", NOW)
    assert task.state is TaskState.DONE


async def test_a_check_of_goods_goes_on_when_its_customer_is_content() -> None:
    world, case = await looked_into(IssueType.SAFETY_HAZARD)
    await decline(world, case)
    assert open_tasks(world) == ["check_safety"]


async def test_whatever_ends_a_case_nobody_has_to_decide_about_it() -> None:
    world, case = await looked_into(IssueType.OTHER)
    case.resolve(NOW)
    async with world.uow() as uow:
        sla.start(uow, ALWAYS_OPEN, case)
        await sla.follow(uow, ALWAYS_OPEN, NOW)
    assert open_tasks(world) == []


async def looked_into(issue: IssueType) -> tuple[World, Case]:
    world = await proved_world()
    complaint = replace(A_RETURN, issue=issue, lines={}, wish=None, evidence_given=True)
    async with world.uow() as uow:
        outcome = await remedies.register(uow, A_POLICY, complaint, NOW)
    return world, outcome.case


async def decline(world: World, case: Case) -> None:
    async with world.uow() as uow:
        await reviews.decline(uow, case.number, "mia", Refusal.OTHER, NOW)


def sold_out() -> Order:
    order = an_order(a_line(), delivered_days_ago=None, shipment=ShipmentState.LOST)
    for variant in order.lines[0].product.variants:
        variant.stock = 0
    return order


def unsent() -> Order:
    order = an_order(
        a_line(1), a_line(2), delivered_days_ago=None, state=OrderState.PAID, shipment=ShipmentState.LABEL_CREATED
    )
    order.payments = [Payment("p1", "card", order.total, NOW)]
    return order


# --- the case itself ----------------------------------------------------------------------------------------------


async def a_decision(issue: IssueType) -> AsyncIterator[World]:
    world, case = await looked_into(issue)
    yield world
    await decline(world, case)


def _decisions() -> None:
    issues = {what: issue for issue, (_, what) in LOOKED_INTO.items() if what in LEADS_TO_DECISION}
    for kind, issue in {**issues, task_model.DECIDE[1]: IssueType.OTHER}.items():
        tell = functools.partial(a_decision, issue)
        tell.__name__ = f"a_decision_about_{issue}"  # type: ignore[attr-defined]
        life(kind)(tell)


_decisions()


@life("decide")
async def a_complaint_is_taken_back() -> AsyncIterator[World]:
    world, case = await looked_into(IssueType.OTHER)
    yield world
    async with world.uow() as uow:
        await cases.withdraw(uow, CONVERSATION, case.number, NOW)


@life("promise_broken_again")
async def a_customer_left_waiting_is_decided_about() -> AsyncIterator[World]:
    world, case = await looked_into(IssueType.OTHER)
    for _ in range(3):
        await promises.detect_delays(world.uow, ALWAYS_OPEN, case.next_contact_by)
    yield world
    await decline(world, case)


@life("first_response_overdue", "next_response_overdue", "resolution_overdue")
async def a_late_clock_stops() -> AsyncIterator[World]:
    world, case = await looked_into(IssueType.OTHER)
    async with world.uow() as uow:
        for metric in Metric:
            uow.service_clocks.add(ALWAYS_OPEN.clock(metric, metric, "c", "de", case.priority, NOW, case.number))
        await uow.commit()
    late = NOW + timedelta(days=90)
    await sla.check_due(world.uow, late)
    yield world
    async with world.uow() as uow:
        for clock in world.database.all(ServiceClock):
            await sla.stop(uow, clock, late, late)
        await uow.commit()


@life("low_rating")
async def a_customer_is_content_after_all() -> AsyncIterator[World]:
    world, case = await a_world_with_case()
    case.resolve(NOW)
    async with world.uow() as uow:
        await follow_up.rate(uow, CONVERSATION, case.number, 1, None, NOW)
        yield world
        await follow_up.rate(uow, CONVERSATION, case.number, 5, None, NOW)


# --- changed orders -----------------------------------------------------------------------------------------------


@life("new_address")
async def an_order_is_sent_somewhere_and_then_not_at_all() -> AsyncIterator[World]:
    world = await proved_world(unsent())
    change = replace(A_RETURN, lines={}, wish=None)
    async with world.uow() as uow:
        address = replace(world.order.address, street="Lindenweg 5")
        await order_changes.change_address(uow, A_POLICY, change, address, NOW)
        yield world
        await order_changes.cancel(uow, A_POLICY, replace(change, message_id="message-2"), NOW)


@life("new_items", "collect_difference")
async def a_dearer_order_is_called_off() -> AsyncIterator[World]:
    world = await proved_world(unsent())
    change = replace(A_RETURN, lines={}, wish=None)
    async with world.uow() as uow:
        await order_changes.change_items(uow, A_POLICY, change, LineChange(1, quantity=2), NOW)
        yield world
        await order_changes.cancel(uow, A_POLICY, replace(change, message_id="message-2"), NOW)


# --- returns and exchanges ----------------------------------------------------------------------------------------


async def approved(kind: str) -> tuple[World, Case, Return]:
    complaints = {
        "arrange_pickup": replace(A_RETURN, return_method=ReturnMethod.PICKUP),
        "issue_return_label": replace(A_RETURN, issue=IssueType.DEFECTIVE),
    }
    world = await proved_world()
    async with world.uow() as uow:
        case, return_ = await returns.open_return(uow, A_POLICY, complaints[kind], NOW)
    return world, case, return_


@life("issue_return_label")
async def a_label_is_issued() -> AsyncIterator[World]:
    world, _, return_ = await approved("issue_return_label")
    yield world
    async with world.uow() as uow:
        await returns.issue_label(uow, return_.rma, LATER, carrier="Kranich Paket", tracking_number="KP5")


async def a_parcel_is_sent(kind: str) -> AsyncIterator[World]:
    world, _, return_ = await approved(kind)
    yield world
    async with world.uow() as uow:
        await returns.register_tracking(uow, return_.rma, "Kranich Paket", "KP 99", LATER)


async def a_parcel_is_scanned(kind: str) -> AsyncIterator[World]:
    world, _, return_ = await approved(kind)
    yield world
    async with world.uow() as uow:
        await returns.scanned(uow, return_, LATER)


async def a_parcel_arrives_unannounced(kind: str) -> AsyncIterator[World]:
    world, _, return_ = await approved(kind)
    yield world
    async with world.uow() as uow:
        await returns.receive(uow, return_.rma, {1: (1, 0)}, LATER)


async def a_parcel_never_comes(kind: str) -> AsyncIterator[World]:
    world, _, return_ = await approved(kind)
    yield world
    async with world.uow() as uow:
        await returns.expire(uow, return_, LATER)


async def a_return_is_called_off(kind: str) -> AsyncIterator[World]:
    world, case, _ = await approved(kind)
    yield world
    async with world.uow() as uow:
        await cases.withdraw(uow, CONVERSATION, case.number, NOW)


def _ways_back() -> None:
    ends = (
        a_parcel_is_sent, a_parcel_is_scanned, a_parcel_arrives_unannounced, a_parcel_never_comes,
        a_return_is_called_off,
    )  # fmt: skip
    for kind in ("arrange_pickup", "issue_return_label"):
        for end in ends:
            tell = functools.partial(end, kind)
            tell.__name__ = end.__name__  # type: ignore[attr-defined]
            life(kind)(tell)


_ways_back()


@life("trace_return")
async def a_lost_parcel_comes_after_all() -> AsyncIterator[World]:
    world, _, return_ = await returned()
    async with world.uow() as uow:
        await returns.lost(uow, return_, NOW)
        yield world
        await returns.receive(uow, return_.rma, {1: (1, 0)}, LATER)


@life("trace_return")
async def a_lost_parcel_is_given_up() -> AsyncIterator[World]:
    world, _, return_ = await returned()
    async with world.uow() as uow:
        await returns.lost(uow, return_, NOW)
        yield world
        await returns.expire(uow, return_, LATER)


@life("inspect_return")
async def goods_are_inspected() -> AsyncIterator[World]:
    world, _, return_ = await returned()
    async with world.uow() as uow:
        await returns.receive(uow, return_.rma, {1: (1, 0)}, LATER)
        yield world
        await inspections.inspect(uow, return_.rma, {}, LATER)


async def disputed() -> tuple[World, str]:
    world, _, return_ = await returned()
    async with world.uow() as uow:
        await returns.receive(uow, return_.rma, {1: (1, 0)}, LATER)
        await inspections.inspect(uow, return_.rma, {1: {Finding.WRONG_ITEM: 1}}, LATER)
        await uow.commit()
    return world, return_.rma


@life("decide_return")
async def a_disputed_return_is_settled() -> AsyncIterator[World]:
    world, rma = await disputed()
    yield world
    async with world.uow() as uow:
        await inspections.settle(uow, rma, euros(5), "as a courtesy", LATER, actor="agent:mia")


@life("decide_return")
async def a_disputed_return_is_declined() -> AsyncIterator[World]:
    world, rma = await disputed()
    yield world
    async with world.uow() as uow:
        await returns.decline(uow, rma, Refusal.WRONG_ITEM, LATER, actor="agent:mia")


@life("ship_replacement")
async def a_replacement_leaves() -> AsyncIterator[World]:
    world, _, return_, _ = await exchanged()
    async with world.uow() as uow:
        await returns.receive(uow, return_.rma, {1: (1, 0)}, LATER)
        yield world
        await exchanges.ship(uow, return_.rma, "Kranich Paket", "KP7", LATER)


@life("ship_replacement")
async def a_replacement_is_not_there() -> AsyncIterator[World]:
    world, _, return_, _ = await exchanged()
    async with world.uow() as uow:
        await returns.receive(uow, return_.rma, {1: (1, 0)}, LATER)
        yield world
        await exchanges.give_up(uow, return_.rma, LATER)


@life("trace_parcel")
async def a_lost_replacement_leaves_again() -> AsyncIterator[World]:
    world, _, return_, exchange = await exchanged()
    async with world.uow() as uow:
        await returns.receive(uow, return_.rma, {1: (1, 0)}, LATER)
        await exchanges.ship(uow, return_.rma, "Kranich Paket", "KP7", LATER)
        await exchanges.lost(uow, exchange, LATER)
        yield world
        await exchanges.ship(uow, return_.rma, "Kranich Paket", "KP8", LATER)


# --- goods sent again ---------------------------------------------------------------------------------------------


@life("search_parcel")
async def a_searched_parcel_is_lost() -> AsyncIterator[World]:
    world, case = await a_world_with_case(an_order(delivered_days_ago=None), issue=IssueType.LOST_PARCEL)
    async with world.uow() as uow:
        await reshipments.add_reshipment(uow, case, world.order, NOW, search_until=LATER)
        yield world
        await reshipments.first_parcel_lost(uow, world.order.number, "KP0042", NOW)


@life("search_parcel")
async def a_searched_parcel_is_wanted_no_more() -> AsyncIterator[World]:
    world, case = await a_world_with_case(an_order(delivered_days_ago=None), issue=IssueType.LOST_PARCEL)
    async with world.uow() as uow:
        await reshipments.add_reshipment(uow, case, world.order, NOW, search_until=LATER)
        yield world
        await cases.withdraw(uow, CONVERSATION, case.number, NOW)


@life("ship_again")
async def goods_leave_a_second_time() -> AsyncIterator[World]:
    world, case = await a_world_with_case()
    async with world.uow() as uow:
        reshipment = await reshipments.add_reshipment(uow, case, world.order, NOW)
        yield world
        await reshipments.ship(uow, reshipment.number, "Kranich Paket", "KP7", LATER)


@life("trace_parcel")
async def a_second_parcel_arrives_after_all() -> AsyncIterator[World]:
    world, case = await a_world_with_case()
    async with world.uow() as uow:
        reshipment = await reshipments.add_reshipment(uow, case, world.order, NOW)
        await reshipments.ship(uow, reshipment.number, "Kranich Paket", "KP7", LATER)
        await uow.commit()
    shop = Shop(world)
    await shop.scan("KP7", "lost")
    yield world
    await shop.scan("KP7", "delivered")


@life("offer_refund")
async def something_else_is_given_for_goods_that_are_sold_out() -> AsyncIterator[World]:
    world = await proved_world(sold_out())
    complaint = replace(A_RETURN, issue=IssueType.LOST_PARCEL, lines={}, wish=remedies.Remedy.RESHIP)
    async with world.uow() as uow:
        outcome = await remedies.register(uow, A_POLICY, complaint, NOW)
    yield world
    world.variant("product1-42").stock = 3
    async with world.uow() as uow:
        await reviews.approve(uow, A_POLICY, outcome.case.number, "mia", NOW)


async def test_goods_that_are_sold_out_again_need_another_offer_again() -> None:
    world = await proved_world(sold_out())
    complaint = replace(A_RETURN, issue=IssueType.LOST_PARCEL, lines={}, wish=remedies.Remedy.RESHIP)
    async with world.uow() as uow:
        case = (await remedies.register(uow, A_POLICY, complaint, NOW)).case
    async with world.uow() as uow:
        outcome = await reviews.approve(uow, A_POLICY, case.number, "mia", NOW)
    assert outcome.reshipment is not None
    assert [task.key for task in world.database.all(Task) if task.is_open] == [
        f"{outcome.reshipment.subject}:unavailable"
    ]


# --- repairs ------------------------------------------------------------------------------------------------------


async def received(*, in_warranty: bool) -> tuple[World, Case, Repair]:
    world, case = await a_world_with_case()
    async with world.uow() as uow:
        made = await repairs.add_repair(uow, case, world.order, NOW, in_warranty=in_warranty, deadline=date(2026, 4, 3))
        await repairs.receive(uow, made.number, LATER)
        await uow.commit()
    return world, case, made


@life("repair")
async def goods_are_mended() -> AsyncIterator[World]:
    world, _, repair = await received(in_warranty=True)
    yield world
    async with world.uow() as uow:
        await repairs.ship_back(uow, repair.number, "Kranich Paket", "KP7", LATER, is_repaired=True)


@life("repair")
async def work_that_turns_out_to_cost_something_waits() -> AsyncIterator[World]:
    world, _, repair = await received(in_warranty=True)
    yield world
    async with world.uow() as uow:
        await repairs.propose(uow, repair.number, euros(30), LATER)


@life("quote_repair")
async def a_price_is_named() -> AsyncIterator[World]:
    world, _, repair = await received(in_warranty=False)
    yield world
    async with world.uow() as uow:
        await repairs.propose(uow, repair.number, euros(30), LATER)


@life("bill_repair")
async def agreed_work_turns_out_to_be_impossible() -> AsyncIterator[World]:
    world, _, repair = await received(in_warranty=False)
    async with world.uow() as uow:
        await repairs.propose(uow, repair.number, euros(30), LATER)
        await repairs.accept_quote(uow, repair.number, LATER)
        yield world
        await repairs.ship_back(uow, repair.number, "Kranich Paket", "KP7", LATER, is_repaired=False)


@life("send_goods_back")
async def goods_go_back_as_they_came() -> AsyncIterator[World]:
    world, _, repair = await received(in_warranty=False)
    async with world.uow() as uow:
        await repairs.propose(uow, repair.number, euros(30), LATER)
        await repairs.decline_quote(uow, repair.number, LATER)
        yield world
        await repairs.ship_back(uow, repair.number, "Kranich Paket", "KP7", LATER, is_repaired=False)


@life("repair_failed")
async def what_cannot_be_mended_is_decided_about() -> AsyncIterator[World]:
    world, case, repair = await received(in_warranty=True)
    async with world.uow() as uow:
        await repairs.ship_back(uow, repair.number, "Kranich Paket", "KP7", LATER, is_repaired=False)
        await repairs.complete(uow, repair.number, LATER)
        await uow.commit()
    yield world
    await decline(world, case)


@life("trace_parcel")
async def mended_goods_arrive_after_all() -> AsyncIterator[World]:
    world, _, repair = await received(in_warranty=True)
    async with world.uow() as uow:
        await repairs.ship_back(uow, repair.number, "Kranich Paket", "KP7", LATER, is_repaired=True)
        await repairs.lost(uow, repair, LATER)
        yield world
        await repairs.complete(uow, repair.number, LATER)


# --- customs, money and claims ------------------------------------------------------------------------------------


async def at_customs() -> tuple[World, str]:
    world, case = await a_world_with_case(an_order(delivered_days_ago=None), issue=IssueType.CUSTOMS_HOLD)
    async with world.uow() as uow:
        matter = await customs.add_matter(uow, case, world.order, NOW, payer=Payer.SHOP)
        await uow.commit()
    return world, matter.number


@life("ask_customs")
async def an_authority_says_what_it_wants() -> AsyncIterator[World]:
    world, number = await at_customs()
    yield world
    async with world.uow() as uow:
        await customs.request_papers(uow, number, (Paper.IDENTITY,), date(2026, 4, 1), NOW)


@life("pay_customs", "send_papers")
async def a_parcel_is_released() -> AsyncIterator[World]:
    world, number = await at_customs()
    async with world.uow() as uow:
        await customs.request_papers(uow, number, (Paper.INVOICE,), date(2026, 4, 1), NOW, charges=euros(9))
        yield world
        await customs.release(uow, number, NOW)


@life("send_papers")
async def an_authority_wants_other_papers() -> AsyncIterator[World]:
    world, number = await at_customs()
    async with world.uow() as uow:
        await customs.request_papers(uow, number, (Paper.INVOICE,), date(2026, 4, 1), NOW)
        await customs.receive_papers(uow, number, NOW)
        yield world
        await customs.request_papers(uow, number, (Paper.IDENTITY,), date(2026, 4, 8), NOW)


@life("decide_customs")
async def a_given_up_parcel_is_decided_about() -> AsyncIterator[World]:
    world, number = await at_customs()
    async with world.uow() as uow:
        await customs.abandon(uow, number, "papers_overdue", NOW)
        yield world
        await customs.close(uow, number, NOW, actor="agent:mia")


@life("check_refund")
async def a_bounced_refund_is_called_off() -> AsyncIterator[World]:
    world, case = await a_world_with_case()
    async with world.uow() as uow:
        refund = await refunds.agree(uow, case, euros(5), "agreed", NOW, key="offer:1")
        refund.begin(NOW)
        refund.send(NOW.date(), NOW)
        await refunds.fail(uow, refund.number, "account_closed", NOW)
        yield world
        await refunds.cancel(uow, refund.number, "agent:mia", NOW)


async def a_claim_is_filed(against: ClaimAgainst) -> AsyncIterator[World]:
    world, case = await a_world_with_case()
    async with world.uow() as uow:
        claim = await claims.open_claim(uow, case, against, "Nordwerk", euros(5), "k", NOW)
        yield world
        await claims.file(uow, claim.number, "N-1", "agent:mia", NOW)


@life("file_carrier_claim")
async def a_claim_reaches_a_carrier() -> AsyncIterator[World]:
    async for world in a_claim_is_filed(ClaimAgainst.CARRIER):
        yield world


@life("file_supplier_claim")
async def a_claim_reaches_a_supplier() -> AsyncIterator[World]:
    async for world in a_claim_is_filed(ClaimAgainst.SUPPLIER):
        yield world
