"""Opening a return once, within policy."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.aftersales.case import Case, CaseState
from bot.aftersales.labels import IssueType, Payer, Remedy
from bot.aftersales.offer import OfferState
from bot.aftersales.return_ import Refusal, Return, ReturnMethod, ReturnState
from bot.aftersales.task import Department, Task
from bot.errors import NotIdentifiedError, PolicyRefusalError
from bot.services import exchanges, returns, reviews, tasks
from bot.services.cases import Complaint
from tests.unit.aftersales.builders import NOW, a_line, an_order, euros
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.lifecycles import LATER, open_tasks
from tests.unit.services.world import A_RETURN, AN_EXCHANGE, World, proved_world


async def open_return(world: World, complaint: Complaint = A_RETURN) -> tuple[Case, Return]:
    async with world.uow() as uow:
        return await returns.open_return(uow, A_POLICY, complaint, NOW)


async def test_a_return_is_opened_with_its_case() -> None:
    world = await proved_world(an_order(a_line(1, quantity=2), a_line(2)))
    case, return_ = await open_return(world, replace(A_RETURN, lines={2: 1, 1: 2}))
    assert world.database.all(Return) == [return_]
    assert (return_.rma, return_.case_number, return_.order_number) == ("R1000001", case.number, "10482733")
    assert [(line.position, line.quantity, line.reason) for line in return_.lines] == [
        (1, 2, IssueType.CHANGED_MIND),
        (2, 1, IssueType.CHANGED_MIND),
    ]
    assert return_.state is ReturnState.APPROVED
    assert return_.method is ReturnMethod.DROP_OFF
    assert return_.deadline == date(2026, 4, 3)
    assert return_.refund == world.order.total
    assert return_.return_shipping is Payer.CUSTOMER
    assert world.actions()[-2:] == ["case.registered", "return.opened"]


async def test_the_agreed_remedy_is_in_the_offer_ledger() -> None:
    world = await proved_world(an_order(a_line(1), a_line(2)))
    case, _ = await open_return(world)
    (offer,) = case.offers
    assert (offer.remedy, offer.state, offer.amount) == (
        Remedy.RETURN_REFUND,
        OfferState.ACCEPTED,
        euros(50),
    )
    assert case.state is CaseState.EXECUTING


async def test_the_same_message_opens_one_return() -> None:
    world = await proved_world()
    first = await open_return(world)
    second = await open_return(world)
    assert first == second
    assert len(world.database.all(Return)) == len(world.database.all(Case)) == 1


async def test_a_piece_is_not_returned_twice() -> None:
    world = await proved_world()
    await open_return(world)
    with pytest.raises(PolicyRefusalError) as refusal:
        await open_return(world, replace(A_RETURN, message_id="message-2"))
    assert refusal.value.reasons == ("already_returned",)
    assert len(world.database.all(Return)) == 1


async def test_a_return_after_the_window_is_refused_and_leaves_nothing() -> None:
    world = await proved_world(an_order(delivered_days_ago=31))
    with pytest.raises(PolicyRefusalError) as refusal:
        await open_return(world)
    assert refusal.value.reasons == ("window_closed",)
    assert not world.database.all(Return)
    assert not world.database.all(Case)


async def test_without_a_proof_no_return_is_opened() -> None:
    world = World()
    with pytest.raises(NotIdentifiedError):
        await open_return(world)
    assert world.database.all(Return) == []


async def test_above_the_review_amount_a_return_waits_for_a_person() -> None:
    world = await proved_world(an_order(a_line(price=euros(501))))
    case, return_ = await open_return(world)
    assert return_.state is ReturnState.MANUAL_REVIEW
    assert case.state is CaseState.INVESTIGATING
    assert case.offers[0].state is OfferState.PROPOSED
    assert open_tasks(world) == ["decide"]


async def test_somebody_is_asked_whether_dangerous_goods_come_back() -> None:
    world = await proved_world()
    case, return_ = await open_return(world, replace(A_RETURN, issue=IssueType.SAFETY_HAZARD))
    assert (return_.state, case.state) == (ReturnState.MANUAL_REVIEW, CaseState.INVESTIGATING)
    assert open_tasks(world) == ["check_safety"]


@pytest.mark.parametrize("is_exchange", [False, True])
@pytest.mark.parametrize("is_approved", [False, True])
async def test_who_decides_about_a_return_is_asked_until_it_is_decided(is_exchange: bool, is_approved: bool) -> None:
    world = await proved_world(an_order(a_line(price=euros(501))))
    async with world.uow() as uow:
        if is_exchange:
            case, _, _ = await exchanges.open_exchange(uow, A_POLICY, AN_EXCHANGE, "product1-43", NOW)
        else:
            case, _ = await returns.open_return(uow, A_POLICY, A_RETURN, NOW)
    assert (case.state, open_tasks(world)) == (CaseState.INVESTIGATING, ["decide"])
    async with world.uow() as uow:
        if is_approved:
            await reviews.approve(uow, A_POLICY, case.number, "mia", LATER)
        else:
            await reviews.decline(uow, case.number, "mia", Refusal.NOT_COVERED, LATER)
    assert case.state is (CaseState.EXECUTING if is_approved else CaseState.RESOLVED)
    assert open_tasks(world) == []


async def test_the_shop_pays_the_way_back_of_faulty_goods() -> None:
    world = await proved_world()
    _, return_ = await open_return(world, replace(A_RETURN, issue=IssueType.DAMAGED))
    assert return_.return_shipping is Payer.SHOP


async def test_goods_travel_back_in_the_way_that_was_chosen() -> None:
    world = await proved_world()
    _, return_ = await open_return(world, replace(A_RETURN, return_method=ReturnMethod.PICKUP))
    assert return_.method is ReturnMethod.PICKUP


@pytest.mark.parametrize(
    ("issue", "method", "kinds"),
    [
        (IssueType.CHANGED_MIND, ReturnMethod.DROP_OFF, []),
        (IssueType.CHANGED_MIND, ReturnMethod.POST, []),
        (IssueType.CHANGED_MIND, ReturnMethod.PICKUP, ["arrange_pickup"]),
        (IssueType.DAMAGED, ReturnMethod.DROP_OFF, ["issue_return_label"]),
        (IssueType.DAMAGED, ReturnMethod.POST, ["issue_return_label"]),
        (IssueType.DAMAGED, ReturnMethod.PICKUP, ["arrange_pickup"]),
    ],
)
async def test_logistics_sees_to_a_pickup_and_to_the_label_that_the_shop_pays_for(
    issue: IssueType, method: ReturnMethod, kinds: list[str]
) -> None:
    world = await proved_world()
    case, _ = await open_return(world, replace(A_RETURN, issue=issue, return_method=method))
    opened = world.database.all(Task)
    assert [task.what for task in opened] == kinds
    for task in opened:
        assert (task.case_number, task.department) == (case.number, Department.LOGISTICS)
        assert task.due_at == NOW + tasks.DUE_IN[Department.LOGISTICS]


@pytest.mark.parametrize(
    ("issue", "method", "kind"),
    [
        (IssueType.CHANGED_MIND, ReturnMethod.PICKUP, "arrange_pickup"),
        (IssueType.DAMAGED, ReturnMethod.DROP_OFF, "issue_return_label"),
    ],
)
async def test_nobody_is_asked_to_arrange_the_way_back_before_it_is_approved(
    issue: IssueType, method: ReturnMethod, kind: str
) -> None:
    world = await proved_world(an_order(a_line(price=euros(501))))
    case, _ = await open_return(world, replace(A_RETURN, issue=issue, return_method=method))
    assert open_tasks(world) == ["decide"]
    async with world.uow() as uow:
        await reviews.approve(uow, A_POLICY, case.number, "mia", LATER)
    assert [(task.what, task.opened_at) for task in world.database.all(Task) if task.is_open] == [(kind, LATER)]


async def test_a_label_alone_brings_nobody_who_picks_goods_up() -> None:
    world = await proved_world()
    _, return_ = await open_return(world, replace(A_RETURN, return_method=ReturnMethod.PICKUP))
    async with world.uow() as uow:
        await returns.issue_label(uow, return_.rma, LATER, carrier="Kranich Paket", tracking_number="KP5")
        await uow.commit()
    assert open_tasks(world) == ["arrange_pickup"]


async def test_of_faulty_goods_that_are_exchanged_the_shop_sends_a_label_too() -> None:
    world = await proved_world()
    async with world.uow() as uow:
        faulty = replace(AN_EXCHANGE, issue=IssueType.DAMAGED)
        _, return_, _ = await exchanges.open_exchange(uow, A_POLICY, faulty, "product1-43", NOW)
    assert return_.return_shipping is Payer.SHOP
    assert "issue_return_label" in open_tasks(world)
