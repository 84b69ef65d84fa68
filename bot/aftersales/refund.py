"""Refunds: what pieces of an order are worth, and the way of the money back to the customer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from bot.aftersales.apportion import duties_on, left, portion, spread, total, worth
from bot.aftersales.labels import Label
from bot.aftersales.money import Money
from bot.aftersales.order import Order, OrderLine
from bot.aftersales.selection import Selection
from bot.aftersales.states import Machine
from bot.errors import IllegalStateError

_WHOLE = Decimal(1)


class RefundState(Label):
    """Where a refund stands; while ``sending`` it is not known whether the provider has taken it.

    What ``failed`` is tried again; what is ``refused`` was so often enough, and a person settles it.
    """

    AGREED = "agreed"
    SENDING = "sending"
    SENT = "sent"
    SETTLED = "settled"
    FAILED = "failed"
    REFUSED = "refused"
    CANCELED = "canceled"


_S = RefundState
MACHINE = Machine(
    "refund",
    {
        _S.AGREED: frozenset({_S.SENDING, _S.CANCELED}),
        _S.SENDING: frozenset({_S.SENT, _S.FAILED, _S.REFUSED}),
        _S.SENT: frozenset({_S.SETTLED, _S.FAILED, _S.REFUSED}),
        _S.FAILED: frozenset({_S.SENDING, _S.SENT, _S.CANCELED}),
        _S.REFUSED: frozenset({_S.SENT, _S.CANCELED}),
    },
)

TRIED = frozenset({_S.AGREED, _S.SENDING, _S.FAILED})
"""States in which the money is sent by itself when its time comes."""

DUE = TRIED | {_S.REFUSED}
"""States in which the money has yet to leave."""

STUCK = frozenset({_S.FAILED, _S.REFUSED})
"""States in which the provider has said no, so that nothing it was asked for is on its way."""

_LONGEST_WAIT = timedelta(days=1)

MOST_ROUNDS = 4
"""How often a provider gives money back before nobody asks it again."""


@dataclass(frozen=True)
class RefundLine:
    """What is given back for some pieces of an order line.

    ``goods`` is after the discount and with tax, ``tax`` the part of it that is tax. ``share`` is below 1 where the
    customer keeps the pieces and gets part of their price.
    """

    position: int
    quantity: int
    goods: Money
    tax: Money
    share: Decimal = _WHOLE


@dataclass(frozen=True)
class Deduction:
    """What is kept back, and why; ``reason`` is a code such as ``damaged`` or ``paid_back_before``."""

    reason: str
    amount: Money


@dataclass(frozen=True)
class RefundBreakdown:
    """What a refund consists of, all in one currency; ``total`` is the sum of it without the deductions.

    ``goodwill`` is money that is the price of nothing, ``overpaid`` what the customer had paid too much.
    """

    lines: tuple[RefundLine, ...]
    shipping: Money
    duties: Money
    goodwill: Money
    overpaid: Money
    deductions: tuple[Deduction, ...] = ()

    @classmethod
    def of_goodwill(cls, amount: Money) -> RefundBreakdown:
        """Return a refund of an amount that is the price of nothing."""
        nothing = Money.zero(amount.currency)
        return cls((), nothing, nothing, amount, nothing)

    @classmethod
    def of_overpaid(cls, amount: Money) -> RefundBreakdown:
        """Return a refund of what was paid too much."""
        nothing = Money.zero(amount.currency)
        return cls((), nothing, nothing, nothing, amount)

    @property
    def currency(self) -> str:
        """Return the ISO 4217 code of all amounts."""
        return self.shipping.currency

    @property
    def goods(self) -> Money:
        """Return what is given back for goods."""
        return total((line.goods for line in self.lines), self.currency)

    @property
    def tax(self) -> Money:
        """Return the tax within the goods."""
        return total((line.tax for line in self.lines), self.currency)

    @property
    def gross(self) -> Money:
        """Return everything before deductions."""
        return self.goods + self.shipping + self.duties + self.goodwill + self.overpaid

    @property
    def deducted(self) -> Money:
        """Return what is kept back."""
        return total((deduction.amount for deduction in self.deductions), self.currency)

    @property
    def total(self) -> Money:
        """Return what the customer gets."""
        return self.gross - self.deducted


def breakdown(
    order: Order,
    selections: Sequence[Selection],
    *,
    outbound_shipping: bool,
    duties: bool,
    share: Decimal = _WHOLE,
    earlier: Sequence[RefundBreakdown] = (),
    deductions: Sequence[Deduction] = (),
) -> RefundBreakdown:
    """Return what the customer gets back for these pieces: never less than nothing, nor more than is left.

    ``earlier`` are the refunds of this order so far. Pieces refunded whole count as gone, so that refunding an order
    piece by piece, in whatever steps, adds up to what it cost; of a line, and of what was paid, no more comes back
    than earlier refunds left. Tax and duties follow the goods' value; see ``apportion`` for how it is divided.

    With ``outbound_shipping`` the standard fee comes back once everything does (Directive 2011/83/EU art. 13(1);
    CJEU C-511/08 Heine obliges for full withdrawal, Commission guidance 2021/C 525/01 leaves part deliveries to the
    trader). With ``duties`` their share comes back. ``share`` scales all of it. Deductions end at nothing.
    """
    nothing = Money.zero(order.currency)
    gone, rests = refunded_pieces(earlier), _rests(order, selections, earlier)
    after = gone | {rest.line.position: rest.gone + rest.quantity for rest in rests}
    is_complete = after != gone and all(after.get(line.position, 0) >= line.quantity for line in order.lines)
    fee = order.shipping_fee * share if outbound_shipping and is_complete else nothing
    charges = (duties_on(order, after) - duties_on(order, gone)) * share if duties else nothing
    found = RefundBreakdown(
        lines=tuple(rest.refund(min(rest.price * share, rest.claim), share) for rest in rests),
        shipping=min(fee, left(order.shipping_fee, total((b.shipping for b in earlier), order.currency))),
        duties=min(charges, left(order.duties, total((b.duties for b in earlier), order.currency))),
        goodwill=nothing,
        overpaid=nothing,
    )
    for deduction in deductions:
        found = _less(found, deduction)
    most = min(order.total, left(order.paid, total((b.total for b in earlier), order.currency)))
    return found if found.total <= most else _less(found, Deduction("paid_back_before", found.total - most))


def part_of_price(
    order: Order, selections: Sequence[Selection], amount: Money, *, earlier: Sequence[RefundBreakdown] = ()
) -> RefundBreakdown:
    """Return a refund of exactly this amount, as a part of the price of these pieces.

    It is spread in proportion over what ``earlier`` refunds left of that price; what is beyond that is goodwill. The
    share is that of all pieces together: only their whole price refunds them whole.
    """
    rests = _rests(order, selections, earlier)
    claims = [rest.claim for rest in rests]
    goods = min(amount, total(claims, order.currency))
    if not goods:
        return RefundBreakdown.of_goodwill(amount)
    share = goods.amount / total((rest.price for rest in rests), order.currency).amount
    lines = tuple(rest.refund(given, share) for rest, given in zip(rests, spread(goods, claims), strict=True))
    return replace(RefundBreakdown.of_goodwill(amount - goods), lines=lines)


def refunded_pieces(earlier: Iterable[RefundBreakdown]) -> dict[int, int]:
    """Return by order line how many pieces refunds gave the whole price back for."""
    pieces: dict[int, int] = {}
    for line in (line for refund in earlier for line in refund.lines if line.share == _WHOLE):
        pieces[line.position] = pieces.get(line.position, 0) + line.quantity
    return pieces


@dataclass(frozen=True)
class _Rest:
    """Pieces of a line that are not ``gone``; ``back`` is what came back for the line, ``price`` what they cost."""

    line: OrderLine
    gone: int
    quantity: int
    back: Money

    @property
    def price(self) -> Money:
        return worth(self.line, self.gone + self.quantity) - worth(self.line, self.gone)

    @property
    def claim(self) -> Money:
        return min(self.price, left(self.line.total, self.back))

    def refund(self, goods: Money, share: Decimal) -> RefundLine:
        reached = portion(self.line.tax, self.back + goods, self.line.total)
        tax = reached - portion(self.line.tax, self.back, self.line.total)
        return RefundLine(self.line.position, self.quantity, goods, tax, share)


def _rests(order: Order, selections: Sequence[Selection], earlier: Sequence[RefundBreakdown]) -> list[_Rest]:
    pieces = refunded_pieces(earlier)
    found = []
    for selection in sorted(selections, key=lambda selection: selection.line.position):
        line, gone = selection.line, pieces.get(selection.line.position, 0)
        back = total((e.goods for b in earlier for e in b.lines if e.position == line.position), order.currency)
        found.append(_Rest(line, gone, max(0, min(selection.quantity, line.quantity - gone)), back))
    return found


def _less(refund: RefundBreakdown, deduction: Deduction) -> RefundBreakdown:
    kept = min(deduction.amount, refund.total)
    return replace(refund, deductions=(*refund.deductions, Deduction(deduction.reason, kept))) if kept else refund


@dataclass(eq=False)
class RefundPart:
    """What goes back to one payment; ``payment_id`` is None where the shop told no payments.

    ``reference`` is the provider's, once it has taken the money on. ``round`` counts how often it gave it back.
    """

    position: int
    method: str
    amount: Money
    payment_id: str | None = None
    reference: str | None = None
    round: int = 0
    id: int | None = None


@dataclass(eq=False)
class Refund:
    """Money that a customer gets back; ``key`` names the occasion, so that it is agreed once.

    ``reason`` is a code, ``failure`` the provider's code for what went wrong last. ``next_attempt_at`` is when to
    send it, ``arrives_by`` when the customer has it at the latest. ``pay_by`` is the last day on which it may leave,
    None where nobody promised one.
    """

    number: str
    key: str
    case_number: str
    order_number: str
    reason: str
    agreed_at: datetime
    next_attempt_at: datetime
    breakdown: RefundBreakdown
    amount: Money
    parts: list[RefundPart] = field(default_factory=list)
    state: RefundState = RefundState.AGREED
    attempts: int = 0
    failure: str | None = None
    sent_at: datetime | None = None
    arrives_by: date | None = None
    settled_at: datetime | None = None
    pay_by: date | None = None

    @property
    def unsent(self) -> list[RefundPart]:
        """Return the parts that the provider has not taken on."""
        return [part for part in self.parts if part.reference is None]

    @property
    def round(self) -> int:
        """Return how often the provider gave money back, counting the part with which it did so most."""
        return max(part.round for part in self.parts)

    def is_unpaid(self, today: date) -> bool:
        """Tell whether the money should have left before today, if only because nobody will send it by itself."""
        if self.state is RefundState.REFUSED:
            return True
        return self.state in DUE and self.pay_by is not None and self.pay_by < today

    def key_of(self, part: RefundPart) -> str:
        """Return the idempotency key of a part: the same until the provider has refused it."""
        return f"{self.number}-{part.position}-{part.round}"

    def begin(self, now: datetime) -> None:
        """Record, before the provider is asked, that it may have been; a refund left in the middle begins again."""
        if self.state is not RefundState.SENDING:
            self.state = MACHINE.move(self.state, RefundState.SENDING)
        self.attempts += 1
        self.next_attempt_at = now + min(timedelta(minutes=5) * 2 ** min(self.attempts, 10), _LONGEST_WAIT)

    def send(self, arrives_by: date, now: datetime) -> None:
        """Record that the provider has taken every part on."""
        self.state = MACHINE.move(self.state, RefundState.SENT)
        self.sent_at, self.arrives_by, self.failure = now, arrives_by, None

    def settle(self, at: datetime) -> None:
        """Record that the money has arrived."""
        self.state = MACHINE.move(self.state, RefundState.SETTLED)
        self.settled_at = at

    def refuse(self, part: RefundPart, failure: str, now: datetime) -> None:
        """Record that the provider refused a part; the next attempt, after a growing pause, is a new instruction."""
        self._come_back([part], failure)
        self.next_attempt_at = now + _LONGEST_WAIT * 2 ** (part.round - 1)

    def bounce(self, failure: str, now: datetime) -> None:
        """Record that everything came back after it was sent; it is sent again a day later, unless that is enough."""
        self._come_back(self.parts, failure)
        self.sent_at, self.arrives_by = None, None
        self.next_attempt_at = now + _LONGEST_WAIT
        for part in self.parts:
            part.reference = None

    def cancel(self) -> None:
        """Call the refund off; possible while no part of it may be on its way."""
        if any(part.reference for part in self.parts):
            raise IllegalStateError("refund", "partly_sent", RefundState.CANCELED.value)
        self.state = MACHINE.move(self.state, RefundState.CANCELED)

    def _come_back(self, parts: Sequence[RefundPart], failure: str) -> None:
        """Count a round more of parts that did not go through, of which none is tried again after the last."""
        is_enough = max(part.round for part in parts) + 1 >= MOST_ROUNDS
        self.state = MACHINE.move(self.state, RefundState.REFUSED if is_enough else RefundState.FAILED)
        self.failure = failure
        for part in parts:
            part.round += 1


def split(amount: Money, order: Order, earlier: Iterable[Refund]) -> list[RefundPart]:
    """Return where an amount goes: to the newest payment first, to each what earlier refunds left of it."""
    used = [part for refund in earlier for part in refund.parts]
    parts: list[RefundPart] = []
    for payment in sorted(order.told_payments, key=lambda payment: (payment.paid_at, payment.id), reverse=True):
        spent = total((part.amount for part in used if part.payment_id == payment.id), amount.currency)
        take = min(amount, left(payment.amount, spent))
        if take:
            parts.append(RefundPart(len(parts) + 1, payment.method, take, payment.id))
            amount -= take
    if amount:
        parts.append(RefundPart(len(parts) + 1, "original", amount))
    return parts
