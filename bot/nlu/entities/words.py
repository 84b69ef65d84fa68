"""Words of a language in a message: which languages' lists count, and how their words are told from others; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Generic, NamedTuple, TypeVar

from bot.l10n.languages import DEFAULT_LANGUAGE, LANGUAGES
from bot.nlu.entities.phrases import plain
from bot.nlu.lexicon import lexicon

_M = TypeVar("_M")
# The vowel signs of Devanagari are part of the word, but no letters to `re`.
_VOWEL_SIGN = r"[\u0900-\u0903\u093a-\u094f]"
WORD_START = rf"(?<![^\W_])(?<!{_VOWEL_SIGN})"
WORD_END = rf"(?![^\W_])(?!{_VOWEL_SIGN})"
#: What is written together with the next word: and, in, to, the …
_PREFIXES = {"ar": "[وفبلك]{0,2}(?:ال)?", "fa": "", "he": "[והבלמשכ]{0,3}"}
_GAP = re.compile(r"[\s-]+")
_LONGEST_ALONE = 60
# Languages so near each other that one is easily taken for the other, or learned from the other.
_RELATIVES = {
    "da": ("no",), "no": ("da",), "id": ("ms",), "ms": ("id",), "zh": ("zh-TW",), "zh-TW": ("zh",), "sk": ("cs",),
    "be": ("ru", "uk"), "mk": ("bg",), "ca": ("es",), "af": ("nl",), "az": ("tr",), "mr": ("hi",),
}  # fmt: skip


@cache
def sources(language: str, name: str) -> tuple[str, ...]:
    """Return whose words of a lexicon count in a message: of its language, of the nearest one, and English."""
    wanted = (language, *_RELATIVES.get(language, ()), DEFAULT_LANGUAGE)
    return tuple(dict.fromkeys(code for code in wanted if code in lexicon(name)))


def is_latin(language: str) -> bool:
    """Tell whether a language is written in Latin letters, whose accents make a difference; unknown ones are."""
    return language not in LANGUAGES or LANGUAGES[language].script == "Latn"


def comparable(folded: str, language: str) -> str:
    """Return a text of the same length as its words are compared: in lower case, accents kept in Latin letters."""
    if not is_latin(language):
        return plain(folded)
    lower = folded.lower()
    # The lower case of a Turkish İ is two characters.
    if len(lower) != len(folded):
        lower = "".join(character.lower()[0] for character in folded)
    return lower.replace("’", "'")


class Found(NamedTuple, Generic[_M]):
    """A listed word at a place in the text, end exclusive, and what it means."""

    start: int
    end: int
    meaning: _M


class Words(Generic[_M]):
    """Listed words (`*` any ending, `!` no other word's part or spelling) of one language, each with a meaning.

    Attributes:
        expression: A regular expression, without groups, of any of the words, the longest first.
    """

    def __init__(self, language: str, meanings: Iterable[tuple[str, _M]], *, dense: bool = False) -> None:
        """Make a list of (word, meaning); of a word listed twice, the first meaning counts."""
        self._exact: dict[str, _M] = {}
        self._stems: dict[str, _M] = {}
        lone = set()
        for word, meaning in meanings:
            if word.endswith("!"):
                lone |= _forms(word, language)
            table = self._stems if word.endswith("*") else self._exact
            for form in _forms(word, language):
                table.setdefault(form, meaning)
        ordered = sorted([*self._exact, *(stem + "*" for stem in self._stems)], key=len, reverse=True)
        body = (
            "|".join(_dense_expression(word, word in lone) if dense else _expression(word) for word in ordered)
            or "(?!)"
        )
        prefix = _PREFIXES.get(language, "")
        self.expression = f"(?:{body})" if dense else f"{WORD_START}{prefix}(?:{body}){WORD_END}"
        self._pattern = re.compile(self.expression)

    def find(self, text: str) -> Iterator[Found[_M]]:
        """Yield every listed word of a comparable text."""
        for match in self._pattern.finditer(text):
            yield Found(match.start(), match.end(), self.meaning(match.group()))

    def meaning(self, said: str) -> _M:
        """Return what a word that the expression matched means."""
        word = _GAP.sub(" ", said)
        if word in self._exact:
            return self._exact[word]
        for length in range(len(word), 0, -1):
            if word[:length] in self._stems:
                return self._stems[word[:length]]
        if not said:
            raise KeyError(said)
        # Particles are written together with the word.
        return self.meaning(said[1:])


def _forms(word: str, language: str) -> set[str]:
    bare = _GAP.sub(" ", word.rstrip("*!").lower())
    if not is_latin(language):
        return {plain(bare)}
    return {bare} if word.endswith("!") else {bare, plain(bare)}


def _expression(word: str) -> str:
    parts = re.escape(word.rstrip("*")).replace(r"\ ", r"[\s-]+")
    return parts + (r"[^\W\d_]*" if word.endswith("*") else "")


def _dense_expression(word: str, is_lone: bool) -> str:
    escaped = re.escape(word.rstrip("*")).replace(r"\ ", r"\s?")
    if is_lone:
        # 白 is white, 面白い is not; 赤ちゃん is a baby.
        return rf"(?<![\u3400-\u9fff]){escaped}(?![\u3400-\u9fffち])"
    # 明白 is "clear", 面白い "interesting".
    return rf"(?<![明坦告面空]){escaped}" if word.startswith("白") else escaped


def is_dense(name: str, language: str) -> bool:
    """Tell whether a language of a lexicon is written without spaces between words."""
    return "dense" in lexicon(name)[language]


@cache
def _around() -> re.Pattern[str]:
    politeness = lexicon("politeness")
    before, after = ("|".join(re.escape(word) for word in politeness[side]) for side in ("before", "after"))
    return re.compile(rf"\s*(?:(?:{before})\s)?(.*?)(?:[\s,]*(?:{after}))?[\s.!。！]*", re.DOTALL)


def alone(text: str) -> tuple[int, int]:
    """Return the place of what is said beside politeness in a comparable text; a long one is all said."""
    if len(text) > _LONGEST_ALONE:
        return 0, len(text)
    match = _around().fullmatch(text)
    return match.span(1) if match else (0, len(text))
