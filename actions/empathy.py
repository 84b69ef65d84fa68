"""What is said to the feelings of a customer: a warning of danger, regret that fits, and once is enough."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions.intake import Intake
from bot.aftersales.labels import FAULTS, WITHDRAWALS, IssueType
from bot.aftersales.mood import MoodLevel

_SORRY = {
    **dict.fromkeys(FAULTS, "utter_sorry_product"),
    **dict.fromkeys(
        (IssueType.OVERCHARGED, IssueType.REFUND_MISSING, IssueType.CUSTOMS_CHARGES), "utter_sorry_payment"
    ),
    **dict.fromkeys(
        (
            IssueType.LATE_DELIVERY,
            IssueType.LOST_PARCEL,
            IssueType.DELIVERED_NOT_RECEIVED,
            IssueType.CUSTOMS_HOLD,
        ),
        "utter_sorry_logistics",
    ),
    IssueType.POOR_SERVICE: "utter_sorry_service",
}
"""The regret that fits; of the rest there is nothing particular to say."""


def react(dispatcher: CollectingDispatcher, intake: Intake) -> None:
    """Say what an issue that has just become known calls for: not to use what is dangerous, or regret, once.

    A change of mind is nothing to be sorry about. Who is angry is offered a person instead.
    """
    if intake.issue is None:
        return
    if intake.issue is IssueType.SAFETY_HAZARD:
        dispatcher.utter_message(response="utter_safety_stop_using")
    elif not intake["soothed"] and (_is_angry(intake) or intake.issue not in WITHDRAWALS):
        _soothe(dispatcher, intake, _SORRY.get(intake.issue, "utter_sorry"))


def soothe(dispatcher: CollectingDispatcher, intake: Intake) -> None:
    """Say sorry once; the second time, or to who is angry already, offer a person instead of more words."""
    _soothe(dispatcher, intake, "utter_offer_human_angry" if intake["soothed"] else "utter_sorry")


def _soothe(dispatcher: CollectingDispatcher, intake: Intake, words: str) -> None:
    dispatcher.utter_message(response="utter_offer_human_angry" if _is_angry(intake) else words)
    intake.set("soothed", int(intake["soothed"] or 0) + 1)


def _is_angry(intake: Intake) -> bool:
    return intake.turn.mood.level is MoodLevel.ANGRY
