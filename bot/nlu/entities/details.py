"""Postcodes, sizes, colours, quantities and places in a list; pure."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from bot.nlu.entities.context import precedes
from bot.nlu.entities.spans import Span, is_free
from bot.nlu.lexicon import lexicon

_POSTCODE_SHAPES = re.compile(
    r"(?<![\w-])(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{4} ?[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{5}(?:-\d{4})?"
    r"|\d{5}-\d{3}|\d{3} ?\d{2}|\d{2}-\d{3}|\d{3}-\d{4}|\d{4}|\d{6}|\d{7})(?![\w-])",
    re.ASCII | re.IGNORECASE,
)
# A British, Dutch or Canadian postcode is told by its shape alone, as is five digits before a town's name.
_POSTCODE_ALONE = re.compile(
    r"(?<![\w-])(?:[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|[1-9]\d{3} ?[A-Z]{2}|[A-Z]\d[A-Z] \d[A-Z]\d"
    r"|\d{5}(?= [A-ZÄÖÜÁÉÍÓÚ][a-zäöüßáéíóú]))(?![\w-])"
)
# A Chinese character may touch a size, a letter of an alphabet may not.
_NO_LETTER_BEFORE, _NO_LETTER_AFTER = r"(?<![0-9A-Za-z\u00c0-\u024f'’])", r"(?![0-9A-Za-z\u00c0-\u024f'’])"
_LETTER_SIZE = re.compile(rf"{_NO_LETTER_BEFORE}(?:\d?X{{0,4}}[SL]|M|XXS|\d?XS){_NO_LETTER_AFTER}")
_SMALL_LETTER_SIZE = re.compile(rf"{_NO_LETTER_BEFORE}(?:xxs|xs|x{{1,3}}l|[2-5]xl|[sml]){_NO_LETTER_AFTER}")
_NUMBER_SIZE = re.compile(r"\d{1,3}(?:[.,]5)?(?: ?(?:1/2|½))?(?!\d)")
_SIZE_AFTER = re.compile(r"(?<![\d.,])(\d{1,3}(?:\.5)?)\s?(?:码|碼|号的鞋|號的鞋|サイズ)")
_SIZE_ALONE = re.compile(
    r"\s*(?:(?:in|eine|a|una|un|une|la|el|the)\s)?(\d{2}(?:[.,]5)?)\s*(?:bitte|please|pls|por favor)?[.!]?\s*", re.I
)


# German "weiß" is also "knows".
_WEISS_KNOWS = re.compile(
    r"\b(?:ich|er|sie|man|wer|keiner|niemand|jemand|schon) wei(?:ß|ss)\b|\bwei(?:ß|ss) (?:ich|nicht|man|wie|was|wo)\b"
)


def postcodes(folded: str, taken: list[Span]) -> list[Span]:
    """Return the postcodes, in upper case with single spaces."""
    found: list[Span] = []
    for match in [*_POSTCODE_ALONE.finditer(folded), *_POSTCODE_SHAPES.finditer(folded)]:
        if not is_free([*taken, *found], match.start(), match.end()):
            continue
        if match.re is _POSTCODE_ALONE or precedes(folded, match.start(), "postcode"):
            found.append(Span(match.start(), match.end(), "postcode", match.group().upper()))
    return found


def sizes(folded: str, taken: list[Span]) -> list[Span]:
    """Return clothing and shoe sizes: letters in upper case, numbers with a decimal point."""
    found: list[Span] = []

    def add(start: int, end: int, value: str) -> None:
        if is_free([*taken, *found], start, end):
            found.append(Span(start, end, "size", value))

    for match in _LETTER_SIZE.finditer(folded):
        # A lone s is an elision, a lone M in a name an initial.
        lone = match.group() in ("S", "M", "L") and folded[match.end() : match.end() + 1] == "."
        if not lone:
            add(match.start(), match.end(), match.group())
    for match in _SMALL_LETTER_SIZE.finditer(folded):
        if len(match.group()) > 1 or precedes(folded, match.start(), "size"):
            add(match.start(), match.end(), match.group().upper())
    for match in _SIZE_AFTER.finditer(folded):
        add(match.start(), match.end(), match.group(1))
    for match in _NUMBER_SIZE.finditer(folded):
        if precedes(folded, match.start(), "size"):
            value = re.sub(r" ?(?:1/2|½)$", ".5", match.group()).replace(",", ".")
            add(match.start(), match.end(), value)
    alone = _SIZE_ALONE.fullmatch(folded)
    if alone:
        add(alone.start(1), alone.end(1), alone.group(1).replace(",", "."))
    return found


def colors(folded: str, taken: list[Span]) -> list[Span]:
    """Return the colours by their canonical English names."""
    found: list[Span] = []
    for match in _color_pattern().finditer(folded.lower()):
        if _WEISS_KNOWS.search(folded[max(0, match.start() - 12) : match.end() + 8].lower()):
            continue
        if is_free([*taken, *found], match.start(), match.end()):
            found.append(Span(match.start(), match.end(), "color", _color_names()[match.group()]))
    return found


def quantities(folded: str, taken: list[Span]) -> list[Span]:
    """Return how many are meant, as whole numbers."""
    found: list[Span] = []
    for match in _quantity_pattern().finditer(folded.lower()):
        number = match.group("count") or match.group("zh") or match.group("times") or match.group("only")
        start = match.start()
        if is_free([*taken, *found], start, match.end()):
            value = int(number) if number.isdigit() else _number_words("cardinals")[number]
            if 0 < value < 1000:
                found.append(Span(start, match.end(), "quantity", value))
    return found


def ordinals(folded: str, taken: list[Span]) -> list[Span]:
    """Return which of several is meant, counted from 1; -1 is the last."""
    found: list[Span] = []
    for match in _ordinal_pattern().finditer(folded.lower()):
        if not is_free([*taken, *found], match.start(), match.end()):
            continue
        chinese = match.group("zh")
        if chinese:
            value = int(chinese) if chinese.isdigit() else _number_words("cardinals")[chinese]
        else:
            value = _number_words("ordinals")[match.group("word") or match.group("word2")]
        found.append(Span(match.start(), match.end(), "ordinal", value))
    return found


def _alternatives(words: object) -> str:
    return "|".join(re.escape(str(word)) for word in sorted(words, key=lambda word: -len(str(word))))  # type: ignore[call-overload]


@lru_cache(maxsize=1)
def _color_names() -> dict[str, str]:
    return {word: canonical for canonical, words in lexicon("colors").items() for word in words}


@lru_cache(maxsize=1)
def _color_pattern() -> re.Pattern[str]:
    spaced = [word for word in _color_names() if ord(word[0]) < 0x2E80]
    dense = [word for word in _color_names() if ord(word[0]) >= 0x2E80]
    return re.compile(rf"(?<![^\W_])(?:{_alternatives(spaced)})(?![^\W_])|{_alternatives(dense)}")


@cache
def _number_words(kind: str) -> dict[str, int]:
    return {word: int(number) for number, words in lexicon("numbers")[kind].items() for word in words}


@lru_cache(maxsize=1)
def _quantity_pattern() -> re.Pattern[str]:
    words = [word for word in _number_words("cardinals") if ord(word[0]) < 0x2E80]
    chinese = [word for word in _number_words("cardinals") if ord(word[0]) >= 0x2E80]
    nouns = _alternatives(lexicon("numbers")["quantity_nouns"])
    measures = _alternatives(lexicon("numbers")["quantity_measures_zh"])
    count = rf"\d{{1,3}}|{_alternatives(words)}"
    return re.compile(
        rf"(?<![^\W_.,-])(?P<count>{count})\s?(?:{nouns})(?![^\W_])"
        rf"|(?<![第\d])(?P<zh>\d{{1,3}}|{_alternatives(chinese)})\s?(?:{measures})(?![月人半多小星礼工老事颜])"
        rf"|(?<![^\W_])x\s?(?P<times>\d{{1,2}})(?![\w.,])"
        rf"|^\s*(?P<only>{count.replace('1,3', '1')}|{_alternatives(chinese)})\s*[.!]?\s*$"
    )


@lru_cache(maxsize=1)
def _ordinal_pattern() -> re.Pattern[str]:
    numbers = lexicon("numbers")
    words = _alternatives(_number_words("ordinals"))
    # "by the 2nd" is a date; figures need a noun.
    spelled = _alternatives([word for word in _number_words("ordinals") if not word[0].isdigit()])
    articles = _alternatives(numbers["ordinal_articles"])
    nouns = _alternatives(numbers["ordinal_nouns"])
    chinese = _alternatives([word for word in _number_words("cardinals") if ord(word[0]) >= 0x2E80])
    return re.compile(
        rf"(?<![^\W_])(?:(?:{articles})\s)?(?P<word>{words})(?=\s(?:{nouns})(?![^\W_]))(?:\s(?:{nouns}))?"
        rf"|(?<![^\W_])(?:{articles})\s(?P<word2>{spelled})(?=\s*(?:$|[,.!?;]|please|bitte|por favor|pls))"
        rf"|第\s?(?P<zh>\d{{1,2}}|{chinese})(?:(?:个|件|双|款|样|條|条|個|项)|(?=\s*$|[,，。!！?？]))"
    )
