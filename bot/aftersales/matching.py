"""Finding out which lines of an order, or which variant, a customer means in their own words."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bot.aftersales.catalogue import Variant
from bot.aftersales.matching_words import GLUE, means_everything
from bot.aftersales.order import Order, OrderLine

# The signs of Indian vowels belong to the word.
_WORD = re.compile(r"(?:[^\W\d_]|[\u0900-\u0903\u093a-\u094f]){3,}")
# With the Latin letter that belongs to a word: T恤.
_CJK_RUN = re.compile(r"[A-Za-z]?[\u3400-\u9fff]+")
#: Katakana and Thai, whose words of a title are found in part: シューズ of ランニングシューズ, รองเท้า of รองเท้าวิ่ง.
_UNSPACED_RUN = re.compile(r"[\u30a0-\u30ff]{3,}|[\u0e00-\u0e7f]{4,}")
_SHORTEST_SHARED = {"ア": 3, "ก": 5}
# Where a size begins and ends; nothing parts it from Japanese, Chinese and Korean words: 38の白.
_BEGINS = r"(?:(?<=[\u3040-\u9fff\uac00-\ud7af])|(?<![\w.'’]))"
_ENDS = r"(?:(?=[\u3040-\u9fff\uac00-\ud7af])|(?![\w.'’]))"
#: Endings of the European languages, accents stripped, the longest first.
_ENDINGS = (
    "eissa", "eista", "orna", "arna", "erna", "lari", "leri", "issa", "ista", "ami", "ами", "ями", "ach", "ich",
    "ych", "ene",
    "erne", "lar", "ler", "eet", "een", "ого", "ому", "ите", "ата", "ото", "es", "en", "er", "et", "na", "ne", "si",
    "im", "ow",
    "om", "ou", "ов", "ев", "ах", "ях", "ам", "ям", "ой", "ою", "ом", "ες", "ων", "ας", "ης", "ος", "ον", "s", "e",
    "n",
)  # fmt: skip
_VOWELS = frozenset("aiouyыиаяуюеоьαηοιε")
#: The article that Arabic and Hebrew write together with the word.
_ARTICLES = ("ال", "ה")
_VARIANTS = str.maketrans(
    {"ı": "i", "ł": "l", "đ": "d", "ø": "o", "ی": "ي", "ک": "ك", "ة": "ه", "ى": "ي", "\u200c": " "}
)
_SHORTEST_STEM = 3
#: As much of a long word must agree for its cases to be one word: "kurtka" and "kurtkę".
_SHORTEST_PREFIX, _LONGEST_REST, _LONG_PREFIX = 5, 2, 8
#: Words of other languages count from this length on, lest a little word of one is a product of another.
_SHORTEST_FOREIGN = 4


def lines_meant(
    order: Order, text: str, *, language: str, ordinals: list[int], colors: list[str], sizes: list[str]
) -> list[int]:
    """Return the positions of the lines a message names, best evidence first to count; empty when it names none.

    ``ordinals`` count from 1 (-1 is the last). Words are compared with the products' names in the language of the
    message and in the shop's own, and where they name nothing there, in every language the shop has them in;
    colours and sizes only decide between lines that are equally good.
    """
    if means_everything(text, language):
        return [line.position for line in order.lines]
    chosen = [position for position in (_nth(order, ordinal) for ordinal in ordinals) if position]
    if chosen:
        return sorted(set(chosen))
    scores = {
        line.position: _overlap({line.product.title_in(language), line.product.title}, text) for line in order.lines
    }
    best = max(scores.values(), default=0.0)
    if best == 0:
        scores = {line.position: _foreign_overlap(line, text) for line in order.lines}
        best = max(scores.values(), default=0.0)
    if best > 0:
        named = [line for line in order.lines if scores[line.position] >= 0.6 * best]
        return _narrowed(named, colors, sizes)
    narrowed = _narrowed(order.lines, colors, sizes)
    return narrowed if len(narrowed) < len(order.lines) else []


def variants_meant(variants: list[Variant], text: str, *, colors: list[str], sizes: list[str]) -> list[Variant]:
    """Return the variants whose size and colour fit what a message says; all of them when it says neither."""
    wanted_sizes = {_size(size) for size in sizes} | {
        _size(variant.size)
        for variant in variants
        if variant.size and re.search(rf"{_BEGINS}{re.escape(variant.size)}{_ENDS}", text, re.IGNORECASE)
    }
    found = variants
    if wanted_sizes:
        found = [variant for variant in found if variant.size and _size(variant.size) in wanted_sizes]
    if colors:
        found = [variant for variant in found if variant.color in colors]
    return found


def _narrowed(lines: list[OrderLine], colors: list[str], sizes: list[str]) -> list[int]:
    for chosen in (
        [line for line in lines if colors and line.color in colors],
        [line for line in lines if sizes and line.size and _size(line.size) in {_size(size) for size in sizes}],
    ):
        if chosen:
            lines = chosen
    return [line.position for line in lines]


def _nth(order: Order, ordinal: int) -> int | None:
    index = ordinal - 1 if ordinal > 0 else len(order.lines) + ordinal
    positions = sorted(line.position for line in order.lines)
    return positions[index] if 0 <= index < len(positions) else None


def likeness(name: str, text: str) -> float:
    """Return how much of a name stands in a text, 0 to 1."""
    return max(_word_overlap(name, text), _character_overlap(name, text), _shared_part(name, text))


def _overlap(names: set[str], text: str) -> float:
    """Return how much of one of a product's names stands in the text, 0 to 1."""
    return max(likeness(name, text) for name in names)


def _foreign_overlap(line: OrderLine, text: str) -> float:
    """Return the same for names in languages that the message is not in: whole words and ends of compounds count."""
    names = set(line.product.titles.values())
    said = {word for word in _stems(text) if len(word) >= _SHORTEST_FOREIGN}
    found = max((max(_character_overlap(name, text), _shared_part(name, text)) for name in names), default=0.0)
    for words in map(_stems, names):
        hits = said & words
        hits |= {word for word in words for end in said if len(end) > _SHORTEST_FOREIGN and word.endswith(end)}
        found = max(found, len(hits) / len(words) if words else 0.0)
    return found


def _word_overlap(name: str, text: str) -> float:
    """Compare words by stem, so that plurals and cases of the European languages meet; the rest is for buttons."""
    said, words = _stems(text), _stems(name)
    hits = sum(1 for word in words if any(_akin(word, other) for other in said))
    return hits / len(words) if words else 0.0


@lru_cache(maxsize=8192)
def _stems(text: str) -> frozenset[str]:
    return frozenset(_stem(word) for word in _WORD.findall(_plain(text)) if word not in _glue())


@lru_cache(maxsize=1)
def _glue() -> frozenset[str]:
    return frozenset(map(_plain, GLUE))


def _akin(word: str, said: str) -> bool:
    if min(len(word), len(said)) < 4:
        return word == said
    # German compounds: somebody who ordered "Laufschuhe" writes "die schuhe".
    if word.endswith(said) or said.endswith(word):
        return True
    # Four letters begin too many words: "algo" is no "algodón".
    if min(len(word), len(said)) >= _SHORTEST_PREFIX and (word.startswith(said) or said.startswith(word)):
        return True
    shared = next((index for index, pair in enumerate(zip(word, said)) if pair[0] != pair[1]), 0)
    is_case = shared >= _SHORTEST_PREFIX and max(len(word), len(said)) - shared <= _LONGEST_REST
    return is_case or shared >= _LONG_PREFIX


def _character_overlap(name: str, text: str) -> float:
    """Compare Chinese by pairs of characters, which stand for words there."""
    pairs = {run[i : i + 2] for run in _CJK_RUN.findall(name) for i in range(len(run) - 1)}
    if not pairs:
        return 0.0
    return sum(1 for pair in pairs if pair in text) / len(pairs)


def _shared_part(name: str, text: str) -> float:
    """Compare katakana and Thai by the longest part that a title and the text share, long enough to be a word."""
    found = 0.0
    for run in _UNSPACED_RUN.findall(name):
        least = _SHORTEST_SHARED["ア" if run[0] >= "\u3000" else "ก"]
        for length in range(len(run), least - 1, -1):
            if any(run[start : start + length] in text for start in range(len(run) - length + 1)):
                found = max(found, length / len(name))
                break
    return found


def _stem(word: str) -> str:
    for article in _ARTICLES:
        if word.startswith(article) and len(word) - len(article) > _SHORTEST_STEM:
            word = word.removeprefix(article)
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word[:-1] if word[-1] in _VOWELS and len(word) > _SHORTEST_STEM + 1 else word


def _plain(text: str) -> str:
    """Return a text without case, accents and variants of letters; the vowel signs of Indian scripts stay."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = (character for character in decomposed if not unicodedata.combining(character) or character > "\u0900")
    return "".join(kept).translate(_VARIANTS)


def _size(size: str | None) -> str:
    return (size or "").replace(",", ".").removesuffix(".0").upper()
