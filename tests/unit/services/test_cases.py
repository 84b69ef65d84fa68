"""Registering a complaint once, within policy, and taking it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case, CaseState
from bot.aftersales.evidence import EvidenceKind
from bot.aftersales.exchange import Exchange, ExchangeState
from bot.aftersales.labels import IssueType, Liability, Priority, Remedy
from bot.aftersales.offer import OfferState
from bot.aftersales.order import OrderState, ShipmentState
from bot.aftersales.return_ import Return, ReturnState
from bot.errors import IllegalStateError, NotFoundError, NotIdentifiedError, PolicyRefusalError
from bot.services import cases, evidence, exchanges, identification, remedies, returns
from bot.services.cases import Complaint
from bot.services.evidence_ports import CleanCopy
from bot.services.identification import proved_order
from tests.unit.aftersales.builders import NOW, a_line, an_order
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.world import A_RETURN, AN_EXCHANGE, CONVERSATION, EMAIL, World, proved_world

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


OTHER = "telegram~1"
COPY = CleanCopy(EvidenceKind.IMAGE, "image/jpeg", 1000, 640, 480, "ab" * 32)


async def prove(world: World, conversation: str) -> None:
    async with world.uow() as uow:
        assert await identification.prove(uow, conversation, "10482733", EMAIL, NOW)


@pytest.mark.parametrize(
    ("issue", "lines", "is_the_same"),
    [
        (IssueType.DEFECTIVE, {1: 1}, True),
        (IssueType.DEFECTIVE, {1: 2, 2: 1}, True),
        (IssueType.DEFECTIVE, {}, True),
        (IssueType.DEFECTIVE, {2: 1}, False),
        (IssueType.DAMAGED, {1: 1}, False),
    ],
)
async def test_a_complaint_repeats_an_open_case_about_the_same_issue_and_goods(
    issue: IssueType, lines: dict[int, int], is_the_same: bool
) -> None:
    world = await proved_world()
    case = await register(world, A_DEFECT)
    async with world.uow() as uow:
        found = await cases.same_matter(uow, CONVERSATION, "10482733", issue, lines)
        assert found is (case if is_the_same else None)
        with pytest.raises(NotIdentifiedError):
            await cases.same_matter(uow, OTHER, "10482733", issue, lines)
    await withdraw(world, case.number)
    async with world.uow() as uow:
        assert await cases.same_matter(uow, CONVERSATION, "10482733", issue, lines) is None


async def test_another_conversation_goes_on_with_the_case_and_brings_its_evidence() -> None:
    world = await proved_world()
    case = await register(world, A_DEFECT)
    await prove(world, OTHER)
    async with world.uow() as uow:
        await evidence.add(uow, "piece", OTHER, COPY, NOW)
        assert await cases.join(uow, OTHER, case.number, "telegram", NOW) is case
    async with world.uow() as uow:
        assert [piece.id for piece in await evidence.of_case(uow, case.number)] == ["piece"]
    joined = next(event for event in world.database.all(AuditEvent) if event.action == "contact.joined")
    assert (joined.subject, joined.data) == (f"case:{case.number}", {"channel": "telegram", "conversation": OTHER})
    assert (case.conversation_id, case.state) == (CONVERSATION, CaseState.INVESTIGATING)


async def test_nobody_joins_a_case_of_somebody_else_or_one_that_is_over() -> None:
    world = await proved_world()
    case = await register(world, A_DEFECT)
    async with world.uow() as uow:
        for number in (case.number, "C9999999"):
            with pytest.raises(NotFoundError):
                await cases.join(uow, OTHER, number, "telegram", NOW)
    await withdraw(world, case.number)
    async with world.uow() as uow:
        with pytest.raises(NotFoundError):
            await cases.join(uow, CONVERSATION, case.number, "widget", NOW)


async def test_the_case_at_hand_is_the_conversations_own_or_that_of_the_order_it_proved() -> None:
    world = await proved_world()
    case = await register(world, A_DEFECT)
    async with world.uow() as uow:
        assert await cases.at_hand(uow, CONVERSATION, None) is case
        assert await cases.at_hand(uow, OTHER, "10482733") is None
    await prove(world, OTHER)
    async with world.uow() as uow:
        assert await cases.at_hand(uow, OTHER, "10482733") is case
        assert await cases.at_hand(uow, OTHER, None) is None
    await withdraw(world, case.number)
    async with world.uow() as uow:
        assert await cases.at_hand(uow, OTHER, "10482733") is None


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
