"""Negotiating over goodwill: one offer after the other, until one is accepted or the ladder ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import facts
from actions.intake import Intake
from bot.aftersales import negotiation
from bot.aftersales.labels import Payer, Remedy
from bot.aftersales.money import Money
from bot.aftersales.negotiation import Agreed, Demand, Grant, NoMore, Propose
from bot.aftersales.offer import Offer, OfferState, Proposer
from bot.aftersales.verdict import Verdict
from bot.services import wording
from bot.services.cases import selections

BARGAINED = frozenset({Remedy.REFUND_PARTIAL, Remedy.COUPON, Remedy.WARRANTY_EXTENSION})
"""Remedies that are offered step by step rather than named once."""

ACCEPTED = "accepted"
OVER = "over"
"""Values of the slot ``offer``; the offers themselves stand in the slot ``ledger``."""

_OPEN = frozenset({OfferState.PROPOSED.value, OfferState.ACCEPTED.value})
"""States of offers that nothing has come of: what was accepted and carried out is in the ledger of a case."""

_HUNDRED = Decimal(100)


def demand_of(intake: Intake) -> Demand | None:
    """Return what the message asks for in figures or conditions, or None."""
    turn = intake.turn
    # "10 % is too little, make it 25": what is named besides is what was offered.
    share = max((Decimal(str(value)) for value in turn.values("share") if _is_percent(value)), default=None)
    money = _money(intake)
    pays_shipping = "shop_pays_shipping" in turn.values("condition")
    if share is None and money is None and not pays_shipping:
        return None
    return Demand(share=share, amount=money, shop_pays_shipping=pays_shipping)


def open_offer(intake: Intake) -> Offer | None:
    """Return the offer that the customer has yet to answer, or None."""
    entries = ledger(intake)
    return entries[-1] if entries and entries[-1].state is OfferState.PROPOSED else None


def ledger(intake: Intake) -> list[Offer]:
    """Return the offers made so far about these pieces and this issue, oldest first."""
    return [_offer(entry) for entry in at_hand(intake)]


def at_hand(intake: Intake) -> list[dict[str, Any]]:
    """Return the same offers as the slot holds them, beside those of the conversation's other matters."""
    about = _matter(intake)
    return [entry for entry in intake["ledger"] or [] if entry.get("about") == about]


def set_aside(intake: Intake) -> None:
    """Let offers that came to nothing hold no longer, because the customer left them and begins anew.

    They stay in the ledger: the ladder goes on after them, and none is made twice.
    """
    left = [_expired(entry) if entry["state"] in _OPEN else entry for entry in intake["ledger"] or []]
    intake.set("ledger", left or None)


def forget_offers(intake: Intake) -> list[EventType]:
    """Return the event that takes the offers at hand out of the ledger, because they stand in a case from now on."""
    return [SlotSet("ledger", _besides(intake) or None)]


async def read_answer(intake: Intake, asked: bool) -> None:
    """Take the customer's answer to an offer over: yes, no, or what they want instead."""
    demand = demand_of(intake)
    current = open_offer(intake)
    if not asked or current is None:
        # Sums and conditions mean something only as an answer; "half back and I keep it" does at any time.
        if demand is not None and demand.share is not None and intake.turn.intent == "refund_order":
            intake.set("demand", _as_json(Demand(share=demand.share)))
        return
    turn, intent = intake.turn, intake.turn.intent
    # "Yes, all of it is right" names no share, whatever "all" means elsewhere.
    asks_for_more = demand is not None and (demand.share not in (None, _HUNDRED) or demand.amount is not None)
    if turn.agrees and not asks_for_more and not (demand and demand.shop_pays_shipping):
        _accept(intake)
    elif demand is not None:
        _close(intake, OfferState.COUNTERED)
        intake.set("demand", _as_json(demand))
    elif intent in ("deny", "refund_order", "complain") and turn.value("remedy") is None:
        _close(intake, OfferState.DECLINED)
        intake.set("demand", None)


async def next_offer(dispatcher: CollectingDispatcher, intake: Intake, verdict: Verdict) -> bool:
    """Put the next offer into the ledger, unless one is open; return False where the ladder has ended."""
    if open_offer(intake) is not None or intake["offer"] == ACCEPTED:
        return True
    order = await intake.load_order()
    assert order is not None
    price = sum((piece.price for piece in selections(order, intake.lines)), start=Money.zero(order.currency))
    demand = _demand(intake["demand"], order.currency)
    intake.set("demand", None)
    entries, now = ledger(intake), intake.context.clock()
    if demand is not None and (demand.share is not None or demand.amount is not None):
        wanted = demand.amount or price * ((demand.share or Decimal(0)) / _HUNDRED)
        entries.append(Offer(Remedy.REFUND_PARTIAL, Proposer.CUSTOMER, now, wanted, state=OfferState.DECLINED))
    answer = negotiation.answer(
        verdict.ladder, entries, demand, price, cap=verdict.cap, return_shipping=verdict.return_shipping
    )
    if demand is not None and demand.shop_pays_shipping:
        is_free = verdict.return_shipping is Payer.SHOP
        dispatcher.utter_message(response="utter_offer_shipping_free" if is_free else "utter_offer_shipping_own")
    if isinstance(answer, Agreed):
        # Whoever asks for no more than was offered before has accepted that.
        entries.append(replace(answer.offer, proposed_at=now, state=OfferState.PROPOSED))
        _save(intake, entries)
        _accept(intake)
        return True
    if isinstance(answer, Grant):
        dispatcher.utter_message(response="utter_offer_as_asked")
        entries.append(_entry(answer.remedy, answer.percent, None, answer.amount, verdict, now))
    elif isinstance(answer, Propose):
        if demand is not None and (demand.share is not None or demand.amount is not None):
            dispatcher.utter_message(response="utter_offer_too_much")
        step = answer.step
        entries.append(_entry(step.remedy, step.percent, step.months, step.amount, verdict, now))
    _save(intake, entries)
    if not isinstance(answer, NoMore):
        return True
    dispatcher.utter_message(response="utter_offers_ended")
    intake.set("offer", OVER)
    return False


def say_offer(dispatcher: CollectingDispatcher, intake: Intake, verdict: Verdict) -> None:
    """Utter the open offer as a question: why, what, and of goods that come back also how and by when."""
    offer = open_offer(intake)
    assert offer is not None
    said = wording.offered(offer)
    if offer.remedy is Remedy.RETURN_REFUND:
        when = facts.label("utter_answer_refund_time", refund_days=verdict.days_to_refund)
        said = facts.lines(said, wording.way_back(verdict.return_shipping), when)
    dispatcher.utter_message(
        response="utter_ask_offer",
        offer=said,
        facts={
            "offer": {
                "remedy": offer.remedy.value,
                "amount": str(offer.amount.amount) if offer.amount else None,
                "currency": offer.amount.currency if offer.amount else None,
                "reasons": offer.reasons,
                **offer.terms,
            }
        },
        choices=[
            facts.choice(facts.label("label_choice_accept"), "/affirm"),
            facts.choice(facts.label("label_choice_decline"), "/deny"),
            facts.person_choice(),
        ],
    )


def _entry(
    remedy: Remedy, percent: Decimal | None, months: int | None, amount: Money | None, verdict: Verdict, now: datetime
) -> Offer:
    terms = {}
    if percent is not None:
        terms["percent"] = f"{percent.normalize():f}"
    if months is not None:
        terms["months"] = str(months)
    return Offer(remedy, Proposer.BOT, now, amount, list(verdict.reasons), terms=terms)


def _accept(intake: Intake) -> None:
    """Take the offer on the table for the remedy; accepting it is the explicit yes."""
    _close(intake, OfferState.ACCEPTED)
    intake.set("remedy", ledger(intake)[-1].remedy.value)
    intake.set("offer", ACCEPTED)
    intake.set("confirmation", "yes")


def _close(intake: Intake, state: OfferState) -> None:
    entries = ledger(intake)
    entries[-1].state = state
    _save(intake, entries)


def _save(intake: Intake, entries: Iterable[Offer]) -> None:
    about = _matter(intake)
    saved = [
        {
            "about": about,
            "remedy": entry.remedy.value,
            "by": entry.proposed_by.value,
            "at": entry.proposed_at.isoformat(),
            "amount": str(entry.amount.amount) if entry.amount else None,
            "currency": entry.amount.currency if entry.amount else None,
            "reasons": entry.reasons,
            "terms": entry.terms,
            "state": entry.state.value,
        }
        for entry in entries
    ]
    intake.set("ledger", [*_besides(intake), *saved])


def _besides(intake: Intake) -> list[dict[str, Any]]:
    about = _matter(intake)
    return [entry for entry in intake["ledger"] or [] if entry.get("about") != about]


def _matter(intake: Intake) -> dict[str, Any]:
    """Return what offers are about; how many pieces of a line may still be corrected."""
    return {"order": intake["order_number"], "issue": intake["reason"], "lines": sorted(intake.lines)}


def _expired(entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry, "state": OfferState.EXPIRED.value}


def _offer(entry: dict[str, Any]) -> Offer:
    amount = Money(Decimal(entry["amount"]), entry["currency"]) if entry["amount"] else None
    return Offer(
        Remedy(entry["remedy"]),
        Proposer(entry["by"]),
        datetime.fromisoformat(entry["at"]),
        amount,
        list(entry["reasons"]),
        OfferState(entry["state"]),
        dict(entry["terms"]),
    )


def _as_json(demand: Demand) -> dict[str, Any]:
    return {
        "share": str(demand.share) if demand.share is not None else None,
        "amount": str(demand.amount.amount) if demand.amount else None,
        "shipping": demand.shop_pays_shipping,
    }


def _demand(kept: dict[str, Any] | None, currency: str) -> Demand | None:
    if not kept:
        return None
    return Demand(
        share=Decimal(kept["share"]) if kept["share"] else None,
        amount=Money(Decimal(kept["amount"]), currency) if kept["amount"] else None,
        shop_pays_shipping=bool(kept["shipping"]),
    )


def _is_percent(value: Any) -> bool:
    text = str(value)
    return text.isdecimal() and 0 < int(text) <= 100


def _money(intake: Intake) -> Money | None:
    """Return the amount the message names, if it can be one in the order's currency."""
    found = intake.turn.money
    if found is None or intake.order is None or found[1] not in ("", intake.order.currency):
        return None
    return Money(found[0], intake.order.currency)
