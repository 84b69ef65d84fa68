"""Finding out which lines of an order, or which variant, a customer means in their own words."""

from __future__ import annotations

import re
import unicodedata

from bot.aftersales.catalogue import Variant
from bot.aftersales.order import Order, OrderLine

# "Both" and "all of it" as people write it; longer phrases first do not matter, any hit counts.
_EVERYTHING = re.compile(
    r"\b(all( of (it|them))?|everything|both|the whole (order|lot)|complete order|entire order"
    r"|alles|alle|beide[sn]?|beides|komplett\w*|die ganze bestellung|s[aä]mtliche\w*"
    r"|todos?|todas?|ambos|ambas|los dos|las dos|el pedido (entero|completo))\b"
    r"|全部|都要|两个都|两件都|都退|都换|所有|整单|全都",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{3,}")
# With the Latin letter that belongs to a word: T恤.
_CJK_RUN = re.compile(r"[A-Za-z]?[\u3400-\u9fff]+")


def lines_meant(order: Order, text: str, *, ordinals: list[int], colors: list[str], sizes: list[str]) -> list[int]:
    """Return the positions of the lines a message names, best evidence first to count; empty when it names none.

    ``ordinals`` count from 1 (-1 is the last). Words are compared with the products' names in every language the
    shop has them in, colours and sizes only decide between lines that are equally good.
    """
    if _EVERYTHING.search(text):
        return [line.position for line in order.lines]
    chosen = [position for position in (_nth(order, ordinal) for ordinal in ordinals) if position]
    if chosen:
        return sorted(set(chosen))
    scores = {line.position: _overlap(line, text) for line in order.lines}
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
        if variant.size and re.search(rf"(?<![\w.'’]){re.escape(variant.size)}(?![\w.'’])", text, re.IGNORECASE)
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
    return max(_word_overlap(name, text), _character_overlap(name, text))


def _overlap(line: OrderLine, text: str) -> float:
    """Return how much of one of the product's names stands in the text, 0 to 1."""
    return max(likeness(name, text) for name in {line.product.title, *line.product.titles.values()})


def _word_overlap(name: str, text: str) -> float:
    """Compare words by stem, so that plurals and cases of the European languages meet; the rest is for buttons."""
    said = {_stem(word) for word in _WORD.findall(_plain(text))}
    words = [_stem(word) for word in _WORD.findall(_plain(name))]
    hits = sum(1 for word in words if any(_akin(word, other) for other in said))
    return hits / len(words) if words else 0.0


def _akin(word: str, said: str) -> bool:
    if min(len(word), len(said)) < 4:
        return word == said
    # German compounds: somebody who ordered "Laufschuhe" writes "die schuhe".
    return word.startswith(said) or said.startswith(word) or word.endswith(said) or said.endswith(word)


def _character_overlap(name: str, text: str) -> float:
    """Compare Chinese by pairs of characters, which stand for words there."""
    pairs = {run[i : i + 2] for run in _CJK_RUN.findall(name) for i in range(len(run) - 1)}
    if not pairs:
        return 0.0
    return sum(1 for pair in pairs if pair in text) / len(pairs)


def _stem(word: str) -> str:
    for ending in ("es", "en", "er", "s", "e", "n"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _size(size: str | None) -> str:
    return (size or "").replace(",", ".").removesuffix(".0").upper()
