"""Dividing amounts so that the parts add up to the whole, to the last minor unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise

from bot.aftersales.money import Money
from bot.aftersales.order import Order, OrderLine


def worth(line: OrderLine, pieces: int) -> Money:
    """Return what the first pieces of a line cost after the discount.

    The discount is spread by largest remainder: all pieces have the same claim to it, so the first ones get the odd
    minor units.
    """
    each, odd = divmod(line.discount.minor, line.quantity)
    return line.unit_price * pieces - _minor(pieces * each + min(pieces, odd), line.discount.currency)


def duties_on(order: Order, pieces: Mapping[int, int]) -> Money:
    """Return the duties on some pieces by line: their part of the goods' value, or of the pieces of worthless goods."""
    counted = {line.position: min(pieces.get(line.position, 0), line.quantity) for line in order.lines}
    whole = sum(line.total.minor for line in order.lines)
    if not whole:
        return _share(order.duties, sum(counted.values()), sum(line.quantity for line in order.lines))
    return _share(order.duties, sum(worth(line, counted[line.position]).minor for line in order.lines), whole)


def portion(amount: Money, part: Money, whole: Money) -> Money:
    """Return the part of an amount that corresponds to a part of a whole, rounded half up.

    It only grows with the part, and is everything for the whole: differences of growing parts add up. Nothing where
    the whole is nothing.
    """
    return _share(amount, part.minor, whole.minor) if whole else Money.zero(amount.currency)


def spread(amount: Money, claims: Sequence[Money]) -> list[Money]:
    """Return how much of an amount, no more than all claims together, goes to each: in proportion, and never above it.

    Each gets the difference of two growing ``portion``s, which places the odd minor units by the order of the claims.
    """
    ends = list(accumulate(claims, initial=Money.zero(amount.currency)))
    reached = [portion(amount, end, ends[-1]) for end in ends]
    return [after - before for before, after in pairwise(reached)]


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Return the sum of amounts in one currency."""
    return sum(amounts, start=Money.zero(currency))


def left(amount: Money, used: Money) -> Money:
    """Return what is left of an amount, never less than nothing."""
    return max(amount - used, Money.zero(amount.currency))


def _share(amount: Money, part: int, whole: int) -> Money:
    return _minor((2 * amount.minor * part + whole) // (2 * whole), amount.currency)


def _minor(minor: int, currency: str) -> Money:
    money = Money.from_minor(minor, currency)
    assert money is not None
    return money
