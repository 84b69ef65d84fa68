"""Changing and cancelling an order on either database: its money, its duties and its cases as they are read back."""

from __future__ import annotations

from bot.aftersales.case import CaseState
from bot.aftersales.labels import IssueType, Remedy
from bot.aftersales.order import OrderLine, OrderState, ShipmentState
from bot.aftersales.order_change import LineChange
from bot.services import identification, ledger, order_changes, remedies
from bot.services.cases import Complaint
from tests.integration.conftest import UowFactory
from tests.integration.store.things import NOW, a_product, an_order, euro
from tests.unit.aftersales.policies import A_POLICY


def asked(message: str, issue: IssueType = IssueType.CHANGED_MIND, wish: Remedy | None = None) -> Complaint:
    return Complaint("conversation", message, "web", "de", "10480001", issue, {}, "zu spät", wish)


async def an_unsent_order(uow_factory: UowFactory) -> None:
    """Keep an order of two lines with duties, of which the shop told no payments, in a conversation that proved it."""
    order = an_order(a_product())
    order.lines.append(OrderLine(2, order.lines[0].product, "SHOE-L", 1, euro("59.90"), "L", "black"))
    order.state, order.payments = OrderState.PAID, []
    order.duties, order.total = euro("20"), euro("144.70")
    (parcel,) = order.shipments
    parcel.state, parcel.shipped_at, parcel.delivered_at, parcel.events = ShipmentState.LABEL_CREATED, None, None, []
    async with uow_factory() as uow:
        uow.products.add(order.lines[0].product)
        uow.orders.add(order)
        await uow.commit()
    async with uow_factory() as uow:
        assert await identification.prove(uow, "conversation", order.number, "anna@example.org", NOW)


async def test_an_order_is_changed_and_canceled_with_all_of_its_money_and_cases(uow_factory: UowFactory) -> None:
    await an_unsent_order(uow_factory)
    async with uow_factory() as uow:
        late = (
            await remedies.register(uow, A_POLICY, asked("m1", IssueType.LATE_DELIVERY, Remedy.REFUND_FULL), NOW)
        ).case
    async with uow_factory() as uow:
        _, due = await order_changes.change_items(uow, A_POLICY, asked("m2"), LineChange(1, quantity=2), NOW)
        assert due == euro("69.90")
    async with uow_factory() as uow:
        _, due = await order_changes.change_items(uow, A_POLICY, asked("m3"), LineChange(1), NOW)
        assert due == euro("-69.90")
    async with uow_factory() as uow:
        assert (await order_changes.change_items(uow, A_POLICY, asked("m3"), LineChange(1), NOW))[1] == due
        changed = await uow.orders.read("10480001")
    assert changed is not None
    assert (changed.paid, changed.duties, changed.total) == (euro("144.70"), euro("10"), euro("74.80"))
    async with uow_factory() as uow:
        _, refund = await order_changes.cancel(uow, A_POLICY, asked("m4"), NOW)
    assert refund is not None and refund.amount == euro("74.80")
    async with uow_factory() as uow:
        case = await uow.cases.get(late.number)
        assert case is not None and case.state is CaseState.WITHDRAWN
        waiting = [
            task.what
            for found in await uow.cases.of_order("10480001")
            for task in await uow.tasks.of_case(found.number)
            if task.is_open
        ]
        assert waiting == ["stop_order"]
        assert (await ledger.check(uow)).problems == []
