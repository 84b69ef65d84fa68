"""How much English is left in what the bot said in another language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from bot.l10n.template import entries
from bot.settings import ROOT

#: Fewer words than these may be the same in another language, or a name.
_FEWEST_WORDS = 3


def english_in(transcript: Iterable[dict[str, Any]]) -> dict[str, list[str]]:
    """Return, by response, the passages of English responses and labels in what the bot says in a transcript."""
    found = {}
    for message in transcript:
        if message["author"] != "bot":
            continue
        response = message["response"]
        # Otherwise nothing would be found where there is nothing to look for.
        assert _passages().get(response), message
        said = "\n".join([message["text"], *(button["title"] for button in message["buttons"])])
        left = [passage for passages in _passages().values() for passage in passages if passage in said]
        if left:
            found[response] = left
    return found


@lru_cache(maxsize=1)
def _passages() -> dict[str, list[str]]:
    """Return what stands between the placeholders of every English text, by response or label."""
    passages: dict[str, list[str]] = {}
    for name, text, _ in entries(ROOT / "domain"):
        for form in text if isinstance(text, tuple) else (text,):
            pieces = (piece.strip() for piece in re.split(r"\{\w+\}|\n", form))
            passages.setdefault(name, []).extend(piece for piece in pieces if len(piece.split()) >= _FEWEST_WORDS)
    return passages
