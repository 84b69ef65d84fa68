"""What a scenario is made of: what the customer says, what happens afterwards, and how it has to end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bench.simulation.goods import USUAL, Bought, Situation

Worth = Callable[[Bought], Decimal]
"""What a refund has to come to, worked out from the order by hand."""


@dataclass(frozen=True)
class Later:
    """So much time passes."""

    days: int = 0
    hours: int = 8


@dataclass(frozen=True)
class Until:
    """Whoever acts next waits for an announcement."""

    response: str


@dataclass(frozen=True)
class Shop:
    """The shop reports an event; what it is about follows from its type and the numbers that the customer was told."""

    type: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Scan:
    """A carrier scans a parcel: that of the ``order``, the one ``back`` to the shop, or the one sent ``again``."""

    parcel: str
    state: str


@dataclass(frozen=True)
class Agent:
    """An agent decides about the case: approve, decline, settle, liability."""

    decision: str
    body: Mapping[str, Any] = field(default_factory=dict)
    worth: Worth | None = None
    """For ``settle``: the amount."""


@dataclass(frozen=True)
class TakeOver:
    """An agent takes the conversation over, writes, and ends or returns it."""

    ending: str = "resolve"


@dataclass(frozen=True)
class Says:
    """The customer writes again: the opening, and answers to what is asked then, until a response."""

    opening: str
    until: str
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Sends:
    """The customer sends a photo, which is answered with a response."""

    until: str


Step = Later | Until | Shop | Scan | Agent | TakeOver | Says | Sends

PHOTO = "photo"
"""An answer that is no text but a file."""


@dataclass(frozen=True)
class End:
    """How a complaint has to end.

    ``case`` is the case's state before what customers say of it afterwards; ``told`` every announcement but the
    question whether it is solved, in whatever order. ``things`` maps kinds of lifecycles to their states. ``stock``
    maps a line and a size such as ``1-M`` to the change of free pieces; ``open`` lists the tasks that departments have
    yet to do.
    """

    case: str = "resolved"
    told: tuple[str, ...] = ()
    refunds: tuple[Worth, ...] = ()
    refund_state: str = "settled"
    things: Mapping[str, str] = field(default_factory=dict)
    liability: str | None = None
    stock: Mapping[str, int] = field(default_factory=dict)
    open: tuple[str, ...] = ()
    coupon: int | None = None
    extension: int | None = None
    order_state: str | None = None
    claims: tuple[Worth, ...] = ()
    """What is claimed from whoever is liable, which somebody has yet to file."""


@dataclass(frozen=True)
class Scenario:
    """One kind of complaint.

    ``words`` names the sentence with which customers begin, ``start`` the button that says the same; ``answers`` maps
    questions to what is answered, the first time, the second and so on. ``until`` is the response that ends it.
    ``abroad`` says that it only happens where parcels pass customs, ``needs_person`` that the bot cannot end it alone.
    """

    name: str
    issue: str
    start: str
    until: str
    words: str | None = None
    situation: Situation = USUAL
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    after: tuple[Step, ...] = ()
    end: End = End()
    needs_person: bool = False
    abroad: bool = False


def reason(issue: str) -> str:
    """Return the button that names an issue type."""
    return f'/choose_reason{{"reason": "{issue}"}}'


def remedy(name: str) -> tuple[str, ...]:
    """Return the button of a remedy."""
    return (f'/choose_remedy{{"remedy": "{name}"}}',)


def withdrawn(bought: Bought) -> Decimal:
    """Return what comes back for a whole order after a change of mind."""
    place = bought.place
    fee = bought.fee if place.withdrawal_shipping else Decimal(0)
    return bought.goods + fee + (bought.duties if place.withdrawal_duties else Decimal(0))


def everything(bought: Bought) -> Decimal:
    """Return what a whole order cost, fee and duties included."""
    return bought.total


def goods_only(bought: Bought) -> Decimal:
    """Return what the goods of an order cost."""
    return bought.goods


def first_pieces(line: int, pieces: int) -> Worth:
    """Return what comes back for the first pieces of a line after a change of mind, the rest being kept."""

    def worth(bought: Bought) -> Decimal:
        goods = bought.worth(line, pieces)
        duties = bought.place.rounded(bought.duties * goods / bought.goods)
        return goods + (duties if bought.place.withdrawal_duties else Decimal(0))

    return worth


def percent(share: int) -> Worth:
    """Return a part of the price of all goods, rounded line by line."""

    def worth(bought: Bought) -> Decimal:
        parts = (
            bought.place.rounded(bought.worth(line, count) * share / Decimal(100))
            for line, count in enumerate(bought.quantities, start=1)
        )
        return sum(parts, Decimal(0))

    return worth


def cheaper(size: str) -> Worth:
    """Return what a cheaper variant leaves of the price of the one piece that it replaces."""
    return lambda bought: -bought.dearer(size)
