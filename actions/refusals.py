"""Saying no: with the rule behind it, what is possible instead, and a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions import facts
from bot.aftersales.policy import Verdict


def say_refusal(
    dispatcher: CollectingDispatcher,
    response: str,
    verdict: Verdict,
    *,
    reasons: Sequence[str] | None = None,
    with_choices: bool = True,
    **values: Any,
) -> None:
    """Tell the customer in plain words which rules stand against it; ``custom.reasons`` holds their codes.

    The ``reasons`` are the verdict's unless others are given; ``values`` are for the rest of the response's text.
    """
    reasons = verdict.reasons if reasons is None else reasons
    choices: list[dict[str, Any]] = []
    if with_choices:
        if "window_closed" in verdict.reasons:
            choices.append(facts.choice(facts.label("label_choice_faulty"), "/complain"))
        choices.append(facts.choice(facts.label("label_choice_human"), "/ask_human"))
    dispatcher.utter_message(
        response=response,
        why=facts.lines(*(reason_label(reason, verdict) for reason in reasons)),
        facts={"reasons": list(reasons)},
        choices=choices,
        **values,
    )


def reason_label(reason: str, verdict: Verdict) -> dict[str, Any]:
    """Return one reason in plain words, with the date it turns on where it has one."""
    values = {"closed_on": facts.day(verdict.window_closes)} if verdict.window_closes else {}
    return facts.label(f"label_reason_{reason}", **values)
