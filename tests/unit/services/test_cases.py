"""Registering a complaint once, within policy, and taking it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.aftersales.case import Case, CaseState
from bot.aftersales.exchange import Exchange, ExchangeState
from bot.aftersales.labels import IssueType, Liability, Priority, Remedy
from bot.aftersales.offer import OfferState
from bot.aftersales.order import OrderState, ShipmentState
from bot.aftersales.return_ import Return, ReturnState
from bot.errors import IllegalStateError, NotFoundError, NotIdentifiedError, PolicyRefusalError
from bot.services import cases, exchanges, remedies, returns
from bot.services.cases import Complaint
from bot.services.identification import proved_order
from tests.unit.aftersales.builders import NOW, a_line, an_order
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.world import A_RETURN, AN_EXCHANGE, CONVERSATION, World, proved_world

A_DEFECT = replace(A_RETURN, issue=IssueType.DEFECTIVE, wish=None, story="Läuft nicht an.")
LOST = replace(A_RETURN, issue=IssueType.LOST_PARCEL, lines={}, wish=Remedy.REFUND_FULL)


async def register(world: World, complaint: Complaint) -> Case:
    async with world.uow() as uow:
        return (await remedies.register(uow, A_POLICY, complaint, NOW)).case


async def withdraw(world: World, number: str, conversation: str = CONVERSATION) -> Case:
    async with world.uow() as uow:
        return await cases.withdraw(uow, conversation, number, NOW)


async def test_a_complaint_is_registered_with_all_that_was_told() -> None:
    world = await proved_world()
    case = await register(world, A_DEFECT)
    assert world.database.all(Case) == [case]
    assert case.number == "C1000001"
    assert (case.story, case.language, case.channel) == ("Läuft nicht an.", "de", "widget")
    assert (case.customer_id, case.order_number, case.lines) == ("customer-1", "10482733", {1: 1})
    assert (case.issue_type, case.liability, case.priority) == (
        IssueType.DEFECTIVE,
        Liability.SELLER,
        Priority.NORMAL,
    )
    assert case.policy_version == "v1"
    assert case.state is CaseState.INVESTIGATING
    assert "case.registered" in world.actions()


async def test_the_same_message_registers_one_case() -> None:
    world = await proved_world()
    first = await register(world, A_DEFECT)
    second = await register(world, A_DEFECT)
    assert first is second
    assert world.database.all(Case) == [first]
    assert world.actions().count("case.registered") == 1


async def test_another_message_registers_another_case() -> None:
    world = await proved_world()
    first = await register(world, A_DEFECT)
    second = await register(world, replace(A_DEFECT, message_id="message-2"))
    assert (first.number, second.number) == ("C1000001", "C1000002")
    assert (first.priority, second.priority) == (Priority.NORMAL, Priority.HIGH)


async def test_without_a_proof_nothing_is_registered() -> None:
    world = World()
    with pytest.raises(NotIdentifiedError):
        await register(world, A_DEFECT)
    assert world.database.all(Case) == []


async def test_a_wish_against_policy_is_refused_with_the_reasons_and_leaves_nothing() -> None:
    world = await proved_world(an_order(delivered_days_ago=60))
    with pytest.raises(PolicyRefusalError) as refusal:
        await register(world, A_RETURN)
    assert refusal.value.reasons == ("window_closed",)
    assert world.database.all(Case) == []
    assert "case.registered" not in world.actions()


async def test_a_complaint_that_policy_cannot_help_is_registered_all_the_same() -> None:
    world = await proved_world(an_order(delivered_days_ago=900))
    case = await register(world, A_DEFECT)
    assert case.state is CaseState.INVESTIGATING


async def test_a_line_that_the_order_does_not_have_is_not_found() -> None:
    world = await proved_world()
    with pytest.raises(NotFoundError):
        await register(world, replace(A_DEFECT, lines={7: 1}))


async def test_the_customer_is_promised_to_hear_sooner_the_more_it_presses() -> None:
    world = await proved_world()
    urgent = await register(world, replace(A_DEFECT, issue=IssueType.SAFETY_HAZARD))
    assert urgent.priority is Priority.URGENT
    assert urgent.next_contact_by == NOW + timedelta(hours=4)


async def test_a_refund_for_a_parcel_the_carrier_lost_is_agreed_at_once() -> None:
    order = an_order(delivered_days_ago=None, shipment=ShipmentState.LOST)
    world = await proved_world(order)
    case = await register(world, LOST)
    (offer,) = case.offers
    assert (offer.remedy, offer.amount, offer.state) == (Remedy.REFUND_FULL, order.total, OfferState.ACCEPTED)
    assert offer.reasons == ["service_failure"]
    assert case.state is CaseState.EXECUTING


async def test_a_refund_that_only_the_customer_s_word_speaks_for_waits_for_a_person() -> None:
    world = await proved_world(an_order(delivered_days_ago=None))
    case = await register(world, LOST)
    assert case.state is CaseState.INVESTIGATING
    assert case.offers[0].state is OfferState.PROPOSED


async def test_a_missing_refund_can_be_reported_for_a_canceled_order() -> None:
    world = await proved_world(an_order(delivered_days_ago=None, state=OrderState.CANCELED))
    complaint = replace(LOST, issue=IssueType.REFUND_MISSING)
    case = await register(world, complaint)
    assert (case.state, case.priority) == (CaseState.INVESTIGATING, Priority.HIGH)


async def test_a_decision_counts_pieces_that_another_return_binds() -> None:
    world = await proved_world(an_order(a_line(quantity=2)))
    async with world.uow() as uow:
        await returns.open_return(uow, A_POLICY, A_RETURN, NOW)
        order = await proved_order(uow, CONVERSATION, "10482733")
        one = await cases.decide(uow, A_POLICY, order, IssueType.CHANGED_MIND, {1: 1}, NOW)
        both = await cases.decide(uow, A_POLICY, order, IssueType.CHANGED_MIND, {1: 2}, NOW)
    assert one.allows(Remedy.RETURN_REFUND)
    assert both.reasons == ("already_returned",)


async def test_an_order_needs_a_proof() -> None:
    async with World().uow() as uow:
        with pytest.raises(NotIdentifiedError):
            await proved_order(uow, CONVERSATION, "10482733")


async def test_no_chosen_line_means_the_whole_order() -> None:
    order = an_order(a_line(1, quantity=2), a_line(2))
    chosen = cases.selections(order, {})
    assert [(selection.line.position, selection.quantity) for selection in chosen] == [(1, 2), (2, 1)]


async def test_cases_of_an_order_are_told_newest_first_and_only_after_a_proof() -> None:
    world = await proved_world()
    first = await register(world, A_DEFECT)
    second = await register(world, replace(A_DEFECT, message_id="message-2"))
    await withdraw(world, first.number)
    async with world.uow() as uow:
        assert await cases.open_in(uow, CONVERSATION, "10482733") == [second]
        assert await cases.of_order(uow, CONVERSATION, "10482733") == [second, first]
        with pytest.raises(NotIdentifiedError):
            await cases.open_in(uow, "conversation-2", "10482733")
        with pytest.raises(NotIdentifiedError):
            await cases.of_order(uow, "conversation-2", "10482733")


async def test_a_withdrawal_cancels_the_return() -> None:
    world = await proved_world()
    async with world.uow() as uow:
        case, return_ = await returns.open_return(uow, A_POLICY, A_RETURN, NOW)
    await withdraw(world, case.number)
    assert case.state is CaseState.WITHDRAWN
    assert return_.state is ReturnState.CANCELED
    assert world.actions()[-1] == "case.withdrawn"


async def test_pieces_of_a_withdrawn_return_can_be_returned_again() -> None:
    world = await proved_world()
    async with world.uow() as uow:
        case, _ = await returns.open_return(uow, A_POLICY, A_RETURN, NOW)
    await withdraw(world, case.number)
    async with world.uow() as uow:
        await returns.open_return(uow, A_POLICY, replace(A_RETURN, message_id="message-2"), NOW)
    assert len(world.database.all(Return)) == 2


async def test_a_withdrawal_cancels_the_exchange_and_gives_the_replacement_back() -> None:
    world = await proved_world()
    async with world.uow() as uow:
        case, return_, exchange = await exchanges.open_exchange(uow, A_POLICY, AN_EXCHANGE, "product1-43", NOW)
    assert world.variant("product1-43").stock == 2
    await withdraw(world, case.number)
    assert (return_.state, exchange.state) == (ReturnState.CANCELED, ExchangeState.CANCELED)
    assert world.variant("product1-43").stock == 3


async def test_a_second_withdrawal_changes_nothing() -> None:
    world = await proved_world()
    async with world.uow() as uow:
        case, _, _ = await exchanges.open_exchange(uow, A_POLICY, AN_EXCHANGE, "product1-43", NOW)
    await withdraw(world, case.number)
    await withdraw(world, case.number)
    assert world.variant("product1-43").stock == 3
    assert world.actions().count("case.withdrawn") == 1


async def test_a_withdrawal_leaves_other_cases_of_the_order_alone() -> None:
    world = await proved_world(an_order(a_line(1), a_line(2)))
    async with world.uow() as uow:
        case, _ = await returns.open_return(uow, A_POLICY, A_RETURN, NOW)
        _, other = await returns.open_return(
            uow, A_POLICY, replace(A_RETURN, lines={2: 1}, message_id="message-2"), NOW
        )
    await withdraw(world, case.number)
    assert other.state is ReturnState.APPROVED


async def test_goods_on_their_way_can_no_longer_be_kept() -> None:
    world = await proved_world()
    async with world.uow() as uow:
        case, return_ = await returns.open_return(uow, A_POLICY, A_RETURN, NOW)
    return_.state = ReturnState.SHIPPED
    commits = world.database.commits
    with pytest.raises(IllegalStateError):
        await withdraw(world, case.number)
    assert case.is_open
    assert world.database.commits == commits


async def test_nobody_withdraws_a_case_of_somebody_else() -> None:
    world = await proved_world()
    case = await register(world, A_DEFECT)
    with pytest.raises((NotFoundError, NotIdentifiedError)):
        await withdraw(world, case.number, conversation="conversation-2")
    assert case.is_open


async def test_a_case_that_does_not_exist_cannot_be_withdrawn() -> None:
    world = await proved_world()
    with pytest.raises(NotFoundError):
        await withdraw(world, "C9999999")
    assert world.database.all(Exchange) == []
