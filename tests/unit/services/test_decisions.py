"""A decision knows what was given before: refunds, goodwill of the order, goodwill of the customer."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from bot.aftersales.case import Case
from bot.aftersales.labels import IssueType, Remedy
from bot.aftersales.money import Money
from bot.aftersales.offer import Offer, OfferState, Proposer
from bot.aftersales.order import ShipmentState
from bot.aftersales.policy import Selection
from bot.aftersales.refund import Refund, RefundBreakdown, RefundState, breakdown
from bot.aftersales.reship import Reshipment, ReshipState
from bot.services import cases, decisions, grants
from bot.services.policy_report import report
from tests.unit.aftersales.builders import NOW, a_case, a_line, an_order, euros
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.world import World


def given_offer(
    number: str,
    remedy: Remedy,
    amount: Money,
    *,
    issue: IssueType = IssueType.NOT_AS_DESCRIBED,
    order: str = "10482733",
    state: OfferState = OfferState.ACCEPTED,
    days_ago: int = 10,
) -> Case:
    case = a_case(number, order)
    case.issue_type = issue
    case.opened_at = NOW - timedelta(days=days_ago)
    case.offers = [Offer(remedy, Proposer.BOT, case.opened_at, amount, state=state)]
    return case


def a_refund(world: World, full: RefundBreakdown, *, case: str = "C1000009") -> Refund:
    refund = Refund("F1000001", f"key:{case}", case, world.order.number, "faulty_goods", NOW, NOW, full, full.total)
    world.database.all(Refund).append(refund)
    return refund


async def test_accepted_goodwill_counts_for_order_and_customer() -> None:
    world = World()
    world.database.all(Case).extend(
        [
            given_offer("C1", Remedy.REFUND_PARTIAL, euros(7)),
            given_offer("C2", Remedy.COUPON, Money(Decimal(1650), "JPY"), order="another"),
            given_offer("C3", Remedy.REFUND_FULL, euros(5), order="another"),
            given_offer("C4", Remedy.COUPON, euros(100), state=OfferState.DECLINED),
            given_offer("C5", Remedy.COUPON, euros(100), days_ago=366),
            given_offer("C6", Remedy.RETURN_REFUND, euros(100)),
            given_offer("C7", Remedy.REFUND_PARTIAL, euros(100), issue=IssueType.OVERCHARGED),
        ]
    )
    async with world.uow() as uow:
        given = await decisions.given_before(uow, A_POLICY, world.order, IssueType.NOT_AS_DESCRIBED, NOW)
    assert given.for_order == euros(7)
    assert given.to_customer == Decimal(7) + Decimal(10) + Decimal(5)


async def test_where_an_issue_knows_no_goodwill_none_is_looked_up() -> None:
    world = World()
    world.database.all(Case).append(given_offer("C1", Remedy.REFUND_PARTIAL, euros(7)))
    async with world.uow() as uow:
        given = await decisions.given_before(uow, A_POLICY, world.order, IssueType.CHANGED_MIND, NOW)
    assert (given.for_order, given.to_customer) == (None, Decimal(0))


async def test_pieces_refunded_without_a_return_are_taken() -> None:
    world = World(an_order(a_line(quantity=2)))
    full = breakdown(world.order, [Selection(world.order.lines[0], 1)], outbound_shipping=False, duties=False)
    refund = a_refund(world, full)
    async with world.uow() as uow:
        assert await cases.taken_pieces(uow, world.order.number) == {1: 1}
        both = await cases.decide(uow, A_POLICY, world.order, IssueType.CHANGED_MIND, {1: 2}, NOW)
        assert both.reasons == ("already_returned",)
        one = await cases.decide(uow, A_POLICY, world.order, IssueType.CHANGED_MIND, {1: 1}, NOW)
        assert one.allows(Remedy.RETURN_REFUND)
    refund.state = RefundState.CANCELED
    async with world.uow() as uow:
        assert await cases.taken_pieces(uow, world.order.number) == {}


async def test_part_of_the_price_given_back_takes_no_piece_but_is_never_paid_twice() -> None:
    world = World(an_order(a_line(price=euros(100)), shipping_fee=euros(0)))
    chosen = [Selection(world.order.lines[0], 1)]
    a_refund(world, breakdown(world.order, chosen, outbound_shipping=False, duties=False, share=Decimal("0.3")))
    async with world.uow() as uow:
        verdict = await cases.decide(uow, A_POLICY, world.order, IssueType.NOT_AS_DESCRIBED, {1: 1}, NOW)
    assert verdict.refund == euros(70)
    assert verdict.allows(Remedy.RETURN_REFUND)


async def test_pieces_that_were_sent_again_and_are_missing_again_wait_for_a_person() -> None:
    world = World(an_order(delivered_days_ago=None, shipment=ShipmentState.LOST))
    again = Reshipment("S1000001", "C1000001", world.order.number, NOW, {1: 1}, ReshipState.SHIPPED)
    async with world.uow() as uow:
        first = await cases.decide(uow, A_POLICY, world.order, IssueType.LOST_PARCEL, {}, NOW)
    world.database.all(Reshipment).append(again)
    async with world.uow() as uow:
        second = await cases.decide(uow, A_POLICY, world.order, IssueType.LOST_PARCEL, {}, NOW)
        again.state = ReshipState.FOUND_MEANWHILE
        third = await cases.decide(uow, A_POLICY, world.order, IssueType.LOST_PARCEL, {}, NOW)
    assert [verdict.needs_review for verdict in (first, second, third)] == [False, True, False]
    assert "order.sent_again" in {rule.id for rule in second.rules}


async def test_a_longer_warranty_that_was_given_is_kept() -> None:
    world = World()
    case = world.add_case()
    async with world.uow() as uow:
        before = await cases.decide(uow, A_POLICY, world.order, IssueType.DEFECTIVE, {1: 1}, NOW)
        assert before.window_closes is not None
        for key in ("offer:1", "offer:2"):
            given = await grants.extend_warranty(uow, case, 1, 6, NOW, key=key, after=before.guaranteed_until)
        await uow.commit()
    late = NOW + timedelta(days=730)
    assert before.window_closes < late.date() < given.until
    async with world.uow() as uow:
        after = await cases.decide(uow, A_POLICY, world.order, IssueType.DEFECTIVE, {1: 1}, late)
    assert after.remedies == (Remedy.EXCHANGE, Remedy.REPAIR)
    assert after.window_closes == given.until


def test_a_report_of_a_verdict_is_plain_json() -> None:
    order = an_order(a_line(price=euros(100)), shipping_fee=euros(0))
    verdict = A_POLICY.decide(order, [Selection(order.lines[0], 1)], IssueType.NOT_AS_DESCRIBED, NOW, {})
    found = report(verdict)
    assert found["remedies"] == ["exchange", "return_refund", "refund_partial"]
    assert found["refund"] == {"amount": "100.00", "currency": "EUR"}
    assert found["ladder"][0] == {
        "remedy": "refund_partial",
        "percent": "15",
        "months": None,
        "amount": "15.00",
        "currency": "EUR",
    }
    assert {rule["id"] for rule in found["rules"]} >= {"eu.faulty.days", "eu.issues.not_as_described.ladder"}
