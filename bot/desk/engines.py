"""How the desk speaks of translation engines."""

from __future__ import annotations

from bot.desk.texts import Texts
from bot.translation.result import Reason

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
