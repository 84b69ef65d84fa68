"""Which language a customer asks for, by its name in any of the languages Parley speaks (names: CLDR)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from babel import Locale

from bot.l10n.languages import LANGUAGES, SPOKEN

# What people say and CLDR does not list.
_ALSO = {
    "de": ("německ", "nemeck", "الماني"),
    "en": ("anglick", "انجليزي", "انكليزي"),
    "es": ("castellano", "castilian", "castellà"),
    "fa": ("farsi",),
    "no": ("norsk", "bokmål", "nynorsk"),
    "zh": ("中文", "汉语", "漢語", "普通话", "普通話", "国语", "國語", "简体", "mandarin", "mandarín", "китайск"),
    "zh-TW": ("traditional chinese", "繁體", "繁体", "正體", "廣東話", "广东话", "cantonese"),
}
# Longer names lose their ending, because languages inflect them: по-английски, auf Englischem, englanniksi.
_LONG = 7
_ENDING = 2


def language_named(text: str) -> str | None:
    """Return the code of the language that a text names last, or None; "not in English, in German" means German."""
    folded = _folded(text)
    found = [
        # Of two names at one place the longer one is meant: 繁體中文 is not just 中文.
        (match.end(), len(match.group()), code)
        for code, pattern in _patterns().items()
        for match in pattern.finditer(folded)
    ]
    return max(found)[2] if found else None


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    return {code: re.compile("|".join(sorted(set(_expressions(code)), key=len, reverse=True))) for code in LANGUAGES}


def _expressions(code: str) -> Iterator[str]:
    for name in _names(code):
        folded = _folded(name)
        if any(_is_dense(character) for character in folded):
            yield re.escape(folded)
            # 英语 is also called 英文, and 英文 in Taiwan also 英語.
            if folded.endswith(("语", "語", "文")) and len(folded) > 1:
                yield f"{re.escape(folded[:-1])}[语語文]"
        else:
            stem = folded[:-_ENDING] if len(folded) >= _LONG else folded
            yield rf"(?<!\w)(?:ال|و|ה|ב|ل|بال|لل)?{re.escape(stem)}\w*"


def _names(code: str) -> Iterator[str]:
    yield LANGUAGES[code].english_name
    yield LANGUAGES[code].native_name
    yield from _ALSO.get(code, ())
    if code == "zh-TW":
        return
    for spoken in SPOKEN:
        name = Locale.parse(LANGUAGES[spoken].plural_rule).languages.get(code)
        if name:
            yield name.removeprefix("ال")


def _is_dense(character: str) -> bool:
    """Tell whether a character belongs to a script without spaces between words."""
    return "\u0e00" <= character <= "\u0e7f" or "\u3040" <= character <= "\u9fff" or "\uac00" <= character <= "\ud7af"


def _folded(text: str) -> str:
    """Return the text without case and Latin accents, which customers leave out."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in decomposed if not ("\u0300" <= c <= "\u036f"))
    return unicodedata.normalize("NFKC", kept)
