"""Tells whether an answer is the expected one: the responses of the domain, recognised by their wording.

Stock Rasa's REST channel sends no response names, so both sides are judged by their English texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

_PLACEHOLDER = re.compile(r"\{\w+\}")


class Expectations:
    """Recognises responses in texts."""

    def __init__(self, sources: Iterable[tuple[str, str]]) -> None:
        """Take pairs of response name and source text, with placeholders in braces."""
        self._patterns = {name: _pattern(text) for name, text in sources}

    @classmethod
    def of_domain(cls, folder: Path) -> Expectations:
        """Return the expectations that a folder of domain files holds."""
        return cls(
            (name, variations[0]["text"])
            for path in sorted(folder.glob("*.yml"))
            for name, variations in (yaml.safe_load(path.read_text("utf-8")).get("responses") or {}).items()
        )

    def are_met(self, expected: Sequence[str], texts: Sequence[str]) -> bool:
        """Tell whether each expected response is among the texts of an answer, and nothing else is."""
        return len(texts) == len(expected) and all(
            any(self._patterns[name].fullmatch(text) for text in texts) for name in expected
        )


def _pattern(text: str) -> re.Pattern[str]:
    # What stands in a placeholder's place is the side's own business, unfilled on the stock side.
    return re.compile(".*".join(re.escape(part) for part in _PLACEHOLDER.split(text.strip())), re.DOTALL)
