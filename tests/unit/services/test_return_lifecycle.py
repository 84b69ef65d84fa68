"""A return from the label to the money: every step moves the machine, the case, the stock, and tells the customer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.aftersales.case import Case, CaseState
from bot.aftersales.catalogue import ReturnClass
from bot.aftersales.exchange import ExchangeState
from bot.aftersales.labels import IssueType
from bot.aftersales.money import Money
from bot.aftersales.offer import OfferState
from bot.aftersales.order import Order
from bot.aftersales.refund import Refund, RefundState
from bot.aftersales.return_ import Finding, Refusal, Return, ReturnState
from bot.errors import IllegalStateError, InvalidInputError, NotFoundError
from bot.services import cases, exchanges, incoming_returns, inspections, returns, reviews
from bot.services.lifecycle import finish
from tests.unit.aftersales.builders import NOW, a_line, a_product, an_order, euros
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.lifecycles import LATER, factory, open_tasks, refunds, returned, told, told_values
from tests.unit.services.world import A_RETURN, AN_EXCHANGE, CONVERSATION, World, proved_world


async def receive(world: World, rma: str, *pieces: int) -> None:
    async with world.uow() as uow:
        await returns.receive(uow, rma, {n: (count, 0) for n, count in enumerate(pieces, 1) if count}, LATER)
        await uow.commit()


async def inspect(world: World, rma: str, findings: dict[int, dict[Finding, int]] | None = None) -> None:
    async with world.uow() as uow:
        await inspections.inspect(uow, rma, findings or {}, LATER)
        await uow.commit()


async def pay(world: World) -> None:
    """Let the provider take every refund on, as sending does."""
    async with world.uow() as uow:
        for refund in world.database.all(Refund):
            refund.begin(LATER)
            refund.send(LATER.date(), LATER)
            case = await uow.cases.get(refund.case_number)
            assert case is not None
            await finish(uow, case, LATER)
        await uow.commit()


async def test_a_return_goes_to_the_warehouse_of_its_region() -> None:
    _, _, return_ = await returned()
    assert return_.warehouse == "leipzig"
    assert returns.destination(return_).country == "DE"


async def test_good_pieces_are_paid_for_and_sold_again() -> None:
    world, case, return_ = await returned()
    stock = world.variant("product1-42").stock
    await receive(world, return_.rma, 1)
    assert open_tasks(world) == ["inspect_return"]
    await inspect(world, return_.rma)
    assert return_.state is ReturnState.COMPLETED
    assert refunds(world) == [str(return_.refund)]
    assert world.variant("product1-42").stock == stock + 1
    assert told(world) == ["return_received", "return_inspected"]
    assert told_values(world)["refund"] == {"type": "money", "amount": "54.90", "currency": "EUR"}
    assert open_tasks(world) == []
    assert case.state is CaseState.EXECUTING  # The money has yet to be sent.
    await pay(world)
    assert case.state is CaseState.RESOLVED
    assert world.actions()[-1] == "case.resolved"


async def test_the_typed_tracking_number_is_tidied() -> None:
    _, _, return_ = await returned()
    assert return_.tracking_number == "KP99"


async def test_of_a_part_only_what_came_is_paid_for_and_the_rest_ends_with_it() -> None:
    world, _, return_ = await returned(an_order(a_line(quantity=3)), complaint=replace(A_RETURN, lines={1: 3}))
    await receive(world, return_.rma, 2)
    assert return_.state is ReturnState.PARTIALLY_RECEIVED
    await inspect(world, return_.rma, {1: {Finding.AS_DESCRIBED: 2}})
    assert return_.state is ReturnState.COMPLETED
    assert refunds(world) == ["100.00 EUR"]
    assert told(world) == ["return_partly_received", "return_inspected"]


async def test_two_parcels_of_one_return_are_each_announced() -> None:
    world, _, return_ = await returned(an_order(a_line(quantity=2)), complaint=replace(A_RETURN, lines={1: 2}))
    await receive(world, return_.rma, 1)
    await receive(world, return_.rma, 1)
    assert told(world) == ["return_partly_received", "return_received"]
    assert open_tasks(world) == ["inspect_return"]


@pytest.mark.parametrize("finding", [Finding.DAMAGED_BY_CUSTOMER, Finding.WRONG_ITEM, Finding.MISSING])
async def test_what_is_not_as_described_is_decided_by_a_person(finding: Finding) -> None:
    world, case, return_ = await returned(an_order(a_line(quantity=2)), complaint=replace(A_RETURN, lines={1: 2}))
    stock = world.variant("product1-42").stock
    await receive(world, return_.rma, 2)
    await inspect(world, return_.rma, {1: {Finding.AS_DESCRIBED: 1, finding: 1}})
    assert return_.state is ReturnState.INSPECTED
    assert refunds(world) == ["50.00 EUR"]
    assert world.variant("product1-42").stock == stock + 1
    assert open_tasks(world) == ["decide_return"]
    assert told(world)[-1] == "return_disputed"
    async with world.uow() as uow:
        await inspections.settle(uow, return_.rma, euros(20), "worn, but can be sold as used", LATER, actor="agent:7")
        await uow.commit()
    assert return_.state is ReturnState.COMPLETED
    assert refunds(world) == ["50.00 EUR", "20.00 EUR"]
    assert told_values(world)["refund"]["amount"] == "70.00"
    assert open_tasks(world) == []
    await pay(world)
    assert case.state is CaseState.RESOLVED


async def test_a_person_may_pay_nothing_for_disputed_pieces_but_never_more_than_they_cost() -> None:
    world, case, return_ = await returned()
    await receive(world, return_.rma, 1)
    await inspect(world, return_.rma, {1: {Finding.WRONG_ITEM: 1}})
    async with world.uow() as uow:
        for amount in (euros("54.91"), euros(-1)):
            with pytest.raises(InvalidInputError):
                await inspections.settle(uow, return_.rma, amount, "reason", LATER, actor="agent:7")
        with pytest.raises(InvalidInputError):
            await inspections.settle(uow, return_.rma, euros(1), " ", LATER, actor="agent:7")
        await inspections.settle(uow, return_.rma, euros(0), "another item", LATER, actor="agent:7")
        await uow.commit()
    assert refunds(world) == []
    assert told(world)[-1] == "return_completed"
    assert case.state is CaseState.RESOLVED


async def test_goods_that_a_person_refuses_go_back() -> None:
    world, case, return_ = await returned()
    await receive(world, return_.rma, 1)
    await inspect(world, return_.rma, {1: {Finding.DAMAGED_BY_CUSTOMER: 1}})
    async with world.uow() as uow:
        await returns.decline(uow, return_.rma, Refusal.DAMAGED_BY_CUSTOMER, LATER, actor="agent:7")
        await uow.commit()
    assert (return_.state, return_.decline_reason) == (ReturnState.DECLINED, Refusal.DAMAGED_BY_CUSTOMER)
    assert open_tasks(world) == ["send_goods_back"]
    assert told(world)[-1] == "return_declined"
    assert case.state is CaseState.RESOLVED


async def partly_damaged(*orders: Order) -> tuple[World, Case, Return]:
    """Return a return of two pieces of which the customer has damaged one."""
    world, case, return_ = await returned(
        *(orders or (an_order(a_line(quantity=2)),)), complaint=replace(A_RETURN, lines={1: 2})
    )
    await receive(world, return_.rma, 2)
    await inspect(world, return_.rma, {1: {Finding.AS_DESCRIBED: 1, Finding.DAMAGED_BY_CUSTOMER: 1}})
    return world, case, return_


async def test_only_the_refused_piece_goes_back_and_what_was_in_order_stays_paid_for() -> None:
    world, case, return_ = await partly_damaged()
    async with world.uow() as uow:
        await reviews.decline(uow, case.number, "7", Refusal.DAMAGED_BY_CUSTOMER, LATER)
    assert (return_.state, return_.decline_reason) == (ReturnState.COMPLETED, None)
    assert (refunds(world), open_tasks(world)) == (["50.00 EUR"], ["send_goods_back"])
    assert (told(world)[-1], told_values(world)["refund"]["amount"]) == ("return_inspected", "50.00")
    async with world.uow() as uow:
        assert await cases.taken_pieces(uow, world.order.number) == {1: 2}


async def test_of_an_exchange_the_good_piece_is_paid_for_where_the_other_is_refused() -> None:
    line = a_line(quantity=2)
    line.product.variants[2].price = euros(60)
    world = await proved_world(an_order(line))
    async with world.uow() as uow:
        complaint = replace(AN_EXCHANGE, lines={1: 2})
        case, return_, exchange = await exchanges.open_exchange(uow, A_POLICY, complaint, "product1-43", NOW)
        await returns.receive(uow, return_.rma, {1: (2, 0)}, LATER)
        await inspections.inspect(uow, return_.rma, {1: {Finding.AS_DESCRIBED: 1, Finding.WRONG_ITEM: 1}}, LATER)
        await uow.commit()
    async with world.uow() as uow:
        await reviews.decline(uow, case.number, "7", Refusal.WRONG_ITEM, LATER)
    assert (return_.state, exchange.state) == (ReturnState.COMPLETED, ExchangeState.CANCELED)
    assert world.variant("product1-43").stock == 3
    assert (refunds(world), open_tasks(world)) == (["50.00 EUR"], ["send_goods_back"])


async def test_a_return_that_is_refused_was_never_agreed_on() -> None:
    world = await proved_world(an_order(a_line(price=euros(501))))
    async with world.uow() as uow:
        case, _ = await returns.open_return(uow, A_POLICY, A_RETURN, NOW)
    async with world.uow() as uow:
        await reviews.decline(uow, case.number, "7", Refusal.NO_EVIDENCE, LATER)
    assert [offer.state for offer in case.offers] == [OfferState.DECLINED]
    assert case.state is CaseState.RESOLVED


@pytest.mark.parametrize("issue", [IssueType.DEFECTIVE, IssueType.DAMAGED, IssueType.NOT_AS_DESCRIBED])
async def test_faulty_goods_are_paid_for_but_not_sold_again(issue: IssueType) -> None:
    world, _, return_ = await returned(complaint=replace(A_RETURN, issue=issue))
    stock = world.variant("product1-42").stock
    await receive(world, return_.rma, 1)
    await inspect(world, return_.rma)
    assert refunds(world) == [str(return_.refund)]
    assert world.variant("product1-42").stock == stock


async def test_what_broke_on_the_way_back_is_not_sold_again() -> None:
    world, _, return_ = await returned()
    stock = world.variant("product1-42").stock
    async with world.uow() as uow:
        await returns.receive(uow, return_.rma, {1: (1, 1)}, LATER)
    await inspect(world, return_.rma)
    assert world.variant("product1-42").stock == stock


async def test_the_shipping_fee_comes_back_with_the_last_return_of_an_order() -> None:
    world = await proved_world(an_order(a_line(1), a_line(2)))
    rmas = []
    for position in (1, 2):
        async with world.uow() as uow:
            complaint = replace(A_RETURN, lines={position: 1}, message_id=f"message-{position}")
            _, return_ = await returns.open_return(uow, A_POLICY, complaint, NOW)
            rmas.append(return_.rma)
    for rma, position in ((rmas[1], 2), (rmas[0], 1)):
        async with world.uow() as uow:
            await returns.receive(uow, rma, {position: (1, 0)}, LATER)
            await uow.commit()
        await inspect(world, rma)
    assert refunds(world) == ["50.00 EUR", "54.90 EUR"]


async def test_duties_paid_at_checkout_are_reclaimed_when_the_goods_are_back() -> None:
    order = an_order()
    order.duties = euros(3)
    order.total += euros(3)
    world, _, return_ = await returned(order)
    await receive(world, return_.rma, 1)
    await inspect(world, return_.rma)
    assert open_tasks(world) == ["reclaim_duties"]


async def test_a_parcel_that_is_never_sent_expires_and_the_case_is_resolved() -> None:
    world = await proved_world()
    async with world.uow() as uow:
        case, return_ = await returns.open_return(uow, A_POLICY, A_RETURN, NOW)
    deadline = NOW + timedelta(days=(return_.deadline - NOW.date()).days)
    assert await returns.expire_overdue(factory(world), deadline + incoming_returns.GRACE) == 0
    assert await returns.expire_overdue(factory(world), deadline + incoming_returns.GRACE + timedelta(days=1)) == 1
    assert await returns.expire_overdue(factory(world), deadline + incoming_returns.GRACE + timedelta(days=1)) == 0
    assert (return_.state, case.state) == (ReturnState.EXPIRED, CaseState.RESOLVED)
    assert told(world) == ["return_expired"]
    assert refunds(world) == []


async def test_a_parcel_on_its_way_does_not_expire() -> None:
    world, _, return_ = await returned()
    assert await returns.expire_overdue(factory(world), NOW + timedelta(days=90)) == 0
    assert return_.state is ReturnState.SHIPPED


async def test_a_reviewed_return_is_approved_by_a_person_and_gets_its_label() -> None:
    world = await proved_world(an_order(a_line(price=euros(501))))
    async with world.uow() as uow:
        case, return_ = await returns.open_return(uow, A_POLICY, A_RETURN, NOW)
        await returns.approve(uow, return_.rma, LATER, actor="agent:7")
        await returns.issue_label(uow, return_.rma, LATER, carrier="Kranich Paket", tracking_number="KP5")
        await uow.commit()
    assert (return_.state, return_.tracking_number) == (ReturnState.LABEL_ISSUED, "KP5")
    assert case.state is CaseState.EXECUTING
    assert told(world) == ["return_approved", "label_ready"]
    assert world.actions()[-2:] == ["return.approved", "return.label_issued"]


async def test_a_reviewed_return_that_is_declined_ends_the_case() -> None:
    world = await proved_world(an_order(a_line(price=euros(501))))
    async with world.uow() as uow:
        case, return_ = await returns.open_return(uow, A_POLICY, A_RETURN, NOW)
        await returns.decline(uow, return_.rma, Refusal.NO_EVIDENCE, LATER, actor="agent:7")
        await uow.commit()
    assert (return_.state, case.state) == (ReturnState.DECLINED, CaseState.RESOLVED)
    assert open_tasks(world) == []


async def test_a_prepaid_label_is_scanned_once() -> None:
    world = await proved_world()
    async with world.uow() as uow:
        _, return_ = await returns.open_return(uow, A_POLICY, A_RETURN, NOW)
        await returns.issue_label(uow, return_.rma, NOW, carrier="Kranich Paket", tracking_number="KP5")
        await returns.scanned(uow, return_, LATER)
        await uow.commit()
    assert (return_.state, return_.tracking_number) == (ReturnState.SHIPPED, "KP5")
    assert told(world)[-1] == "return_shipped"


async def test_hygiene_goods_that_came_back_faulty_or_not_are_never_sold_again() -> None:
    product = a_product("product1", return_class=ReturnClass.HYGIENE)
    complaint = replace(A_RETURN, issue=IssueType.DEFECTIVE)
    world, _, return_ = await returned(an_order(a_line(product=product)), complaint=complaint)
    return_.lines[0].reason = IssueType.CHANGED_MIND
    stock = world.variant("product1-42").stock
    await receive(world, return_.rma, 1)
    await inspect(world, return_.rma)
    assert world.variant("product1-42").stock == stock


async def test_goods_on_their_way_cannot_be_withdrawn() -> None:
    world, case, _ = await returned()
    async with world.uow() as uow:
        with pytest.raises(IllegalStateError):
            await cases.withdraw(uow, CONVERSATION, case.number, NOW)


async def test_a_return_nobody_knows_is_not_found() -> None:
    world = await proved_world()
    async with world.uow() as uow:
        with pytest.raises(NotFoundError):
            await returns.receive(uow, "R9", {1: (1, 0)}, NOW)


async def test_everything_that_happened_is_on_the_cases_timeline() -> None:
    world, case, return_ = await returned()
    await receive(world, return_.rma, 1)
    await inspect(world, return_.rma)
    async with world.uow() as uow:
        events = await uow.audit.of_subject(f"return:{return_.rma}")
    assert [event.action for event in events] == [
        "return.opened",
        "return.shipped",
        "return.received",
        "return.inspected",
        "return.completed",
    ]
    assert {event.data["case"] for event in events} == {case.number}
    assert world.database.all(Refund)[0].state is RefundState.AGREED
    assert return_.refund == Money(return_.refund.amount, "EUR")
