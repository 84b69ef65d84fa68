"""The catalogue template: every text a customer can see, with its context and a note for translators."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from babel.messages.catalog import Catalog

_PLACEHOLDERS = {
    "agent": "name of a person",
    "amount": "money",
    "carrier": "name of a parcel service",
    "case": "case number",
    "change": "what changes about an order line",
    "closed_on": "date",
    "count": "number of pieces",
    "day": "date",
    "days": "number of days",
    "deadline": "date",
    "issue": "one of the label_issue_ texts",
    "item": "product name, with size and colour",
    "last": "a whole sentence, the label_last_scan text, or nothing",
    "minutes": "number of minutes",
    "months": "number of months",
    "name": "name of a language",
    "number": "case number",
    "order_number": "order number",
    "page": "number of a page",
    "pages": "number of pages",
    "papers": "several lines, the label_paper_ texts",
    "percent": "a number",
    "place": "name of a place",
    "position": "place in the queue",
    "progress": "several lines, the label_progress_ texts",
    "quote": "money",
    "reason": "one of the label_issue_ texts",
    "refund": "money",
    "refund_days": "number of days",
    "remedy": "one of the label_remedy_ texts",
    "repair": "number of the repair",
    "reship": "number of the reshipment",
    "return_state": "one of the label_return_state_ texts",
    "rma": "return number",
    "shipping": "a whole sentence, one of the label_shipping_ texts",
    "state": "one of the label_…_state_ texts",
    "summary": "several lines",
    "tracking": "a whole sentence, one of the label_tracking_ texts, or nothing",
    "tracking_number": "tracking number",
    "until": "date and time",
    "variant": "size and colour",
    "why": "several lines, the label_reason_ texts",
    "wish": "one of the label_wish_ texts",
    "at": "date and time",
}

_SPECIAL = {
    "utter_notify_refund_": {"refund": "number of the refund"},
    "utter_notify_": {"reason": "a whole sentence, one of the label_refusal_ texts", "until": "date"},
    "label_progress_": {"number": "number of the return or repair"},
    "utter_ask_offer": {"offer": "a whole sentence, one of the label_offer_ texts"},
}
"""What placeholders hold in responses whose names begin so, where it is something else than elsewhere."""

_KINDS = {
    "utter_ask_": "A question of the assistant.",
    "utter_": "A message of the assistant.",
    "label_choice_": "A button; keep it under 20 characters if you can.",
    "label_intent_": "A button that names what the customer may have meant.",
    "label_change_": "A button: what the customer wants to change.",
    "label_issue_": "A reason for a complaint, on a button and inside sentences.",
    "label_remedy_": "A solution, on a button and inside sentences.",
    "label_wish_": "A wish, after a colon.",
    "label_doc_": "Printed on a return slip or an invoice.",
    "label_": "Part of a message.",
}


def entries(domain: Path) -> Iterator[tuple[str, str | tuple[str, str], str]]:
    """Yield context, English text and a note for every response and button of a Rasa domain folder.

    A text that depends on a number is two, for one and for several; the response says so in ``custom``.
    """
    for path in sorted(domain.glob("*.yml")):
        responses: dict[str, list[dict[str, Any]]] = (yaml.safe_load(path.read_text("utf-8")) or {}).get(
            "responses", {}
        )
        for name, variations in responses.items():
            for variation in variations:
                text, one = variation["text"], (variation.get("custom") or {}).get("one")
                yield name, (one, text) if one else text, _note(name, text)
                for button in variation.get("buttons") or []:
                    yield name, button["title"], "A button; keep it under 20 characters if you can."


def template(domain: Path, widget_strings: dict[str, str]) -> Catalog:
    """Return the template of the ``bot`` catalogues."""
    catalogue = Catalog(project="Parley", copyright_holder="The Parley authors", charset="utf-8")
    for context, text, note in entries(domain):
        catalogue.add(text, context=context, auto_comments=[note])
    for key, text in widget_strings.items():
        catalogue.add(text, context=key, auto_comments=["A text of the chat window."])
    return catalogue


def _note(name: str, text: str) -> str:
    kind = next(note for prefix, note in _KINDS.items() if name.startswith(prefix))
    meanings = {**_PLACEHOLDERS, **next((more for prefix, more in _SPECIAL.items() if name.startswith(prefix)), {})}
    used = [f"{{{key}}} is {meaning}" for key, meaning in meanings.items() if f"{{{key}}}" in text]
    return " ".join([kind, "; ".join(used) + "." if used else ""]).strip()
