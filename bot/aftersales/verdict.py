"""Verdicts: what may be done for a customer, until when, at whose cost, and which rules say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from bot.aftersales.labels import Payer, Remedy
from bot.aftersales.money import Money
from bot.aftersales.policy_terms import Evidence, RefundStart
from bot.aftersales.refund import RefundBreakdown

NEEDS_GOODS = frozenset({Remedy.RETURN_REFUND, Remedy.EXCHANGE, Remedy.REPAIR})
"""Remedies for which the goods come back."""


@dataclass(frozen=True)
class Step:
    """One offer of a ladder: ``percent`` of the price with the ``amount`` it comes to, or ``months`` of warranty."""

    remedy: Remedy
    percent: Decimal | None
    amount: Money | None
    months: int | None = None


@dataclass(frozen=True)
class FiredRule:
    """One rule that had a say in a decision, and what it said.

    ``id`` is file and key, such as ``eu.faulty.days``; rules that no file can change begin with ``law`` or ``order``
    and have no file and line 0. ``text`` is for operators, in English.
    """

    id: str
    file: str
    line: int
    source: str
    text: str


@dataclass(frozen=True)
class Verdict:
    """What may be done, and why.

    ``remedies`` come in the order in which to offer them; ``reasons`` are codes a customer is told in plain words.
    ``window_closes`` is the last day of the right, ``send_by`` the last day to hand the parcel over.
    ``needs_review`` says that a person decides before anything is carried out, ``reviewed`` names remedies for which
    that is so although the others go through. ``breakdown`` is money back in full, ``refund`` its total.

    ``ladder`` is what may be offered one after the other, best for the shop first, each step within ``cap``, the
    goodwill that is left; where ``ladder_approved``, its goodwill needs no person even if the rest does.
    ``goods_stay`` means that money in full needs no return; ``duties`` names who bears import duties; ``owed`` is what
    the customer paid beyond the order's total. The carrier may search until ``searched_until``; ``awaits_search`` says
    that this search is all that needs a review.
    ``refunds_shipping`` and ``refunds_duties`` tell whether these come back with the goods, shipping with the last.
    Where ``exchanges_in_advance``, a replacement leaves before the goods are back. ``is_delivered`` says that some of
    the goods are there. ``pieces`` counts by order line what is left to decide about, where some pieces are taken, and
    is empty where none is. Defects of the pieces are mended until ``guaranteed_until``, None where no day ends that. A
    fault has to be settled within ``days_to_remedy`` of the complaint, None where no number of days is set for that.

    ``refund_counts_from`` is what the ``days_to_refund`` run from for goods that the customer withdraws from.
    ``excepted`` holds the order lines that are not taken back after a change of mind, with the code of the refusal.
    ``sealed`` is what the customer said of the seal of those for which it counts, None where they were not asked, and
    ``asks_seal`` names these lines where the answer decides.
    """

    remedies: tuple[Remedy, ...]
    reasons: tuple[str, ...]
    window_closes: date | None
    send_by: date
    return_shipping: Payer
    refund: Money
    needs_review: bool
    days_to_refund: int
    policy: str
    policy_version: str
    source: str
    evidence: Evidence
    ladder: tuple[Step, ...]
    goods_stay: bool
    breakdown: RefundBreakdown
    duties: Payer
    rules: tuple[FiredRule, ...]
    cap: Money | None
    ladder_approved: bool = False
    reviewed: frozenset[Remedy] = frozenset()
    owed: Money | None = None
    searched_until: date | None = None
    awaits_search: bool = False
    is_delivered: bool = True
    refunds_shipping: bool = False
    refunds_duties: bool = False
    exchanges_in_advance: bool = False
    pieces: Mapping[int, int] = field(default_factory=dict)
    guaranteed_until: date | None = None
    days_to_remedy: int | None = None
    excepted: Mapping[int, str] = field(default_factory=dict)
    sealed: bool | None = None
    asks_seal: tuple[int, ...] = ()
    refund_counts_from: RefundStart = RefundStart.GOODS

    @property
    def is_open_for_others(self) -> bool:
        """Tell whether nothing stands against a change of mind but that it is also about goods that are excepted."""
        return bool(self.excepted) and set(self.reasons) <= set(self.excepted.values())

    def allows(self, remedy: Remedy) -> bool:
        """Tell whether a remedy is open."""
        return remedy in self.remedies

    def reasons_against(self, remedy: Remedy) -> tuple[str, ...]:
        """Return the codes of what stands against a remedy: those of the refusal, or why it is not among the others."""
        if self.allows(remedy):
            return ()
        if not self.remedies:
            return self.reasons
        if remedy is Remedy.REFUND_FULL and self.allows(Remedy.RETURN_REFUND):
            return ("return_first",)
        if remedy in NEEDS_GOODS and not self.is_delivered:
            return ("not_delivered_yet",)
        return ("not_for_this_reason",)

    def needs_review_for(self, remedy: Remedy) -> bool:
        """Tell whether a person decides before this remedy is carried out."""
        return self.needs_review or remedy in self.reviewed
