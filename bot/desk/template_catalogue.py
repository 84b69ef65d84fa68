"""The catalogue template of the desk: its own words, and the codes that it shows as words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog

from bot.aftersales.labels import Label
from bot.desk.audit_codes import AUDIT_CODES
from bot.desk.case_codes import CASE_CODES
from bot.desk.extraction import texts_in
from bot.desk.texts import CHANNEL_NAMES, LABEL, label_text

HERE = Path(__file__).parent
_ROOT = HERE.parents[1]
_PACKAGES = ("aftersales", "conversations", "services", "desk")
_NOT_SHOWN = frozenset((
    "Permission", "Tab", "Theme", "ShopEventType", "ShopEventState", "Account", "OutboxState", "InboxState", "Period",
    "Scope", "DeliveryState",
))  # fmt: skip
"""Labels that no page shows: of the desk's own code, and of what goes on behind it."""

OTHER_CODES = (
    # What the bot knew when it handed over, and the questions and forms it was at.
    "known", "asked_for", "during", "last_words", "order_number", "verification", "case_choice", "items", "quantity",
    "details", "looked_up", "same_case", "sealed", "remedy", "variant", "offer", "ledger", "demand", "line", "wish",
    "case_number", "reason",
    "track_form", "status_form", "withdraw_form", "return_form", "exchange_form", "complaint_form", "change_form",
    "feedback_form",
    # Ways to pay.
    "card", "wallet", "bank_transfer", "invoice",
    # What complaints about goods are held against.
    "product_page", "warranty",
)  # fmt: skip
"""Codes without a type of their own."""

_PLACEHOLDER = re.compile(r"\{\w+\}")


def template() -> Catalog:
    """Return the template of the ``desk`` catalogues; the files of a text are its locations, without lines."""
    catalogue = Catalog(project="Parley", copyright_holder="The Parley authors", charset="utf-8")
    for path, found in texts_in(HERE):
        place = (path.relative_to(_ROOT).as_posix(), None)
        note = ["A number chooses the form; {count} is that number."] if found.several else []
        catalogue.add(
            (found.text, found.several) if found.several else found.text,
            locations=[place],  # type: ignore[list-item]
            auto_comments=note,
            flags=["python-brace-format"] if _PLACEHOLDER.search(found.text + (found.several or "")) else [],
        )
    for code, kinds in sorted(_codes().items()):
        catalogue.add(label_text(code), context=LABEL, auto_comments=[f"A label of {', '.join(sorted(kinds))}."])
    for name in CHANNEL_NAMES.values():
        catalogue.add(name, context=LABEL, auto_comments=["A channel that customers write on."])
    return catalogue


def _codes() -> dict[str, set[str]]:
    """Return every code that pages show, with what it says something about."""
    found: dict[str, set[str]] = {code: {"what the bot knew"} for code in (*OTHER_CODES, *CASE_CODES)}
    for code in AUDIT_CODES:
        found.setdefault(code, set()).add("the audit log")
    for kind, codes in labels():
        if kind not in _NOT_SHOWN:
            for code in codes:
                found.setdefault(code, set()).add(_words(kind))
    return found


def labels() -> Iterator[tuple[str, list[str]]]:
    """Yield the name and the codes of every type of label; they are read, so that nothing has to be imported."""
    for path in sorted(path for package in _PACKAGES for path in (_ROOT / "bot" / package).rglob("*.py")):
        for kind in (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ClassDef)):
            if any(isinstance(base, ast.Name) and base.id == Label.__name__ for base in kind.bases):
                values = [node.value for node in kind.body if isinstance(node, ast.Assign)]
                yield kind.name, [value.value for value in values if _is_text(value)]  # type: ignore[attr-defined]


def _is_text(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _words(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", " ", name).lower()
