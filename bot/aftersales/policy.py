"""What law and shop policy allow for an order, some of its lines and a reason: a verdict with its reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from bot.aftersales import policy_trail
from bot.aftersales.guarantee import Guarantee, guarantee_of
from bot.aftersales.labels import FAULTS, PARCEL, WITHDRAWALS, IssueType, Payer, Remedy
from bot.aftersales.ladder import Given, cap_of, steps
from bot.aftersales.money import Money
from bot.aftersales.order import Order, OrderState
from bot.aftersales.order_change import balance
from bot.aftersales.policy_terms import Approval, Caps, DestinationPolicy, Evidence, Part, Row, Terms
from bot.aftersales.refund import RefundBreakdown, breakdown
from bot.aftersales.search import Search, search_of, was_late
from bot.aftersales.selection import Selection, untaken
from bot.aftersales.sla import ALWAYS_OPEN, ServiceLevels
from bot.aftersales.verdict import NEEDS_GOODS, FiredRule, Step, Verdict
from bot.aftersales.withdrawal import Withdrawal, sent_from, withdrawal_of

__all__ = ["DestinationPolicy", "FiredRule", "Given", "Policy", "Selection", "Step", "Terms", "Verdict"]

_IN_WARRANTY = frozenset({Remedy.REPAIR, Remedy.EXCHANGE})
_SENT_ON_WORD = frozenset({Remedy.REFUND_FULL, Remedy.RESHIP})

_OUTLIVES_THE_ORDER = frozenset(
    {
        IssueType.CUSTOMS_CHARGES,
        IssueType.OVERCHARGED,
        IssueType.POOR_SERVICE,
        IssueType.OTHER,
        IssueType.REFUND_MISSING,
    }
)
"""Complaints that a canceled order or returned goods do not settle, and often cause."""

_ENDS_ON_DELIVERY = frozenset({IssueType.LATE_DELIVERY, IssueType.CUSTOMS_HOLD})
"""Complaints for which the whole price comes back only until the goods are there."""

_NEVER_CAME = frozenset({IssueType.LOST_PARCEL, IssueType.DELIVERED_NOT_RECEIVED, IssueType.MISSING_ITEM})
_AT_CUSTOMS = frozenset({IssueType.CUSTOMS_HOLD, IssueType.CUSTOMS_CHARGES})


@dataclass(frozen=True)
class _Facts:
    """What a decision is about, beside the policy."""

    order: Order
    selections: Sequence[Selection]
    issue: IssueType
    now: datetime
    taken: Mapping[int, int]
    withdrawal: Withdrawal


@dataclass(frozen=True)
class Policy:
    """All destinations beside the shop's default; ``version`` is a digest of the files.

    ``exchange_rates`` maps ISO 4217 codes to what one unit of the currency of the limits buys. ``levels`` is what
    the shop promises about its own answers.
    """

    destinations: tuple[DestinationPolicy, ...]
    default: DestinationPolicy
    version: str
    exchange_rates: Mapping[str, Decimal]
    caps: Caps = field(default_factory=Caps)
    levels: ServiceLevels = ALWAYS_OPEN

    def for_country(self, country: str) -> DestinationPolicy:
        """Return the terms of a destination, or the shop's default."""
        return next((found for found in self.destinations if country in found.countries), self.default)

    def decide(
        self,
        order: Order,
        selections: Sequence[Selection],
        issue: IssueType,
        now: datetime,
        taken: Mapping[int, int],
        *,
        evidence_given: bool | None = None,
        sealed: bool | None = None,
        given: Given = Given(),
    ) -> Verdict:
        """Return what is open for these pieces.

        ``taken`` counts pieces per line that other returns or refunds already bind; a complaint about a parcel is
        about the others. ``evidence_given`` is None until the customer was asked for photos, False where they
        declined; ``sealed`` is None until they were asked whether the seal is unbroken. ``given`` is what was given
        before.
        """
        chosen = untaken(selections, taken) if issue in PARCEL else list(selections)
        destination = self.for_country(order.address.country)
        terms, row = destination.terms(issue), destination.issues[issue]
        withdrawal = withdrawal_of(order, chosen, issue, terms, sealed=sealed)
        facts = _Facts(order, chosen, issue, now, taken, withdrawal)
        guarantee = _guarantee(facts, destination, given)
        closes, is_warranty = _closing_day(facts, terms, guarantee)
        search = search_of(order, row, issue, now)
        full = _in_full(facts, terms, row, given)
        cap = cap_of(order, self.caps, given, self.exchange_rates)
        reasons = _refusals(facts, closes)
        hangs_on_seal = set(reasons) <= set(withdrawal.excepted.values())
        stays = not reasons and not is_warranty and self._stays(facts, row, full, given)
        remedies = () if reasons else _remedies(facts, terms, row, guarantee, is_warranty=is_warranty, stays=stays)
        if not reasons:
            reasons = (_grant(issue, is_warranty=is_warranty),) if remedies else ("decided_by_a_person",)
        owed = _owed(facts, given)
        is_missing_again = _never_came_twice(facts, given)
        is_unclear = bool(_SENT_ON_WORD & set(remedies)) and _parcels_differ(order, search)
        is_overrun = _is_overrun(facts, terms)
        # Who collected duties at checkout settles what customs asks for.
        is_prepaid = issue in _AT_CUSTOMS and bool(order.duties)
        is_much = self._is_above(full.total, terms.review_above)
        is_clear = bool(remedies) and not (is_much or is_missing_again or is_overrun)
        is_for_a_person = not is_clear or _is_for_a_person(row, evidence_given, owed)
        is_searched = search is not None and not search.is_over
        return Verdict(
            remedies=remedies,
            reasons=reasons,
            window_closes=closes,
            send_by=(sent_from(order, now) if withdrawal.is_early else now.date())
            + timedelta(days=destination.days_to_send),
            return_shipping=terms.return_shipping,
            refund=full.total,
            needs_review=is_for_a_person or is_searched,
            awaits_search=is_searched and not is_for_a_person,
            days_to_refund=destination.days_to_refund,
            refund_counts_from=destination.refund_counts_from,
            policy=destination.name,
            policy_version=self.version,
            source=terms.source,
            evidence=row.evidence,
            ladder=_ladder(row, remedies, facts, full, cap, given, owed),
            goods_stay=stays,
            breakdown=full,
            duties=Payer.SHOP if is_prepaid else row.duties,
            rules=policy_trail.fired(
                destination,
                issue,
                self.caps,
                reasons,
                closes,
                search,
                order=order,
                given=given,
                rates=self.exchange_rates,
                default=self.default,
                evidence_given=evidence_given,
                stays=stays,
                is_much=is_much,
                is_prepaid=is_prepaid,
                is_missing_again=is_missing_again,
                is_unclear=is_unclear,
                is_overrun=is_overrun,
                is_early=withdrawal.is_early,
                owed=owed,
            ),
            cap=cap,
            ladder_approved=_is_borne_out(facts, row, evidence_given),
            reviewed=_reviewed(
                row, stays=stays, is_unclear=is_unclear or is_missing_again, evidence_given=evidence_given
            ),
            owed=owed,
            searched_until=search.until if search else None,
            is_delivered=order.arrived_at is not None,
            refunds_shipping=_refunds_shipping(terms, row),
            refunds_duties=Part.DUTIES in row.refunds,
            # Whoever gets a replacement first must have the goods; of a split order nobody knows.
            exchanges_in_advance=terms.exchanges_in_advance and Remedy.EXCHANGE in remedies and not order.is_split,
            pieces={piece.line.position: piece.quantity for piece in chosen} if chosen != list(selections) else {},
            guaranteed_until=guarantee.until if guarantee else None,
            days_to_remedy=terms.days_to_remedy,
            excepted=withdrawal.excepted,
            sealed=sealed,
            asks_seal=withdrawal.hang_on_seal if hangs_on_seal else (),
        )

    def _is_above(self, amount: Money, limit: Decimal | None) -> bool:
        """Tell whether an amount is above a limit of the files; in a currency without a rate it always is."""
        if limit is None:
            return False
        rate = self.exchange_rates.get(amount.currency)
        return rate is None or amount.amount > limit * rate

    def _stays(self, facts: _Facts, row: Row, full: RefundBreakdown, given: Given) -> bool:
        """Tell whether the goods are so cheap that the way back is not worth its price."""
        if row.keep_below is None or facts.order.arrived_at is None or self._is_above(full.goods, row.keep_below):
            return False
        rate = self.exchange_rates[full.currency]
        left = None if self.caps.per_customer is None else (self.caps.per_customer - given.to_customer) * rate
        return left is None or full.goods.amount <= left


def _guarantee(facts: _Facts, destination: DestinationPolicy, given: Given) -> Guarantee | None:
    """Return until when defects are mended, or None where nothing is there, or nothing is repaired or exchanged."""
    row, faulty = destination.issues[IssueType.DEFECTIVE], destination.faulty
    if not _IN_WARRANTY & set(row.remedies) & set(faulty.remedies):
        return None
    return guarantee_of(facts.order, (piece.line for piece in facts.selections), faulty.days, given.extended)


def _closing_day(facts: _Facts, terms: Terms, guarantee: Guarantee | None) -> tuple[date | None, bool]:
    """Return the last day of the right, and whether only a warranty keeps it open."""
    # The days count from the last good of an order (Directive 2011/83/EU art. 9(2)(b)(i)).
    delivered_at = facts.order.delivered_at
    if terms.days is None or delivered_at is None:
        return None, False
    closes = delivered_at.date() + timedelta(days=terms.days)
    if facts.issue is not IssueType.DEFECTIVE or guarantee is None:
        return closes, False
    return max(closes, guarantee.warranty), closes < min(facts.now.date(), guarantee.warranty)


def _is_overrun(facts: _Facts, terms: Terms) -> bool:
    """Tell whether the days are over for what has arrived, and only a parcel that has not keeps them open."""
    order = facts.order
    if terms.days is None or order.arrived_at is None or order.delivered_at is not None:
        return False
    return facts.now.date() > order.arrived_at.date() + timedelta(days=terms.days)


def _remedies(
    facts: _Facts, terms: Terms, row: Row, guarantee: Guarantee | None, *, is_warranty: bool, stays: bool
) -> tuple[Remedy, ...]:
    remedies = [remedy for remedy in row.remedies if remedy in terms.remedies]
    if guarantee is None or guarantee.until is None:
        # Where nothing is mended, or no day ends it, a longer warranty is worth nothing.
        remedies = [remedy for remedy in remedies if remedy is not Remedy.WARRANTY_EXTENSION]
    if facts.order.arrived_at is None:
        # Goods that never arrived cannot be sent back, but for those that the law lets nobody wait for.
        early = {Remedy.RETURN_REFUND} if facts.withdrawal.is_early else set()
        remedies = [remedy for remedy in remedies if remedy not in NEEDS_GOODS - early]
    elif facts.order.delivered_at is not None and facts.issue in _ENDS_ON_DELIVERY:
        remedies = [remedy for remedy in remedies if remedy is not Remedy.REFUND_FULL]
    if is_warranty:
        remedies = [remedy for remedy in remedies if remedy in _IN_WARRANTY]
    if stays and Remedy.RETURN_REFUND in remedies and Remedy.REFUND_FULL not in remedies:
        remedies.insert(remedies.index(Remedy.RETURN_REFUND), Remedy.REFUND_FULL)
    return tuple(remedies)


def _grant(issue: IssueType, *, is_warranty: bool) -> str:
    if is_warranty:
        return "within_warranty"
    if issue in WITHDRAWALS:
        return "within_return_window"
    return "faulty_goods" if issue in FAULTS else "service_failure"


def _refusals(facts: _Facts, closes: date | None) -> tuple[str, ...]:
    reasons = []
    order, issue = facts.order, facts.issue
    if order.state is OrderState.CANCELED and issue not in _OUTLIVES_THE_ORDER:
        reasons.append("order_canceled")
    if issue in WITHDRAWALS | FAULTS and order.arrived_at is None and not facts.withdrawal.is_early:
        reasons.append("not_delivered_yet")
    if closes is not None and facts.now.date() > closes:
        reasons.append("window_closed")
    reasons += sorted(set(facts.withdrawal.excepted.values()))
    if _are_taken(facts):
        reasons.append("already_returned")
    return tuple(reasons)


def _are_taken(facts: _Facts) -> bool:
    if facts.issue in _OUTLIVES_THE_ORDER:
        return False
    if facts.issue in PARCEL:
        # Only what nobody took is chosen.
        return not facts.selections
    return any(
        selection.quantity > selection.line.quantity - facts.taken.get(selection.line.position, 0)
        for selection in facts.selections
    )


def _in_full(facts: _Facts, terms: Terms, row: Row, given: Given) -> RefundBreakdown:
    return breakdown(
        facts.order,
        facts.selections,
        outbound_shipping=_refunds_shipping(terms, row),
        duties=Part.DUTIES in row.refunds,
        earlier=given.refunds,
    )


def _refunds_shipping(terms: Terms, row: Row) -> bool:
    return Part.OUTBOUND_SHIPPING in row.refunds and terms.refunds_outbound_shipping


def _owed(facts: _Facts, given: Given) -> Money | None:
    """Return what the customer paid beyond the order's total and did not get back; None for nothing."""
    owed = balance(facts.order, given.refunds)
    return owed if facts.issue is IssueType.OVERCHARGED and owed.minor > 0 else None


def _ladder(
    row: Row,
    remedies: tuple[Remedy, ...],
    facts: _Facts,
    full: RefundBreakdown,
    cap: Money,
    given: Given,
    owed: Money | None,
) -> tuple[Step, ...]:
    if owed is not None and Remedy.REFUND_PARTIAL in remedies:
        # What was paid too much is no goodwill and no matter of bargaining.
        return (Step(Remedy.REFUND_PARTIAL, None, owed),)
    return steps(row, remedies, facts.order, facts.selections, full, cap, given)


def _never_came_twice(facts: _Facts, given: Given) -> bool:
    """Tell whether pieces are missing that were sent a second time: no machine sends or pays for them once more."""
    return facts.issue in _NEVER_CAME and any(piece.line.position in given.sent_again for piece in facts.selections)


def _is_for_a_person(row: Row, evidence_given: bool | None, owed: Money | None) -> bool:
    if row.approval is Approval.REVIEW and owed is None:
        return True
    if row.evidence is Evidence.REQUIRED:
        return evidence_given is not True
    return row.evidence is Evidence.ASKED and evidence_given is False


def _is_borne_out(facts: _Facts, row: Row, evidence_given: bool | None) -> bool:
    """Tell whether enough speaks for a complaint to give the goodwill of its ladder without a person."""
    if facts.issue is IssueType.LATE_DELIVERY and not any(was_late(s, facts.now) for s in facts.order.shipments):
        return False
    return bool(row.ladder) and (row.evidence is Evidence.NONE or evidence_given is True)


def _parcels_differ(order: Order, search: Search | None) -> bool:
    """Tell whether what became of one parcel of several says nothing of the others, or may yet say nothing."""
    return order.is_split or (len(order.shipments) > 1 and search is not None and not search.is_over)


def _reviewed(row: Row, *, stays: bool, is_unclear: bool, evidence_given: bool | None) -> frozenset[Remedy]:
    """Return the remedies that wait for a person by themselves: what is sent for goods nobody has seen."""
    if is_unclear:
        return _SENT_ON_WORD
    if stays and row.evidence is not Evidence.NONE and evidence_given is not True:
        return frozenset({Remedy.REFUND_FULL})
    return frozenset()
