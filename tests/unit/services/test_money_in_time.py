"""Money that has not left in the time that policy promises: a new promise, then a person, then a supervisor."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bot.aftersales.case import Case, CaseState
from bot.aftersales.escalation import Escalation, EscalationReason
from bot.aftersales.labels import IssueType, Priority
from bot.aftersales.notification import Notification
from bot.aftersales.order import Order, OrderState, Payment, ShipmentState
from bot.aftersales.order_change import LineChange
from bot.aftersales.refund import Refund, RefundState
from bot.aftersales.return_ import Finding, Return
from bot.aftersales.sla import ALWAYS_OPEN
from bot.aftersales.task import Department
from bot.errors import PaymentRefusedError
from bot.services import inspections, order_changes, promises, refunds, returns, tasks
from bot.services.lifecycle import begin
from bot.services.notifications import notify
from bot.services.policy_files import load_policy
from bot.services.ports import UnitOfWork
from tests.unit.aftersales.builders import NOW, a_line, an_order, euros
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.lifecycles import LATER, exchanged, open_tasks, returned
from tests.unit.services.test_refunds import Provider
from tests.unit.services.world import A_RETURN, World, proved_world

SHIPPED = load_policy(Path(__file__).parents[3] / "data" / "policy")
DAYS = 14
LAST_DAY = NOW + timedelta(days=DAYS)
TOO_LATE = NOW + timedelta(days=DAYS + 1)


async def owed() -> tuple[World, Case, Refund]:
    """Return a world with a case that is carried out by a refund, agreed just now."""
    world = World()
    case = world.add_case()
    case.verdict = {"days_to_refund": DAYS}
    begin(case)
    async with world.uow() as uow:
        refund = await refunds.agree(uow, case, euros(5), "agreed", NOW, key="offer:1")
        await uow.commit()
    return world, case, refund


async def detect(world: World, now: datetime) -> int:
    return await promises.detect_delays(world.uow, ALWAYS_OPEN, now)


async def send(world: World, now: datetime, *answers: Exception) -> int:
    return await refunds.send_due(world.uow, Provider(*answers), now)


def told(world: World) -> list[str]:
    return [found.response for found in world.database.all(Notification)]


async def test_on_the_last_day_there_is_still_time() -> None:
    world, _, refund = await owed()
    assert refund.pay_by == LAST_DAY.date()
    assert await detect(world, LAST_DAY.replace(hour=23)) == 0
    assert told(world) == []


async def test_the_day_after_the_customer_is_told_with_a_new_promise() -> None:
    world, case, _ = await owed()
    assert await detect(world, TOO_LATE) == 1
    assert await detect(world, TOO_LATE + timedelta(hours=1)) == 0
    assert told(world) == ["utter_notify_delay"]
    assert (case.state, case.priority) == (CaseState.EXECUTING, Priority.HIGH)
    assert case.next_contact_by == TOO_LATE + timedelta(hours=24)


async def test_then_a_person_takes_over_and_then_a_supervisor_hears_of_it_until_the_money_is_sent() -> None:
    world, case, _ = await owed()
    await detect(world, TOO_LATE)
    await detect(world, case.next_contact_by)
    (handoff,) = world.database.all(Escalation)
    assert (handoff.reason, handoff.case_number) == (EscalationReason.PROMISE_BROKEN, case.number)
    assert case.state is CaseState.EXECUTING
    await detect(world, case.next_contact_by)
    assert open_tasks(world) == ["promise_broken_again"]
    assert told(world) == ["utter_notify_delay", "utter_notify_delay_handed_over", "utter_notify_delay"]
    assert await send(world, case.next_contact_by) == 1
    assert case.state is CaseState.RESOLVED
    assert open_tasks(world) == []
    assert await detect(world, case.next_contact_by + timedelta(days=9)) == 0


async def test_money_that_left_in_time_is_not_late_whenever_it_arrives() -> None:
    world, _, refund = await owed()
    await send(world, LAST_DAY)
    assert refund.state is RefundState.SENT
    assert await detect(world, LAST_DAY + timedelta(days=90)) == 0


async def test_money_that_is_not_owed_any_more_is_not_late() -> None:
    world, _, refund = await owed()
    async with world.uow() as uow:
        await refunds.cancel(uow, refund.number, "agent:mona", NOW)
        await uow.commit()
        assert await uow.cases.owed_money(TOO_LATE) == []


async def test_an_announcement_of_yesterday_keeps_the_promise_for_a_while() -> None:
    world, case, _ = await owed()
    async with world.uow() as uow:
        await notify(uow, case, "utter_notify_return_inspected", "return:R1:completed", LAST_DAY)
        await uow.commit()
    world.database.all(Notification)[0].mark_sent(1, LAST_DAY)
    await detect(world, TOO_LATE)
    assert told(world) == ["utter_notify_return_inspected"]
    assert case.next_contact_by == LAST_DAY + timedelta(hours=48)
    await detect(world, case.next_contact_by)
    assert told(world)[1:] == ["utter_notify_delay"]


async def test_a_case_whose_money_came_back_is_taken_up_again_and_ends_when_it_is_sent_again() -> None:
    world, case, refund = await owed()
    await send(world, NOW)
    case.close()
    async with world.uow() as uow:
        await refunds.fail(uow, refund.number, "account_closed", LAST_DAY)
        await uow.commit()
    await send(world, LAST_DAY + timedelta(days=1), PaymentRefusedError("account_closed"))
    await detect(world, TOO_LATE)
    assert told(world)[1:] == ["utter_notify_delay"]
    assert (case.state, case.priority) == (CaseState.EXECUTING, Priority.HIGH)
    assert "case.reopened" in world.actions()
    assert await send(world, TOO_LATE + timedelta(days=2)) == 1
    assert case.state is CaseState.RESOLVED


async def faulty_goods_to_come_back(quantity: int = 1) -> tuple[World, Case, Return]:
    """Return a world with an approved return of faulty goods, for which the time begins with the goods."""
    world = await proved_world(an_order(a_line(quantity=quantity)))
    complaint = replace(A_RETURN, issue=IssueType.DEFECTIVE, lines={1: quantity})
    async with world.uow() as uow:
        case, return_ = await returns.open_return(uow, A_POLICY, complaint, NOW)
        await returns.register_tracking(uow, return_.rma, "Kranich Paket", "kp 99", NOW)
        await uow.commit()
    assert return_.pay_by is None
    return world, case, return_


async def test_goods_that_are_here_have_to_be_paid_for_though_nobody_has_looked_at_them() -> None:
    world, case, return_ = await faulty_goods_to_come_back()
    arrived_on = LATER + timedelta(days=1)
    async with world.uow() as uow:
        await returns.receive(uow, return_.rma, {1: (1, 0)}, arrived_on)
        await uow.commit()
    pay_by = arrived_on.date() + timedelta(days=DAYS)
    assert return_.pay_by == pay_by
    too_late = arrived_on + timedelta(days=DAYS + 1)
    assert await detect(world, too_late - timedelta(days=1)) == 0
    assert await detect(world, too_late) == 1
    assert told(world)[-1] == "utter_notify_delay"
    async with world.uow() as uow:
        await inspections.inspect(uow, return_.rma, {}, too_late)
        await uow.commit()
    (refund,) = world.database.all(Refund)
    # The time began with the goods, not with the inspection.
    assert refund.pay_by == pay_by
    await detect(world, case.next_contact_by)
    assert told(world)[-1] == "utter_notify_delay_handed_over"


async def test_of_goods_that_come_in_part_the_time_begins_with_the_first() -> None:
    world, _, return_ = await faulty_goods_to_come_back(2)
    pay_by = (LATER + timedelta(days=DAYS)).date()
    async with world.uow() as uow:
        await returns.receive(uow, return_.rma, {1: (1, 0)}, LATER)
        await uow.commit()
    assert return_.pay_by == pay_by
    assert await detect(world, LATER + timedelta(days=DAYS)) == 0
    async with world.uow() as uow:
        await inspections.inspect(uow, return_.rma, {1: {Finding.WRONG_ITEM: 1}}, LATER + timedelta(days=9))
        await uow.commit()
    assert return_.pay_by == pay_by
    # A person has not decided what it is worth.
    assert await detect(world, LATER + timedelta(days=DAYS + 1)) == 1


async def test_goods_that_come_in_part_are_not_left_lying() -> None:
    world, _, return_ = await faulty_goods_to_come_back(2)
    async with world.uow() as uow:
        await returns.receive(uow, return_.rma, {1: (1, 0)}, LATER)
        await uow.commit()
    assert await detect(world, LATER + timedelta(days=DAYS + 1)) == 1
    assert told(world)[-1] == "utter_notify_delay"


Proof = Callable[[UnitOfWork, Return, datetime], Awaitable[object]]


async def told_by_customer(uow: UnitOfWork, return_: Return, at: datetime) -> None:
    await returns.register_tracking(uow, return_.rma, "Kranich Paket", "kp 99", at)


async def scanned_by_carrier(uow: UnitOfWork, return_: Return, at: datetime) -> None:
    await returns.issue_label(uow, return_.rma, at, carrier="Kranich Paket", tracking_number="KP99")
    assert return_.pay_by is None
    await returns.scanned(uow, return_, at)


async def here(uow: UnitOfWork, return_: Return, at: datetime) -> None:
    await returns.receive(uow, return_.rma, {1: (1, 0)}, at)


@pytest.mark.parametrize("proof", [told_by_customer, scanned_by_carrier, here])
@pytest.mark.parametrize(("proved_after", "paid_within"), [(12, 14), (16, 16)])
async def test_who_withdraws_is_paid_in_time_from_saying_so_once_the_goods_are_proved_to_be_sent(
    proof: Proof, proved_after: int, paid_within: int
) -> None:
    world = await proved_world()
    async with world.uow() as uow:
        _, return_ = await returns.open_return(uow, A_POLICY, A_RETURN, NOW)
    assert await detect(world, NOW + timedelta(days=proved_after)) == 0
    async with world.uow() as uow:
        await proof(uow, return_, NOW + timedelta(days=proved_after))
        await uow.commit()
    assert return_.pay_by == NOW.date() + timedelta(days=paid_within)
    assert await detect(world, NOW + timedelta(days=paid_within)) == 0
    assert await detect(world, NOW + timedelta(days=paid_within + 1)) == 1
    assert told(world)[-1] == "utter_notify_delay"


@pytest.mark.parametrize("country", ["KR", "CN"])
async def test_where_policy_counts_from_the_goods_a_proof_that_they_were_sent_starts_nothing(country: str) -> None:
    world = await proved_world()
    world.order.address = replace(world.order.address, country=country)
    async with world.uow() as uow:
        _, return_ = await returns.open_return(uow, SHIPPED, A_RETURN, NOW)
        await told_by_customer(uow, return_, NOW + timedelta(days=6))
        assert return_.pay_by is None
        await here(uow, return_, NOW + timedelta(days=9))
    days = SHIPPED.for_country(country).days_to_refund
    assert return_.pay_by == NOW.date() + timedelta(days=9 + days)


async def test_goods_that_arrive_after_they_were_proved_to_be_sent_change_nothing() -> None:
    world, _, return_ = await returned()
    pay_by = LAST_DAY.date()
    assert return_.pay_by == pay_by
    async with world.uow() as uow:
        await returns.receive(uow, return_.rma, {1: (1, 0)}, LATER)
        await inspections.inspect(uow, return_.rma, {}, LATER)
        await uow.commit()
    (refund,) = world.database.all(Refund)
    assert (return_.pay_by, refund.pay_by) == (pay_by, pay_by)


async def test_what_a_person_paid_before_the_goods_were_here_is_not_late() -> None:
    world, case, return_ = await returned()
    async with world.uow() as uow:
        await refunds.agree(uow, case, euros(1), "agreed", NOW, key="offer:8")
        await uow.commit()
    await send(world, NOW)
    assert await detect(world, TOO_LATE) == 1
    async with world.uow() as uow:
        await refunds.agree(uow, case, return_.refund - euros(1), "agreed", TOO_LATE, key="offer:9")
        await uow.commit()
    await send(world, TOO_LATE)
    assert return_.is_unpaid(TOO_LATE.date())
    before = told(world)
    await detect(world, case.next_contact_by)
    assert told(world) == before


async def test_money_that_the_provider_keeps_refusing_is_late_at_once_whatever_was_promised() -> None:
    world, case, refund = await owed()
    while refund.state is not RefundState.REFUSED:
        refused_at = refund.next_attempt_at
        assert await detect(world, refused_at) == 0
        await send(world, refused_at, PaymentRefusedError("expired_card"))
    assert NOW < case.next_contact_by < refused_at < LAST_DAY
    assert await detect(world, refused_at) == 1
    assert told(world) == ["utter_notify_delay"]


async def test_an_exchange_owes_no_money_and_is_late_when_nobody_looks_at_the_goods() -> None:
    world, case, return_, _ = await exchanged()
    async with world.uow() as uow:
        await returns.register_tracking(uow, return_.rma, "Kranich Paket", "kp 99", NOW)
        await returns.receive(uow, return_.rma, {1: (1, 0)}, LATER)
        await uow.commit()
    async with world.uow() as uow:
        assert await uow.cases.owed_money(LATER + timedelta(days=99)) == []
    case.next_contact_by = NOW
    assert await detect(world, LATER + tasks.DUE_IN[Department.WAREHOUSE] - timedelta(seconds=1)) == 0
    assert await detect(world, LATER + tasks.DUE_IN[Department.WAREHOUSE]) == 1
    assert told(world)[-1] == "utter_notify_delay"


@pytest.mark.parametrize(("country", "days"), [("DE", 14), ("XX", 7)])
async def test_an_order_that_was_called_off_is_paid_back_within_the_time_of_its_destination(
    country: str, days: int
) -> None:
    world = await proved_world(waiting(country))
    async with world.uow() as uow:
        case, refund = await order_changes.cancel(uow, A_POLICY, replace(A_RETURN, lines={}, wish=None), NOW)
    assert refund is not None
    assert refund.pay_by == NOW.date() + timedelta(days=days)
    assert await detect(world, NOW + timedelta(days=days)) == 0
    assert case.state is CaseState.RESOLVED
    assert await detect(world, NOW + timedelta(days=days + 1)) == 1
    assert told(world)[-1] == "utter_notify_delay"
    assert case.state is CaseState.EXECUTING


async def test_what_a_changed_order_leaves_over_has_its_time_too() -> None:
    world = await proved_world(waiting("DE"))
    async with world.uow() as uow:
        complaint = replace(A_RETURN, lines={}, wish=None)
        await order_changes.change_items(uow, A_POLICY, complaint, LineChange(2), NOW)
    (refund,) = world.database.all(Refund)
    assert refund.pay_by == LAST_DAY.date()


async def test_where_no_verdict_promised_a_time_none_is_missed() -> None:
    world = World()
    case = world.add_case()
    begin(case)
    async with world.uow() as uow:
        refund = await refunds.agree(uow, case, euros(5), "agreed", NOW, key="offer:1")
        await uow.commit()
    assert refund.pay_by is None
    assert not refund.is_unpaid(date.max)
    assert await detect(world, NOW + timedelta(days=999)) == 0


def waiting(country: str) -> Order:
    """Return a paid order that has not left yet."""
    order = an_order(
        a_line(1),
        a_line(2),
        country=country,
        delivered_days_ago=None,
        state=OrderState.PAID,
        shipment=ShipmentState.LABEL_CREATED,
    )
    order.payments = [Payment("p1", "card", order.total, NOW)]
    return order
