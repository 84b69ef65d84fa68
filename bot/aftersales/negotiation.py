"""Bargaining: what to answer when a customer declines an offer, or says what they want instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.aftersales.labels import Payer, Remedy
from bot.aftersales.ladder import GOODWILL
from bot.aftersales.money import Money
from bot.aftersales.offer import Offer, Proposer
from bot.aftersales.verdict import Step

_IN_FULL = frozenset({Remedy.REFUND_FULL, Remedy.RETURN_REFUND})
_IN_KIND = frozenset({Remedy.EXCHANGE, Remedy.REPAIR, Remedy.RESHIP})
"""Goods instead of money: neither more nor less than an amount."""
_SENT_BACK = frozenset({Remedy.RETURN_REFUND, Remedy.EXCHANGE, Remedy.REPAIR})
_HUNDRED = Decimal(100)
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class Demand:
    """What the customer wants: ``share`` is percent of the price; of share and amount the smaller one counts."""

    share: Decimal | None = None
    amount: Money | None = None
    shop_pays_shipping: bool = False


@dataclass(frozen=True)
class Grant:
    """The customer gets what they ask for: a goodwill step at their own figure, or a return at the shop's cost."""

    remedy: Remedy
    percent: Decimal | None
    amount: Money | None
    shop_pays_shipping: bool = False


@dataclass(frozen=True)
class Propose:
    """The next step of the ladder is offered as it is."""

    step: Step


@dataclass(frozen=True)
class Agreed:
    """The customer asks for no more than ``offer``, which the shop made before: it stands."""

    offer: Offer


@dataclass(frozen=True)
class NoMore:
    """The ladder is at its end: a person takes over."""


Answer = Grant | Propose | Agreed | NoMore


def answer(
    ladder: Sequence[Step],
    ledger: Sequence[Offer],
    demand: Demand | None,
    price: Money,
    *,
    cap: Money | None = None,
    return_shipping: Payer = Payer.CUSTOMER,
) -> Answer:
    """Return what to say to a demand, or to a plain refusal where there is none.

    Nothing is proposed twice, and each proposal is better for the customer than the last: worth more, or worth as
    much in a remedy that stands later in the ladder. A demand at or below the next step is granted as demanded,
    every other one leads to the next step. Each answer but the last uses up a step at least.

    Args:
        ladder: From the verdict, best for the shop first.
        ledger: All offers of the case, oldest first; the customer's own are passed over.
        price: What was paid for the pieces, in the currency of the ladder; shares are percent of it, and no goodwill
            exceeds it. Only what is owed, a step without percent, may.
        cap: The goodwill that is left; None where there is no cap.
        return_shipping: Who pays for sending goods back according to the verdict.
    """
    made = [offer for offer in ledger if offer.proposed_by is not Proposer.CUSTOMER]
    demand = demand or Demand()
    figure = _figure(demand, price)
    standing = _standing(made, demand, figure, price, return_shipping)
    if standing is not None:
        return Agreed(standing)
    used, floor = _progress(ladder, made, price)
    step = next((step for step in ladder[used:] if _is_open(step, made, floor, price, cap)), None)
    if step is None:
        return NoMore()
    if figure is not None and _is_grantable(step, figure, floor, price):
        granted = max(figure, floor)
        # What is raised to the floor is no longer the share that was named.
        share = demand.share if demand.share is not None and granted == _part(price, demand.share) else None
        return Grant(step.remedy, share if share is not None else _percent(granted, price), granted)
    if demand.shop_pays_shipping and step.remedy in _SENT_BACK and return_shipping is Payer.SHOP:
        return Grant(step.remedy, step.percent, step.amount, shop_pays_shipping=True)
    return Propose(step)


def _figure(demand: Demand, price: Money) -> Money | None:
    """Return the demanded sum; None where there is none that can be compared with the price."""
    figures = [] if demand.share is None else [_part(price, demand.share)]
    if demand.amount is not None and demand.amount.currency == price.currency:
        figures.append(demand.amount)
    figure = min(figures, default=None)
    return figure if figure is not None and figure.amount > 0 else None


def _standing(
    made: Sequence[Offer], demand: Demand, figure: Money | None, price: Money, return_shipping: Payer
) -> Offer | None:
    """Return the offer of the shop that already gives what is demanded, the smallest one; None where none does."""
    if figure is not None:
        # A coupon is no answer to who asks for money.
        money = [offer for offer in made if offer.remedy is Remedy.REFUND_PARTIAL]
        worths = {id(offer): _offer_worth(offer, price) or Money.zero(price.currency) for offer in money}
        enough = [offer for offer in money if figure <= worths[id(offer)]]
        return min(enough, key=lambda offer: worths[id(offer)].amount, default=None)
    if demand.shop_pays_shipping and return_shipping is Payer.SHOP and made and made[-1].remedy in _SENT_BACK:
        return made[-1]
    return None


def _progress(ladder: Sequence[Step], made: Sequence[Offer], price: Money) -> tuple[int, Money]:
    """Return how many steps are behind, and the worth of the best offer so far."""
    used, floor = 0, Money.zero(price.currency)
    for offer in made:
        index = next((index for index in range(used, len(ladder)) if _covers(ladder[index], offer, price)), None)
        worth = _offer_worth(offer, price)
        if index is not None:
            used = index + 1
            if offer.amount is None and worth is not None:
                worth = _step_worth(ladder[index], price)
        floor = max(floor, worth or floor)
    return used, floor


def _covers(step: Step, offer: Offer, price: Money) -> bool:
    """Tell whether an offer is a step, or was granted at a smaller figure in its stead."""
    if step.remedy is not offer.remedy or str(step.months or "") != offer.terms.get("months", ""):
        return False
    worth = _step_worth(step, price)
    if offer.remedy not in GOODWILL or offer.amount is None or worth is None:
        return True
    # An agent's own figure leaves the steps above it open.
    return offer.amount == worth or (offer.proposed_by is Proposer.BOT and offer.amount < worth)


def _is_open(step: Step, made: Sequence[Offer], floor: Money, price: Money, cap: Money | None) -> bool:
    worth = _step_worth(step, price)
    remedies = {offer.remedy for offer in made}
    if worth is None:
        return step.remedy not in remedies
    if step.percent is not None and (not worth or price < worth or (cap is not None and cap < worth)):
        return False
    if worth == floor:
        # More months of warranty are better, too, although they cost the same.
        return step.remedy not in remedies or (step.months is not None and _is_longest(step, made))
    return floor < worth


def _is_longest(step: Step, made: Sequence[Offer]) -> bool:
    months = (int(offer.terms.get("months", 0)) for offer in made if offer.remedy is step.remedy)
    return all(offered < (step.months or 0) for offered in months)


def _is_grantable(step: Step, figure: Money, floor: Money, price: Money) -> bool:
    """Tell whether a step of goodwill may be had at a smaller figure.

    A sum without percent is owed to the customer: it is never paid in part. A figure that is no more than a coupon
    is granted in money at the coupon's worth, the least that is better.
    """
    worth = _step_worth(step, price)
    if step.remedy not in GOODWILL or step.percent is None or worth is None or not figure <= worth:
        return False
    return floor < figure or step.remedy is Remedy.REFUND_PARTIAL


def _step_worth(step: Step, price: Money) -> Money | None:
    return _worth(step.remedy, step.amount, step.percent, price)


def _worth(remedy: Remedy, amount: Money | None, percent: Decimal | None, price: Money) -> Money | None:
    """Return what a remedy is worth to the customer in money; None for goods, which cannot be compared."""
    if remedy in _IN_KIND:
        return None
    if remedy in _IN_FULL:
        return price
    if amount is not None and amount.currency == price.currency:
        return amount
    return Money.zero(price.currency) if percent is None else _part(price, percent)


def _offer_worth(offer: Offer, price: Money) -> Money | None:
    percent = offer.terms.get("percent")
    return _worth(offer.remedy, offer.amount, Decimal(percent) if percent else None, price)


def _part(price: Money, percent: Decimal) -> Money:
    return price * (percent / _HUNDRED)


def _percent(amount: Money, price: Money) -> Decimal | None:
    return (amount.amount / price.amount * _HUNDRED).quantize(_HUNDREDTH) if price else None
