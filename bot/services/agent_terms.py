"""What an agent wants to give a customer, checked against law, policy, stock and what was paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bot.aftersales.case import Case, CaseState
from bot.aftersales.labels import Remedy
from bot.aftersales.ladder import GOODWILL
from bot.aftersales.money import Money
from bot.aftersales.offer import OfferState
from bot.aftersales.order import Order
from bot.aftersales.refund import RefundBreakdown, breakdown
from bot.aftersales.verdict import NEEDS_GOODS, Verdict
from bot.errors import InvalidInputError, NotFoundError, PolicyRefusalError, RefundTooHighError
from bot.services import cases, exchanges, refunds
from bot.services.ports import UnitOfWork

OFFERED_BY_AGENTS = (
    Remedy.REFUND_PARTIAL,
    Remedy.REFUND_FULL,
    Remedy.RETURN_REFUND,
    Remedy.EXCHANGE,
    Remedy.RESHIP,
    Remedy.REPAIR,
    Remedy.COUPON,
    Remedy.WARRANTY_EXTENSION,
)
"""What agents offer; an apology needs no offer."""

MOST_MONTHS = 60

HOLDS = timedelta(days=14)
"""How long the customer may accept."""

_ONE_LINE = frozenset({Remedy.EXCHANGE, Remedy.REPAIR, Remedy.WARRANTY_EXTENSION})
_HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Wanted:
    """What to give: of ``percent`` and ``amount`` (in the order's currency) one, ``sku`` for an exchange.

    A repair that is ``charged`` is priced once the goods are here, and the customer is asked before work begins.
    """

    remedy: Remedy
    percent: Decimal | None = None
    amount: Decimal | None = None
    months: int | None = None
    sku: str | None = None
    charged: bool = False

    def terms(self) -> dict[str, str]:
        """Return everything but the remedy and a bare amount, as offers and approvals keep it."""
        found = {
            "percent": f"{self.percent.normalize():f}" if self.percent is not None else None,
            "months": str(self.months) if self.months is not None else None,
            "sku": self.sku,
            "charged": "yes" if self.charged else None,
        }
        return {name: value for name, value in found.items() if value is not None}

    @classmethod
    def of(cls, remedy: Remedy, terms: dict[str, str], amount: Money | None = None) -> Wanted:
        """Return what was wanted, from what ``terms`` gave; ``amount`` counts where no share was named."""
        percent = Decimal(terms["percent"]) if "percent" in terms else None
        is_sum = remedy is Remedy.REFUND_PARTIAL and percent is None and amount is not None
        return cls(
            remedy,
            percent=percent,
            amount=amount.amount if is_sum and amount is not None else None,
            months=int(terms["months"]) if "months" in terms else None,
            sku=terms.get("sku"),
            charged=terms.get("charged") == "yes",
        )


@dataclass(frozen=True)
class Priced:
    """What an offer comes to: ``amount`` for the customer, ``cost`` for the shop, both None or nothing for no money.

    ``is_beyond_policy`` tells that policy alone would not give it; ``is_routine`` that policy gives it without asking
    anybody, because the goods come back or never came.
    """

    amount: Money | None
    cost: Money
    is_beyond_policy: bool
    is_routine: bool


async def priced(uow: UnitOfWork, case: Case, order: Order, verdict: Verdict, wanted: Wanted) -> Priced:
    """Return what an offer comes to.

    Raises InvalidInputError for figures that make no sense, PolicyRefusalError for what the facts rule out,
    RefundTooHighError above what is left of the customer's money, OutOfStockError and NotFoundError for replacements.
    """
    _check_facts(case, verdict, wanted)
    amount = await _amount(uow, case, order, verdict, wanted)
    nothing = Money.zero(order.currency)
    if amount is not None and wanted.remedy is not Remedy.COUPON:
        left = await refunds.left(uow, order)
        if left < amount:
            raise RefundTooHighError(order.number, str(amount), str(left))
    cost = worth(order, case) if wanted.remedy is Remedy.RESHIP else (amount or nothing)
    is_above_cap = wanted.remedy in GOODWILL and verdict.cap is not None and verdict.cap < (amount or nothing)
    is_owed = verdict.owed is not None and amount is not None and amount <= verdict.owed
    is_open = verdict.allows(wanted.remedy)
    return Priced(
        amount=amount,
        cost=cost,
        is_beyond_policy=not is_owed and (is_above_cap or not (is_open or wanted.remedy in GOODWILL)),
        is_routine=is_open and wanted.remedy in NEEDS_GOODS and not verdict.needs_review_for(wanted.remedy),
    )


def worth(order: Order, case: Case) -> Money:
    """Return what the pieces of a case cost, which is what sending them again does."""
    chosen = cases.selections(order, case.lines)
    return sum((piece.price for piece in chosen), start=Money.zero(order.currency))


def is_waiting(case: Case, now: datetime) -> bool:
    """Tell whether the newest offer of a case is an agent's and may still be accepted."""
    offer = case.offers[-1] if case.offers else None
    if offer is None or offer.agent_id is None or offer.state is not OfferState.PROPOSED:
        return False
    return case.state is not CaseState.WITHDRAWN and now <= offer.proposed_at + HOLDS


def key_of(case: Case, position: int) -> str:
    """Return what an offer, by its place in the ledger from 1, is carried out and paid under."""
    return f"case:{case.number}:offer:{position}"


def _check_facts(case: Case, verdict: Verdict, wanted: Wanted) -> None:
    """Refuse what no kindness makes possible: sending back what never came, or what is gone already."""
    if wanted.remedy not in OFFERED_BY_AGENTS:
        raise InvalidInputError("remedy", "unknown")
    if wanted.remedy in NEEDS_GOODS and not verdict.is_delivered and not verdict.allows(wanted.remedy):
        raise PolicyRefusalError(("not_delivered_yet",))
    is_gone = {"already_returned", "order_canceled"} & set(verdict.reasons)
    if is_gone and wanted.remedy not in GOODWILL:
        raise PolicyRefusalError(tuple(sorted(is_gone)))
    if wanted.remedy in _ONE_LINE and len(case.lines) != 1:
        raise InvalidInputError("lines", "not_one")


async def _amount(uow: UnitOfWork, case: Case, order: Order, verdict: Verdict, wanted: Wanted) -> Money | None:
    remedy = wanted.remedy
    if remedy is Remedy.REFUND_PARTIAL:
        return await _part(uow, case, order, wanted)
    if remedy in (Remedy.REFUND_FULL, Remedy.RETURN_REFUND):
        if not verdict.refund:
            raise InvalidInputError("amount", "nothing_left")
        return verdict.refund
    if remedy is Remedy.COUPON:
        # It is for the next order, whatever was paid back of this one.
        return _share(case, order, _percent(wanted), [])
    if remedy is Remedy.WARRANTY_EXTENSION and not 1 <= (wanted.months or 0) <= MOST_MONTHS:
        raise InvalidInputError("months", "out_of_range")
    if remedy is Remedy.EXCHANGE:
        return _difference(case, order, wanted)
    return None


async def _part(uow: UnitOfWork, case: Case, order: Order, wanted: Wanted) -> Money:
    if (wanted.percent is None) == (wanted.amount is None):
        raise InvalidInputError("amount", "percent_or_amount")
    if wanted.amount is None:
        return _share(case, order, _percent(wanted), await refunds.earlier(uow, order.number))
    amount = Money(wanted.amount, order.currency)
    if not Money.zero(order.currency) < amount:
        raise InvalidInputError("amount", "not_positive")
    return amount


def _share(case: Case, order: Order, percent: Decimal, earlier: Sequence[RefundBreakdown]) -> Money:
    """Return a share of the price of the case's pieces: the very sum that is booked."""
    found = breakdown(
        order,
        cases.selections(order, case.lines),
        outbound_shipping=False,
        duties=False,
        share=percent / _HUNDRED,
        earlier=earlier,
    )
    if not found.total:
        raise InvalidInputError("amount", "nothing_left")
    return found.total


def _percent(wanted: Wanted) -> Decimal:
    if wanted.percent is None or not 0 < wanted.percent <= _HUNDRED:
        raise InvalidInputError("percent", "out_of_range")
    return wanted.percent


def _difference(case: Case, order: Order, wanted: Wanted) -> Money:
    ((position, quantity),) = case.lines.items()
    line = order.line(position)
    if line is None:
        raise NotFoundError("order line", str(position))
    variant = next((v for v in exchanges.alternatives(line, quantity, case.issue_type) if v.sku == wanted.sku), None)
    if variant is None:
        raise NotFoundError("variant", str(wanted.sku))
    difference = exchanges.price_difference(order, line, variant, quantity)
    # A dearer replacement is paid for by the customer before it leaves; a cheaper one gives money back.
    return max(Money.zero(order.currency), difference * -1)
