"""Saying no: with the rule behind it, what is possible instead, and a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions import facts
from actions.escalation import queue
from actions.intake import Intake
from actions.outcomes import complaint_of
from bot.aftersales.escalation import EscalationReason
from bot.aftersales.labels import WITHDRAWALS, IssueType, Remedy
from bot.aftersales.order import Order
from bot.aftersales.order_change import obstacle
from bot.aftersales.policy import Verdict
from bot.errors import PolicyRefusalError
from bot.services import cases

MEANT_BY = {
    "return": (Remedy.RETURN_REFUND,),
    "exchange": (Remedy.EXCHANGE,),
    "repair": (Remedy.REPAIR,),
    "reship": (Remedy.RESHIP,),
    "refund": (Remedy.REFUND_FULL, Remedy.RETURN_REFUND, Remedy.REFUND_PARTIAL),
}
"""The remedies that each wish comes down to, best first; the texts of ``label_wish_`` name the wishes."""


def wish_of(remedy: Remedy) -> str:
    """Return what a remedy is called as a wish, as the texts of ``label_wish_`` name it."""
    return next((wish for wish, meant in MEANT_BY.items() if remedy in meant), "refund")


async def refuse(
    dispatcher: CollectingDispatcher,
    intake: Intake,
    response: str,
    wish: Remedy | None,
    reasons: Sequence[str] | None = None,
) -> None:
    """Tell why a wish cannot be met and what can: other remedies where some are open, else the case it is kept as.

    The ``reasons`` are those that policy has against it unless others are given.
    """
    verdict = await intake.verdict()
    is_hazard = intake.issue is IssueType.SAFETY_HAZARD
    if verdict.remedies and wish is not None and not is_hazard:
        _refuse_for_others(dispatcher, intake, verdict, wish, reasons or verdict.reasons_against(wish))
        return
    async with intake.context.uow() as uow:
        case = await cases.refuse(uow, intake.context.policy, complaint_of(intake, wish), intake.context.clock())
    order = await intake.load_order()
    assert order is not None
    choices = [*_ways_out(intake, order, verdict), facts.person_choice()]
    known = {"case": facts.case_fact(case)}
    why = None if reasons else _why(intake, order, verdict)
    say_refusal(dispatcher, response, verdict, reasons=reasons, why=why, choices=choices, known=known, case=case.number)
    if is_hazard:
        await queue(dispatcher, intake.turn, EscalationReason.SAFETY, case_number=case.number)


async def refuse_late(
    dispatcher: CollectingDispatcher, intake: Intake, response: str, wish: Remedy, error: PolicyRefusalError
) -> None:
    """Tell why a wish cannot be met after all, because something has happened since it was found open."""
    intake.forget_verdict()
    await refuse(dispatcher, intake, response, wish, error.reasons)


async def leave_excepted_out(dispatcher: CollectingDispatcher, intake: Intake) -> None:
    """Tell which of the chosen goods are not taken back after a change of mind, and go on with the others."""
    verdict, order = await intake.verdict(), await intake.load_order()
    others = {position: count for position, count in intake.lines.items() if position not in verdict.excepted}
    if order is None or not others or not verdict.is_open_for_others:
        return
    dispatcher.utter_message(
        response="utter_items_left_out",
        why=facts.lines(*_excepted(intake, order, verdict)),
        facts={
            "reasons": list(verdict.reasons),
            "items": [
                facts.item_fact(line, intake.turn.language) for line in order.lines if line.position in verdict.excepted
            ],
        },
    )
    intake.set("items", list(others))
    intake.set("quantity", {str(position): count for position, count in others.items()})


def say_refusal(
    dispatcher: CollectingDispatcher,
    response: str,
    verdict: Verdict,
    *,
    reasons: Sequence[str] | None = None,
    why: Sequence[dict[str, Any]] | None = None,
    choices: Sequence[dict[str, Any]] = (),
    known: Mapping[str, Any] | None = None,
    **values: Any,
) -> None:
    """Tell the customer in plain words which rules stand against it; ``custom.reasons`` holds their codes.

    The ``reasons`` are the verdict's unless others are given, and ``why`` puts them into words; ``known`` are further
    facts for programs, ``values`` are for the rest of the response's text.
    """
    reasons = verdict.reasons if reasons is None else reasons
    dispatcher.utter_message(
        response=response,
        why=facts.lines(*(why or (reason_label(reason, verdict) for reason in reasons))),
        facts={**(known or {}), "reasons": list(reasons)},
        choices=list(choices),
        **values,
    )


def reason_label(reason: str, verdict: Verdict) -> dict[str, Any]:
    """Return one reason in plain words, with the date it turns on where it has one."""
    values = {"closed_on": facts.day(verdict.window_closes)} if verdict.window_closes else {}
    return facts.label(f"label_reason_{reason}", **values)


def _why(intake: Intake, order: Order, verdict: Verdict) -> list[dict[str, Any]]:
    """Return the reasons of a refusal in plain words; of several goods, what holds for some only with their names."""
    if len(intake.lines) < 2:
        return [reason_label(reason, verdict) for reason in verdict.reasons]
    of_some = set(verdict.excepted.values())
    of_all = [reason_label(reason, verdict) for reason in verdict.reasons if reason not in of_some]
    return [*of_all, *_excepted(intake, order, verdict)]


def _excepted(intake: Intake, order: Order, verdict: Verdict) -> list[dict[str, Any]]:
    """Return in plain words which goods are not taken back after a change of mind, and why."""
    return [
        facts.label(
            "label_reason_of_item",
            item=facts.pieces(piece.line, piece.quantity, intake.turn.language),
            reason=reason_label(verdict.excepted[piece.line.position], verdict),
        )
        for piece in cases.selections(order, intake.lines)
        if piece.line.position in verdict.excepted
    ]


def _refuse_for_others(
    dispatcher: CollectingDispatcher, intake: Intake, verdict: Verdict, wish: Remedy, reasons: Sequence[str]
) -> None:
    """Tell why a wish cannot be met, with a button for each remedy that is open, which keeps what is known."""
    choices = [
        facts.choice(
            facts.label(f"label_remedy_{remedy}"), f'/complain{{"reason": "{intake.issue}", "remedy": "{remedy}"}}'
        )
        for remedy in verdict.remedies
        if remedy is not wish
    ]
    said = facts.label(f"label_wish_{wish_of(wish)}")
    say_refusal(
        dispatcher,
        "utter_wish_not_open",
        verdict,
        reasons=reasons,
        choices=[*choices, facts.person_choice()],
        wish=said,
    )


def _ways_out(intake: Intake, order: Order, verdict: Verdict) -> list[dict[str, Any]]:
    """Return what comes nearest to a wish of which policy allows nothing."""
    against = set(verdict.reasons)
    if against & {"order_canceled", "already_returned"}:
        return [facts.intent_choice("check_case")]
    if "not_delivered_yet" in against:
        if obstacle(order) is None:
            return [facts.intent_choice("cancel_order")]
        return [facts.choice(facts.label("label_choice_track"), "/track_order")]
    if intake.issue in WITHDRAWALS:
        # Nobody has to like what is in order; what is not in order is another right.
        return [facts.choice(facts.label("label_choice_faulty"), "/complain")]
    return []
