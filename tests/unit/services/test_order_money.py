"""The money of orders that change before they have left, and the cases that end with an order."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.aftersales.apportion import total
from bot.aftersales.approval import Approval, ApprovalState
from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case, CaseState
from bot.aftersales.labels import IssueType, Remedy
from bot.aftersales.money import Money
from bot.aftersales.offer import OfferState
from bot.aftersales.order import Order, OrderState, Payment, ShipmentState
from bot.aftersales.order_change import LineChange
from bot.aftersales.refund import Refund, breakdown, part_of_price
from bot.aftersales.reship import ReshipState
from bot.aftersales.selection import Selection
from bot.errors import InvalidInputError, OutOfStockError, PolicyRefusalError
from bot.services import cases, ledger, lifecycle, order_changes, refunds, remedies, reshipments
from bot.services.agent_terms import Wanted
from bot.services.cases import Complaint
from bot.services.deciding import Decider
from tests.unit.aftersales.builders import NOW, euros
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.aftersales.test_refund_properties import orders
from tests.unit.services.lifecycles import open_tasks
from tests.unit.services.test_agent_offers import propose
from tests.unit.services.test_order_changes import CHANGE, waiting
from tests.unit.services.test_refunds import Provider
from tests.unit.services.world import World, proved_world


def complaint(world: World, issue: IssueType = IssueType.CHANGED_MIND, wish: Remedy | None = None) -> Complaint:
    """Return what a new message asks for."""
    return replace(CHANGE, message_id=f"message-{len(world.database.all(Case)) + 1}", issue=issue, wish=wish)


async def change(world: World, wanted: LineChange) -> Money:
    async with world.uow() as uow:
        return (await order_changes.change_items(uow, A_POLICY, complaint(world), wanted, NOW))[1]


async def cancel(world: World) -> Refund | None:
    async with world.uow() as uow:
        return (await order_changes.cancel(uow, A_POLICY, complaint(world), NOW))[1]


async def register(world: World, issue: IssueType, wish: Remedy | None = None) -> Case:
    async with world.uow() as uow:
        return (await remedies.register(uow, A_POLICY, complaint(world, issue, wish), NOW)).case


async def give(world: World, case: Case, amount: Money) -> Refund:
    async with world.uow() as uow:
        refund = await refunds.agree(uow, case, amount, "agreed", NOW, key=f"goodwill:{amount}")
        await uow.commit()
    return refund


def back(world: World) -> Money:
    return total((refund.amount for refund in world.database.all(Refund)), world.order.currency)


def charged_twice() -> Order:
    order = waiting()
    order.payments.append(Payment("p2", "card", order.total, NOW))
    return order


async def test_what_nobody_has_paid_yet_is_not_paid_back() -> None:
    world = await proved_world(waiting())
    assert await change(world, LineChange(1, quantity=2)) == euros(50)
    assert await change(world, LineChange(1, quantity=1)) == euros(0)
    assert (back(world), open_tasks(world)) == (euros(0), ["new_items"])
    refund = await cancel(world)
    assert refund is not None and refund.amount == world.order.paid == euros("104.90")


async def test_what_is_left_to_pay_is_collected_in_one_sum() -> None:
    world = await proved_world(waiting())
    assert await change(world, LineChange(1, quantity=3)) == euros(100)
    assert await change(world, LineChange(2, quantity=2)) == euros(150)
    assert await change(world, LineChange(1, quantity=2)) == euros(100)
    assert await change(world, LineChange(1, sku="product1-43")) == euros(0)
    assert sorted(open_tasks(world)) == ["collect_difference", "new_items"]
    assert back(world) == euros(0)


async def test_a_second_run_of_a_change_tells_the_same_amount() -> None:
    world = await proved_world(waiting())
    await change(world, LineChange(1, quantity=3))
    asked = complaint(world)
    async with world.uow() as uow:
        first = await order_changes.change_items(uow, A_POLICY, asked, LineChange(1, quantity=2), NOW)
    async with world.uow() as uow:
        assert await order_changes.change_items(uow, A_POLICY, asked, LineChange(1, quantity=2), NOW) == first
    assert first[1] == euros(50)
    event = world.database.all(AuditEvent)[-1]
    assert (event.data["difference"], event.data["due"]) == ("-5000", "5000")


async def test_an_order_of_which_no_payments_are_told_is_changed_and_canceled_all_the_same() -> None:
    order = waiting()
    order.payments = []
    world = await proved_world(order)
    assert await change(world, LineChange(1, quantity=2)) == euros(50)
    assert await change(world, LineChange(2)) == euros(0)
    assert await change(world, LineChange(1, quantity=1)) == euros(-50)
    await cancel(world)
    assert back(world) == order.paid == euros("104.90")


async def test_goodwill_stays_the_customers_when_the_order_changes_and_cancelling_pays_the_rest() -> None:
    world = await proved_world(waiting())
    await give(world, await register(world, IssueType.LATE_DELIVERY), euros(15))
    assert await change(world, LineChange(2)) == euros(-50)
    refund = await cancel(world)
    assert refund is not None and refund.amount == euros("39.90")
    assert back(world) == world.order.paid


async def test_goodwill_is_not_collected_again_with_what_costs_more() -> None:
    world = await proved_world(waiting())
    await give(world, await register(world, IssueType.LATE_DELIVERY), euros(15))
    assert await change(world, LineChange(1, quantity=2)) == euros(50)


async def test_who_was_charged_twice_gets_both_back_for_an_order_that_is_canceled() -> None:
    world = await proved_world(charged_twice())
    refund = await cancel(world)
    assert refund is not None and refund.amount == euros("209.80")
    assert {part.payment_id: part.amount for part in refund.parts} == {"p1": euros("104.90"), "p2": euros("104.90")}
    assert refund.breakdown.overpaid == euros("104.90")
    async with world.uow() as uow:
        assert (await ledger.check(uow)).problems == []


async def test_a_change_pays_back_no_more_than_it_saved() -> None:
    world = await proved_world(charged_twice())
    assert await change(world, LineChange(2)) == euros(-50)
    assert await change(world, LineChange(1, quantity=2)) == euros(0)
    assert "collect_difference" not in open_tasks(world)


async def test_a_part_of_the_price_of_goods_that_were_left_out_is_not_paid_twice() -> None:
    world = await proved_world(waiting())
    case = await register(world, IssueType.LATE_DELIVERY)
    whole = [Selection(line, line.quantity) for line in world.order.lines]
    async with world.uow() as uow:
        part = breakdown(world.order, whole, outbound_shipping=False, duties=False, share=Decimal("0.15"))
        await refunds.agree(uow, case, part, "agreed", NOW, key="goodwill")
        await uow.commit()
    assert await change(world, LineChange(2)) == euros("-42.50")
    async with world.uow() as uow:
        verdict = await cases.decide(uow, A_POLICY, world.order, IssueType.OVERCHARGED, {}, NOW)
    assert verdict.owed is None


async def test_a_case_that_waits_for_the_money_ends_with_its_order() -> None:
    world = await proved_world(waiting())
    case = await register(world, IssueType.LATE_DELIVERY, Remedy.REFUND_FULL)
    assert open_tasks(world) == ["speed_parcel_up"]
    await cancel(world)
    assert (case.state, case.offers[-1].state) == (CaseState.WITHDRAWN, OfferState.EXPIRED)
    assert open_tasks(world) == ["stop_order"]
    (event,) = (event for event in world.database.all(AuditEvent) if event.action == "case.withdrawn")
    assert (event.subject, event.data["reason"]) == (f"case:{case.number}", "order_canceled")


async def test_a_case_about_something_else_outlives_its_order() -> None:
    world = await proved_world(charged_twice())
    issues = (IssueType.OVERCHARGED, IssueType.POOR_SERVICE, IssueType.REFUND_MISSING)
    others = [await register(world, issue) for issue in issues]
    await cancel(world)
    assert {case.state for case in others} == {CaseState.INVESTIGATING}
    assert set(open_tasks(world)) == {"check_payment", "answer_customer", "trace_refund", "stop_order"}


async def test_a_case_whose_money_is_on_its_way_ends_when_that_has_left() -> None:
    world = await proved_world(waiting())
    case = await register(world, IssueType.LATE_DELIVERY)
    await give(world, case, euros(15))
    await cancel(world)
    before = case.state
    await refunds.send_due(world.uow, Provider(), NOW)
    assert (before, case.state) == (CaseState.EXECUTING, CaseState.RESOLVED)
    assert back(world) == world.order.paid


async def test_an_offer_of_an_agent_holds_no_longer_than_its_order() -> None:
    world = await proved_world(waiting())
    case = await register(world, IssueType.LATE_DELIVERY)
    await propose(world, case, Wanted(Remedy.REFUND_PARTIAL, percent=Decimal(15)))
    assert case.state is CaseState.OFFERED
    await cancel(world)
    assert (case.state, case.offers[-1].state) == (CaseState.WITHDRAWN, OfferState.EXPIRED)


async def test_an_approval_waits_no_longer_than_its_order() -> None:
    world = await proved_world(waiting())
    case = await register(world, IssueType.LATE_DELIVERY)
    asked = await propose(world, case, Wanted(Remedy.REFUND_PARTIAL, percent=Decimal(15)), Decider("ben", Decimal(1)))
    assert isinstance(asked, Approval)
    await cancel(world)
    assert (case.state, asked.state) == (CaseState.WITHDRAWN, ApprovalState.WITHDRAWN)


async def sent_again(world: World) -> str:
    case = await register(world, IssueType.LOST_PARCEL)
    lifecycle.begin(case)
    async with world.uow() as uow:
        again = await reshipments.add_reshipment(uow, case, world.order, NOW, search_until=None)
        await uow.commit()
    return again.number


async def test_a_second_parcel_is_called_off_with_the_order() -> None:
    world = await proved_world(waiting())
    number = await sent_again(world)
    assert world.variant("product1-42").stock == 2
    await cancel(world)
    async with world.uow() as uow:
        assert (await reshipments.get(uow, number)).state is ReshipState.CANCELED
    assert world.variant("product1-42").stock == 4
    assert open_tasks(world) == ["stop_order"]


async def test_an_order_whose_goods_have_left_in_a_second_parcel_is_not_canceled() -> None:
    world = await proved_world(waiting())
    number = await sent_again(world)
    async with world.uow() as uow:
        await reshipments.ship(uow, number, "Kranich Paket", "KP7", NOW)
        await uow.commit()
    with pytest.raises(PolicyRefusalError) as refusal:
        await cancel(world)
    assert refusal.value.reasons == ("already_shipped",)
    assert world.order.state is OrderState.PAID


@st.composite
def unsent(draw: st.DrawFn) -> Order:
    """Draw an order that has not left, of which no payments are told, or one, or the same one twice."""
    order = draw(orders())
    order.state, order.shipments[0].state = OrderState.PAID, ShipmentState.LABEL_CREATED
    order.shipments[0].delivered_at = None
    for line in order.lines:
        for variant in line.product.variants:
            variant.stock = 200
    times = draw(st.integers(0, 2))
    order.payments = [Payment(f"p{count}", "card", order.total, NOW) for count in range(times)]
    return order


@settings(deadline=None)
@given(unsent(), st.data())
def test_whatever_is_changed_and_given_nobody_gets_more_than_was_paid_and_cancelling_returns_all_of_it(
    order: Order, data: st.DataObject
) -> None:
    asyncio.run(_live(order, data))


async def _live(order: Order, data: st.DataObject) -> None:
    world = await proved_world(order)
    case = world.add_case()
    paid, charged_too_much = order.paid, order.paid - order.total
    nothing = given = gap = Money.zero(order.currency)
    for _ in range(data.draw(st.integers(0, 5))):
        if data.draw(st.booleans()):
            given += await _give_some(world, case, data)
        else:
            before = order.total
            due = await _change_some(world, data)
            gap = max(due, nothing) if due is not None and order.total != before else gap
        kept = order.paid - back(world)
        assert order.paid == paid
        # The shop keeps no more than the order costs and was paid too much for it from the beginning, and no less
        # but for what it gave and has yet to collect.
        assert nothing <= kept <= order.total + charged_too_much
        assert order.total <= kept + given + gap or not paid
        assert ("collect_difference" in open_tasks(world)) is (gap > nothing)
    async with world.uow() as uow:
        due_back = (await order_changes.due_on_cancel(uow, order)).total
    refund = await cancel(world)
    assert back(world) == paid
    assert due_back == (refund.amount if refund else nothing)
    async with world.uow() as uow:
        assert (await ledger.check(uow)).problems == []


async def _give_some(world: World, case: Case, data: st.DataObject) -> Money:
    """Agree on goodwill or on a part of the price of some lines, whatever is left, and return how much it was."""
    order, count = world.order, len(world.database.all(Refund))
    async with world.uow() as uow:
        most = await refunds.left(uow, order)
        amount = Money.from_minor(data.draw(st.integers(0, most.minor)), order.currency)
        if not amount:
            return Money.zero(order.currency)
        earlier = await refunds.earlier(uow, order.number)
        chosen = [Selection(line, line.quantity) for line in order.lines]
        is_price = data.draw(st.booleans())
        part = part_of_price(order, chosen, amount, earlier=earlier) if is_price else amount
        await refunds.agree(uow, case, part, "agreed", NOW, key=f"given:{count}")
        await uow.commit()
    return amount


async def _change_some(world: World, data: st.DataObject) -> Money | None:
    """Change or leave out a line, and return what is due; None where that is not possible."""
    line = data.draw(st.sampled_from([line.position for line in world.order.lines]))
    quantity = data.draw(st.one_of(st.none(), st.integers(1, 9)))
    try:
        return await change(world, LineChange(line, quantity=quantity))
    except (InvalidInputError, OutOfStockError):
        return None
