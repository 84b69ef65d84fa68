"""How the desk speaks of translation engines."""

from __future__ import annotations

from typing import Any

from bot.desk.texts import Texts
from bot.translation.result import Reason, Translation, Unavailable

ENGINES = {
    "apertium": "Apertium",
    "libretranslate": "LibreTranslate",
    "deepl": "DeepL",
    "microsoft": "Microsoft Translator",
    "google": "Google Translate",
    "mymemory": "MyMemory",
}
"""What engines call themselves."""


def why_not(reason: Reason, texts: Texts) -> str:
    """Return in one sentence why there is no translation."""
    if reason is Reason.OFF:
        return texts("Translation is not set up.")
    if reason is Reason.UNSUPPORTED:
        return texts("Translation unavailable: no engine knows these two languages.")
    if reason is Reason.DAMAGED:
        return texts("Translation unavailable: the engine lost numbers or links on the way.")
    return texts("Translation unavailable: the engines do not answer at the moment.")


def told(outcome: Translation | Unavailable, texts: Texts) -> dict[str, Any]:
    """Return what came of a translation as the desk's scripts read it.

    That is ``text`` with its ``engine``, ``unavailable`` with the reason, or ``same`` where there was no need.
    """
    if isinstance(outcome, Translation):
        engine_name = ENGINES.get(outcome.engine, outcome.engine)
        return {"text": outcome.text, "engine": outcome.engine, "engine_name": engine_name}
    if outcome.reason in (Reason.SAME_LANGUAGE, Reason.NOTHING_TO_TRANSLATE):
        return {"same": True}
    return {"unavailable": why_not(outcome.reason, texts)}
