"""What is said to the feelings of a customer: a warning of danger, regret that fits, and once is enough."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions.intake import Intake
from bot.aftersales.labels import FAULTS, WITHDRAWALS, IssueType

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

    A change of mind is nothing to be sorry about.
    """
    if intake.issue is None:
        return
    if intake.issue is IssueType.SAFETY_HAZARD:
        dispatcher.utter_message(response="utter_safety_stop_using")
    elif intake.issue not in WITHDRAWALS and not intake["soothed"]:
        dispatcher.utter_message(response=_SORRY.get(intake.issue, "utter_sorry"))
        intake.set("soothed", 1)


def soothe(dispatcher: CollectingDispatcher, intake: Intake) -> None:
    """Say sorry once; the second time offer a person instead of more words."""
    times = int(intake["soothed"] or 0)
    dispatcher.utter_message(response="utter_offer_human_angry" if times else "utter_sorry")
    intake.set("soothed", times + 1)
