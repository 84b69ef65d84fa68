"""Carrying out what was agreed, and what agents decide about the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.aftersales.case import Case, CaseState
from bot.aftersales.labels import IssueType, Remedy
from bot.aftersales.notification import Notification
from bot.aftersales.offer import Offer, OfferState, Proposer
from bot.aftersales.order import Payment, ShipmentState
from bot.aftersales.policy import Policy
from bot.aftersales.policy_terms import Caps
from bot.aftersales.refund import Refund, RefundBreakdown, breakdown
from bot.aftersales.reship import ReshipState
from bot.aftersales.return_ import Refusal, Return, ReturnMethod, ReturnState
from bot.aftersales.selection import Selection
from bot.aftersales.task import Task, TaskState
from bot.errors import IllegalStateError
from bot.services import agent_decisions, remedies, returns, reviews
from bot.services.cases import Complaint
from bot.services.deciding import Decider
from bot.services.remedies import Outcome
from tests.unit.aftersales.builders import NOW, a_line, an_order, euros
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.lifecycles import open_tasks, refunds
from tests.unit.services.world import A_RETURN, World, proved_world

NOT_AS_DESCRIBED = replace(A_RETURN, issue=IssueType.NOT_AS_DESCRIBED, wish=None, evidence_given=True)
LATE = replace(A_RETURN, issue=IssueType.LATE_DELIVERY, lines={}, wish=Remedy.APOLOGY)
LOST = replace(A_RETURN, issue=IssueType.LOST_PARCEL, lines={}, wish=Remedy.RESHIP)
ANNA = Decider("anna")
CAPPED = replace(A_POLICY, caps=Caps(percent_of_order=Decimal(40)))


async def register(world: World, complaint: Complaint, *offers: Offer, policy: Policy = A_POLICY) -> Outcome:
    async with world.uow() as uow:
        return await remedies.register(uow, policy, complaint, NOW, offers=offers)


async def approve(world: World, case: Case, days_later: int = 1) -> Outcome:
    async with world.uow() as uow:
        return await reviews.approve(uow, A_POLICY, case.number, "anna", NOW + timedelta(days=days_later))


def part(percent: str, amount: str, state: OfferState, by: Proposer = Proposer.BOT) -> Offer:
    return Offer(Remedy.REFUND_PARTIAL, by, NOW, euros(amount), [], state, {"percent": percent})


async def test_an_accepted_part_of_the_price_is_refunded_as_such() -> None:
    world = await proved_world()
    refused, accepted = part("15", "7.50", OfferState.DECLINED), part("30", "15.00", OfferState.ACCEPTED)
    outcome = await register(world, NOT_AS_DESCRIBED, refused, accepted)
    assert outcome.refund is not None
    assert outcome.refund.amount == euros(15)
    assert outcome.refund.breakdown.lines[0].share == Decimal("0.3")
    assert [offer.state for offer in outcome.case.offers] == [OfferState.DECLINED, OfferState.ACCEPTED]
    assert outcome.case.wish is Remedy.REFUND_PARTIAL
    assert outcome.case.state is CaseState.EXECUTING


async def test_the_customers_own_figure_stands_in_the_ledger() -> None:
    world = await proved_world()
    wanted = Offer(Remedy.REFUND_PARTIAL, Proposer.CUSTOMER, NOW, euros(40), state=OfferState.DECLINED)
    offers = (part("15", "7.50", OfferState.COUNTERED), wanted, part("30", "15.00", OfferState.ACCEPTED))
    outcome = await register(world, NOT_AS_DESCRIBED, *offers)
    assert [offer.proposed_by for offer in outcome.case.offers] == [Proposer.BOT, Proposer.CUSTOMER, Proposer.BOT]
    assert outcome.case.state is CaseState.EXECUTING


async def test_a_figure_between_the_steps_is_a_share_of_the_price() -> None:
    world = await proved_world()
    outcome = await register(world, NOT_AS_DESCRIBED, part("24", "12.00", OfferState.ACCEPTED))
    assert outcome.refund is not None
    given = outcome.refund.breakdown
    assert [(line.goods, line.share) for line in given.lines] == [(euros(12), Decimal("0.24"))]
    assert not given.goodwill


@pytest.mark.parametrize("figure", [71, 100, 143])
async def test_a_figure_that_is_no_round_percentage_leaves_the_rest_of_the_line(figure: int) -> None:
    world = await proved_world(an_order(a_line(1, 1, euros(480))))
    percent = f"{Decimal(figure) / Decimal('4.8'):.2f}"
    outcome = await register(world, NOT_AS_DESCRIBED, part(percent, str(figure), OfferState.ACCEPTED))
    assert outcome.refund is not None
    given = outcome.refund.breakdown
    assert [line.goods for line in given.lines] == [euros(figure)]
    assert not given.goodwill
    whole = [Selection(world.order.lines[0], 1)]
    rest = breakdown(world.order, whole, outbound_shipping=False, duties=False, earlier=[given])
    assert rest.total == euros(480 - figure)


async def test_of_two_offers_accepted_at_once_the_one_beyond_the_goodwill_left_waits_for_a_person() -> None:
    world = await proved_world(an_order(a_line(price=euros(100))))
    first = await register(world, NOT_AS_DESCRIBED, part("30", "30", OfferState.ACCEPTED), policy=CAPPED)
    elsewhere = replace(NOT_AS_DESCRIBED, message_id="message-2")
    second = await register(world, elsewhere, part("30", "30", OfferState.ACCEPTED), policy=CAPPED)
    assert (first.case.state, second.case.state) == (CaseState.EXECUTING, CaseState.INVESTIGATING)
    assert [(offer.amount, offer.terms) for offer in second.case.offers] == [(euros(30), {"percent": "30"})]
    assert (second.refund, refunds(world), open_tasks(world)) == (None, ["30.00 EUR"], ["decide"])
    await approve(world, second.case)
    assert (refunds(world), open_tasks(world)) == (["30.00 EUR", "30.00 EUR"], [])


async def test_an_offer_made_for_more_pieces_than_were_confirmed_waits_for_a_person() -> None:
    world = await proved_world(an_order(a_line(1, quantity=2)))
    outcome = await register(world, NOT_AS_DESCRIBED, part("30", "30", OfferState.ACCEPTED))
    assert (outcome.case.state, outcome.refund) == (CaseState.INVESTIGATING, None)


@pytest.mark.parametrize(("capped", "state"), [(10, CaseState.RESOLVED), (9, CaseState.INVESTIGATING)])
async def test_a_coupon_within_the_cap_is_given_and_one_above_it_waits(capped: int, state: CaseState) -> None:
    order = an_order(delivered_days_ago=None, shipment=ShipmentState.IN_TRANSIT, shipping_fee=euros(0))
    order.shipments[0].promised_by = NOW - timedelta(days=4)
    world = await proved_world(order)
    coupon = Offer(Remedy.COUPON, Proposer.BOT, NOW, euros(5), [], OfferState.ACCEPTED, {"percent": "10"})
    policy = replace(A_POLICY, caps=Caps(percent_of_order=Decimal(capped)))
    outcome = await register(world, replace(LATE, wish=None), coupon, policy=policy)
    assert (outcome.case.state, outcome.coupon is None) == (state, state is CaseState.INVESTIGATING)


async def sum_paid(world: World, complaint: Complaint, amount: str) -> RefundBreakdown:
    """Return what a sum consists of that an agent paid without naming a percentage."""
    case = (await register(world, complaint)).case
    async with world.uow() as uow:
        paid = await agent_decisions.refund(uow, A_POLICY, case.number, ANNA, Decimal(amount), "long wait", NOW)
    assert isinstance(paid, Outcome) and paid.refund is not None
    return paid.refund.breakdown


async def test_a_sum_that_an_agent_pays_for_goods_is_a_part_of_their_price() -> None:
    given = await sum_paid(await proved_world(), NOT_AS_DESCRIBED, "7.13")
    assert ([line.goods for line in given.lines], given.goodwill) == ([euros("7.13")], euros(0))


async def test_a_sum_for_a_late_parcel_is_the_price_of_no_goods() -> None:
    order = an_order(delivered_days_ago=None, shipment=ShipmentState.IN_TRANSIT)
    given = await sum_paid(await proved_world(order), replace(LATE, wish=None), "7.13")
    assert given == RefundBreakdown.of_goodwill(euros("7.13"))


async def test_what_was_paid_too_much_stands_in_the_ledger_with_its_sum() -> None:
    order = an_order()
    order.payments = [Payment(f"p{nth}", "card", order.total, order.placed_at) for nth in (1, 2)]
    world = await proved_world(order)
    overcharged = replace(A_RETURN, issue=IssueType.OVERCHARGED, lines={}, wish=Remedy.REFUND_PARTIAL)
    outcome = await register(world, overcharged)
    assert outcome.refund is not None
    assert outcome.refund.amount == order.total
    assert [(offer.remedy, offer.amount) for offer in outcome.case.offers] == [(Remedy.REFUND_PARTIAL, order.total)]


async def test_a_wish_for_which_no_step_was_offered_is_kept_for_a_person() -> None:
    world = await proved_world()
    complaint = replace(A_RETURN, issue=IssueType.OTHER, lines={}, wish=Remedy.REFUND_PARTIAL)
    outcome = await register(world, complaint)
    case = outcome.case
    assert (case.state, case.wish, case.offers) == (CaseState.INVESTIGATING, Remedy.REFUND_PARTIAL, [])
    assert outcome.refund is None


async def test_a_coupon_settles_a_case_at_once() -> None:
    order = an_order(delivered_days_ago=None, shipment=ShipmentState.IN_TRANSIT)
    order.shipments[0].promised_by = NOW - timedelta(days=4)
    world = await proved_world(order)
    coupon = Offer(Remedy.COUPON, Proposer.BOT, NOW, euros(5), [], OfferState.ACCEPTED, {"percent": "10"})
    outcome = await register(world, replace(LATE, wish=None), coupon)
    assert outcome.coupon is not None
    assert outcome.coupon.percent == Decimal(10)
    assert outcome.case.state is CaseState.RESOLVED


async def test_a_parcel_that_the_carrier_searches_for_is_promised_again_for_later() -> None:
    order = an_order(delivered_days_ago=None, shipment=ShipmentState.IN_TRANSIT)
    order.shipments[0].shipped_at = NOW - timedelta(days=6)
    world = await proved_world(order)
    outcome = await register(world, LOST)
    assert outcome.reshipment is not None
    assert outcome.reshipment.state is ReshipState.SEARCHING
    assert outcome.reshipment.search_until is not None
    assert outcome.reshipment.search_until.date() == (NOW + timedelta(days=8)).date()


async def test_a_lost_parcel_is_sent_again_at_once_and_takes_stock() -> None:
    world = await proved_world(an_order(delivered_days_ago=None, shipment=ShipmentState.LOST))
    outcome = await register(world, LOST)
    assert outcome.reshipment is not None
    assert outcome.reshipment.state is ReshipState.RESERVED
    assert world.variant("product1-42").stock == 2


async def test_a_defect_is_repaired_in_warranty() -> None:
    world = await proved_world()
    outcome = await register(world, replace(NOT_AS_DESCRIBED, issue=IssueType.DEFECTIVE, wish=Remedy.REPAIR))
    assert outcome.repair is not None
    assert outcome.repair.in_warranty
    assert outcome.case.state is CaseState.EXECUTING


async def test_customs_get_a_matter_of_their_own_beside_the_case() -> None:
    world = await proved_world(an_order(delivered_days_ago=None, shipment=ShipmentState.IN_CUSTOMS))
    outcome = await register(world, replace(LATE, issue=IssueType.CUSTOMS_HOLD))
    assert outcome.customs is not None
    assert outcome.case.state is CaseState.INVESTIGATING


async def test_what_a_person_must_look_into_is_a_task_of_the_right_department() -> None:
    world = await proved_world()
    outcome = await register(world, replace(LATE, issue=IssueType.DELIVERED_NOT_RECEIVED, wish=Remedy.REFUND_FULL))
    assert outcome.case.state is CaseState.INVESTIGATING
    assert outcome.refund is None
    whats = [task.what for task in world.database.all(Task)]
    assert "ask_for_proof_of_delivery" in whats


async def test_the_same_message_starts_nothing_twice() -> None:
    world = await proved_world(an_order(delivered_days_ago=None, shipment=ShipmentState.LOST))
    first, second = await register(world, LOST), await register(world, LOST)
    assert (first.case, first.reshipment) == (second.case, second.reshipment)


async def test_an_agent_approves_what_was_asked_for_and_the_customer_hears_of_it() -> None:
    world = await proved_world()
    case = (await register(world, replace(LATE, issue=IssueType.DELIVERED_NOT_RECEIVED, wish=Remedy.REFUND_FULL))).case
    outcome = await approve(world, case)
    assert outcome.refund is not None
    assert world.database.all(Refund) == [outcome.refund]
    assert case.state is CaseState.EXECUTING
    assert "utter_notify_case_approved" in [told.response for told in world.database.all(Notification)]
    assert [task.state for task in world.database.all(Task) if task.what == "ask_for_proof_of_delivery"] == [
        TaskState.CANCELED
    ]
    with pytest.raises(IllegalStateError):
        await approve(world, case)


async def test_an_approval_judges_by_the_day_on_which_the_customer_came() -> None:
    world = await proved_world(an_order(delivered_days_ago=20))
    complaint = replace(NOT_AS_DESCRIBED, wish=Remedy.REFUND_PARTIAL, evidence_given=False)
    case = (await register(world, complaint, part("15", "7.50", OfferState.ACCEPTED))).case
    assert case.state is CaseState.INVESTIGATING
    outcome = await approve(world, case, days_later=2000)
    assert outcome.refund is not None


async def test_an_approved_return_waits_for_nobody_again_and_its_number_is_told() -> None:
    world = await proved_world()
    complaint = replace(NOT_AS_DESCRIBED, wish=Remedy.RETURN_REFUND, evidence_given=False)
    accepted = Offer(Remedy.RETURN_REFUND, Proposer.BOT, NOW, euros(50), [], OfferState.ACCEPTED)
    case = (await register(world, complaint, accepted)).case
    outcome = await approve(world, case)
    assert outcome.return_ is not None
    assert outcome.return_.state is ReturnState.APPROVED
    told = {found.response: found.values for found in world.database.all(Notification)}
    assert told["utter_notify_return_approved"]["rma"] == outcome.return_.rma
    assert told["utter_notify_case_approved"]["facts"]["return"]["rma"] == outcome.return_.rma


async def test_an_accepted_return_above_the_review_amount_waits_for_a_person() -> None:
    world = await proved_world(an_order(a_line(price=euros(900))))
    accepted = Offer(Remedy.RETURN_REFUND, Proposer.BOT, NOW, euros("904.90"), [], OfferState.ACCEPTED)
    ladder = (part("15", "135", OfferState.DECLINED), part("30", "270", OfferState.DECLINED), accepted)
    outcome = await register(world, NOT_AS_DESCRIBED, *ladder)
    assert (outcome.case.state, outcome.return_) == (CaseState.INVESTIGATING, None)
    assert open_tasks(world) == ["decide"]
    approved = await approve(world, outcome.case)
    assert approved.return_ is not None
    assert (approved.return_.state, outcome.case.state) == (ReturnState.APPROVED, CaseState.EXECUTING)
    assert open_tasks(world) == ["issue_return_label"]


async def test_a_return_in_review_is_approved_or_declined_as_such() -> None:
    world = await proved_world()
    complaint = replace(NOT_AS_DESCRIBED, wish=Remedy.RETURN_REFUND, evidence_given=False)
    async with world.uow() as uow:
        case, return_ = await returns.open_return(uow, A_POLICY, complaint, NOW)
    assert return_.state is ReturnState.MANUAL_REVIEW
    async with world.uow() as uow:
        await reviews.decline(uow, case.number, "anna", Refusal.NO_EVIDENCE, NOW)
    (declined,) = world.database.all(Return)
    assert declined.state is ReturnState.DECLINED
    assert case.state is CaseState.RESOLVED


async def test_what_is_declined_is_told_with_its_reason() -> None:
    world = await proved_world()
    case = (await register(world, replace(LATE, issue=IssueType.DELIVERED_NOT_RECEIVED, wish=Remedy.REFUND_FULL))).case
    async with world.uow() as uow:
        await reviews.decline(uow, case.number, "anna", Refusal.NOT_COVERED, NOW)
    assert case.state is CaseState.RESOLVED
    (told,) = [t for t in world.database.all(Notification) if t.response == "utter_notify_case_declined"]
    assert told.values["reason"]["name"] == "label_refusal_not_covered"
    assert world.database.all(Refund) == []


async def test_a_figure_named_before_any_offer_is_a_wish() -> None:
    world = await proved_world()
    wanted = Offer(Remedy.REFUND_PARTIAL, Proposer.CUSTOMER, NOW, euros(25), state=OfferState.DECLINED)
    outcome = await register(world, NOT_AS_DESCRIBED, wanted, part("15", "7.50", OfferState.ACCEPTED))
    assert [offer.proposed_by for offer in outcome.case.offers] == [Proposer.CUSTOMER, Proposer.BOT]
    assert outcome.case.state is CaseState.EXECUTING


async def test_goods_of_an_accepted_return_travel_as_the_customer_chose() -> None:
    world = await proved_world()
    accepted = Offer(Remedy.RETURN_REFUND, Proposer.BOT, NOW, euros("54.90"), state=OfferState.ACCEPTED)
    outcome = await register(world, replace(NOT_AS_DESCRIBED, return_method=ReturnMethod.PICKUP), accepted)
    assert outcome.return_ is not None
    assert outcome.return_.method is ReturnMethod.PICKUP
