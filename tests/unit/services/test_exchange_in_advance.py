"""Where policy says so, a replacement leaves before the goods are back, and its customer cannot keep both."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.aftersales.case import Case, CaseState
from bot.aftersales.exchange import ExchangeState
from bot.aftersales.labels import IssueType, Remedy
from bot.aftersales.notification import Notification
from bot.aftersales.policy import Selection
from bot.aftersales.return_ import Return, ReturnState
from bot.errors import IllegalStateError
from bot.services import agent_offers, cases, exchanges, inspections, remedies, returns, reviews
from bot.services.agent_terms import Wanted
from bot.services.deciding import Decider
from tests.unit.aftersales.builders import NOW, a_line, an_order, euros
from tests.unit.aftersales.policies import A_POLICY, IN_ADVANCE
from tests.unit.services.lifecycles import LATER, exchanged, factory, open_tasks, told
from tests.unit.services.test_agent_offers import COMPLAINT
from tests.unit.services.world import CONVERSATION, World, proved_world

AFTER_THE_DEADLINE = NOW + timedelta(days=60)
REPLACEMENT = "product1-43"


async def shipped() -> tuple[World, Case, Return]:
    """Return an exchange whose replacement left while the goods are still at the customer's."""
    world, case, return_, exchange = await exchanged(policy=IN_ADVANCE)
    async with world.uow() as uow:
        await exchanges.ship(uow, return_.rma, "Kranich Paket", "KP7", LATER)
        await uow.commit()
    assert exchange.has_left
    return world, case, return_


async def taken(world: World) -> dict[int, int]:
    async with world.uow() as uow:
        return await cases.taken_pieces(uow, world.order.number)


@pytest.mark.parametrize("issue", [IssueType.WRONG_SIZE, IssueType.DEFECTIVE])
def test_policy_says_so_with_the_rule(issue: IssueType) -> None:
    order = an_order()
    for policy, expected in ((IN_ADVANCE, True), (A_POLICY, False)):
        verdict = policy.decide(order, [Selection(order.lines[0], 1)], issue, NOW, {})
        assert verdict.exchanges_in_advance is expected
        assert any(rule.id.endswith(".exchanges_in_advance") for rule in verdict.rules) is expected


def test_where_nothing_can_be_exchanged_nothing_is_in_advance() -> None:
    order = an_order(delivered_days_ago=31)
    verdict = IN_ADVANCE.decide(order, [Selection(order.lines[0], 1)], IssueType.WRONG_SIZE, NOW, {})
    assert not verdict.exchanges_in_advance


async def test_the_warehouse_is_asked_at_once_and_the_case_goes_on_until_the_goods_are_here() -> None:
    world, case, return_ = await shipped()
    assert open_tasks(world) == []
    async with world.uow() as uow:
        await exchanges.deliver(uow, return_.rma, LATER)
        assert case.state is CaseState.EXECUTING
        await returns.receive(uow, return_.rma, {1: (1, 0)}, LATER)
        assert open_tasks(world) == ["inspect_return"]
        await inspections.inspect(uow, return_.rma, {}, LATER)
        await uow.commit()
    assert case.state is CaseState.RESOLVED


async def test_otherwise_the_replacement_waits_for_the_goods() -> None:
    world, _, _, exchange = await exchanged(policy=IN_ADVANCE)
    assert (exchange.in_advance, open_tasks(world)) == (True, ["ship_replacement"])
    world, _, _, exchange = await exchanged()
    assert (exchange.in_advance, open_tasks(world)) == (False, [])


async def test_a_dearer_replacement_waits_until_the_difference_is_paid_and_the_customer_hears_no_promise() -> None:
    line = a_line()
    line.product.variants[2].price = euros(60)
    world, _, return_, exchange = await exchanged(an_order(line), policy=IN_ADVANCE)
    assert open_tasks(world) == ["collect_difference"]
    assert exchanges.shipping_of(return_, exchange)["name"] == "label_shipping_own"
    async with world.uow() as uow:
        await exchanges.settle_difference(uow, return_.rma, NOW)
        await uow.commit()
    assert open_tasks(world) == ["ship_replacement"]


async def test_above_the_review_amount_it_leaves_when_a_person_has_approved_and_not_when_it_is_paid() -> None:
    line = a_line(price=euros(501))
    line.product.variants[2].price = euros(510)
    world, case, return_, _ = await exchanged(an_order(line), policy=IN_ADVANCE)
    async with world.uow() as uow:
        await exchanges.settle_difference(uow, return_.rma, NOW)
        assert (return_.state, open_tasks(world)) == (ReturnState.MANUAL_REVIEW, ["decide"])
        await reviews.approve(uow, IN_ADVANCE, case.number, "mia", LATER)
    assert open_tasks(world) == ["ship_replacement"]


async def test_goods_that_never_come_leave_a_person_to_decide_and_are_not_returned_once_more() -> None:
    world, case, return_ = await shipped()
    await returns.expire_overdue(factory(world), AFTER_THE_DEADLINE)
    async with world.uow() as uow:
        await exchanges.deliver(uow, return_.rma, AFTER_THE_DEADLINE)
        await uow.commit()
    assert (return_.state, case.state) == (ReturnState.EXPIRED, CaseState.ESCALATED)
    assert open_tasks(world) == ["decide"]
    assert told(world)[-2:] == ["return_expired", "replacement_delivered"]
    assert await taken(world) == {1: 1}


async def test_a_replacement_that_has_not_left_by_the_deadline_is_given_up() -> None:
    world, case, return_, exchange = await exchanged(policy=IN_ADVANCE)
    await returns.expire_overdue(factory(world), AFTER_THE_DEADLINE)
    assert (return_.state, exchange.state) == (ReturnState.EXPIRED, ExchangeState.CANCELED)
    assert (case.state, open_tasks(world), await taken(world)) == (CaseState.RESOLVED, [], {})
    assert world.variant(REPLACEMENT).stock == 3


async def test_an_exchange_whose_replacement_has_left_cannot_be_taken_back() -> None:
    world, case, return_ = await shipped()
    async with world.uow() as uow:
        with pytest.raises(IllegalStateError):
            await cases.withdraw(uow, CONVERSATION, case.number, LATER)
    assert (return_.state, case.state) == (ReturnState.APPROVED, CaseState.EXECUTING)


async def test_an_agent_s_exchange_keeps_to_the_policy_and_is_told_as_such() -> None:
    world = await proved_world()
    async with world.uow() as uow:
        case = (await remedies.register(uow, IN_ADVANCE, COMPLAINT, NOW)).case
    async with world.uow() as uow:
        wanted = Wanted(Remedy.EXCHANGE, sku=REPLACEMENT)
        await agent_offers.propose(uow, IN_ADVANCE, case.number, Decider("ana"), wanted, "a wish", NOW)
    async with world.uow() as uow:
        await agent_offers.answer(uow, IN_ADVANCE, CONVERSATION, case.number, 1, True, NOW)
    assert "ship_replacement" in open_tasks(world)
    (news,) = [found for found in world.database.all(Notification) if found.response == "utter_exchange_opened"]
    names = [line["name"] for line in news.values["shipping"]["lines"]]
    assert names == ["label_shipping_free", "label_exchange_in_advance"]
