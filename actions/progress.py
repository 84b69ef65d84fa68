"""Telling how far a case and what was started for it have come."""

from __future__ import annotations

from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions import facts
from bot.services.progress import Progress


def say_status(dispatcher: CollectingDispatcher, progress: Progress) -> None:
    """Tell where a case stands, with what was started for it as facts for clients."""
    response, values = progress.told()
    known: dict[str, Any] = {"case": facts.case_fact(progress.case)}
    for return_ in progress.returns:
        known["return"] = facts.return_fact(return_)
    for exchange in progress.exchanges:
        known["exchange"] = facts.exchange_fact(exchange)
    for repair in progress.repairs:
        known["repair"] = {"number": repair.number, "state": repair.state.value}
    for reshipment in progress.reshipments:
        known["reship"] = {"number": reshipment.number, "state": reshipment.state.value}
    for matter in progress.customs:
        known["customs"] = {"number": matter.number, "state": matter.state.value}
    for refund in progress.refunds:
        known["refund"] = facts.refund_fact(refund)
    dispatcher.utter_message(response=response, **values, facts=known)
