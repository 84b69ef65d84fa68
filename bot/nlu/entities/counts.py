"""How many are meant, and which of several; pure."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from bot.nlu.entities.spans import Span, is_free
from bot.nlu.entities.words import WORD_END, WORD_START, Words, alone, comparable, is_dense, sources
from bot.nlu.lexicon import lexicon

_TIMES = re.compile(r"(?<![^\W_])x\s?(\d{1,2})(?![\w.,])")
_NUMBER = r"(?<![^\W_.,-])\d{1,3}"
_CLAUSE_END = r"(?=\s*(?:$|[,.!?;،؟。！]|please|pls|bitte|por favor))"
# Counting of things in languages written without spaces; a number of a language's list stands for %s.
_DENSE_ORDINALS = {
    "zh": r"第\s?(%s)(?:(?:个|個|件|双|雙|款|样|樣|條|条|项|項|种|種)|(?=\s*$|[,，。!！?？]))",
    "ja": r"(%s)(?:番目|つ目|個目|点目|着目|足目|枚目|本目)",
    "ko": r"(%s)\s?번째",
    "th": r"(?:อัน|ชิ้น|ตัว|รายการ|คู่|ชุด|สินค้า|ลำดับ)\s?ที่\s?(%s)",
}
_DENSE_NAMED: dict[str, dict[str, int]] = {
    "zh": {r"最后一?[个件双]": -1, r"最後一?[個件雙]": -1},
    "ja": {r"最初の(?:もの|商品|やつ|方)?": 1, r"最後の(?:もの|商品|やつ|方)?": -1},
    "ko": {r"첫\s?번째": 1, r"마지막(?=\s?(?:거|것|상품|제품|$))": -1},
    "th": {r"(?:อัน|ชิ้น|ตัว|รายการ|คู่|ชุด)แรก": 1, r"(?:อัน|ชิ้น|ตัว|รายการ|คู่|ชุด)สุดท้าย": -1},
}


def quantities(folded: str, language: str, taken: list[Span]) -> list[Span]:
    """Return how many are meant, as whole numbers from 1 to 999."""
    text = comparable(folded, language)
    found: list[Span] = []

    def add(start: int, end: int, value: int) -> None:
        if 0 < value < 1000 and is_free([*taken, *found], start, end):
            found.append(Span(start, end, "quantity", value))

    for match in _TIMES.finditer(text):
        add(match.start(), match.end(), int(match.group(1)))
    first, last = alone(text)
    said = text[first:last]
    for source in sources(language, "numbers"):
        for start, end, value in _named_quantities(source).find(text):
            add(start, end, value)
        for match in _counted(source).finditer(text):
            add(match.start(), match.end(), _value(source, match.group(1)))
        # German "Paar" is a pair, "paar" a few.
        for match in _cased(source).finditer(folded):
            add(match.start(), match.end(), _value(source, match.group(1).lower()))
        if re.fullmatch(rf"\d|{cardinals(source).expression}", said):
            add(first, last, _value(source, said))
    return found


def ordinals(folded: str, language: str, taken: list[Span]) -> list[Span]:
    """Return which of several is meant, counted from 1; -1 is the last."""
    text = comparable(folded, language)
    found: list[Span] = []

    def add(start: int, end: int, value: int) -> None:
        if value and is_free([*taken, *found], start, end):
            found.append(Span(start, end, "ordinal", value))

    for source in sources(language, "numbers"):
        if is_dense("numbers", source):
            key = source.split("-")[0]
            for expression, value in _DENSE_NAMED[key].items():
                for match in re.finditer(expression, text):
                    add(match.start(), match.end(), value)
            for match in _dense_ordinal(source).finditer(text):
                add(match.start(), match.end(), _value(source, match.group(1)))
            continue
        for pattern in _ordinal_patterns(source):
            for match in pattern.finditer(text):
                add(match.start(), match.end(), _ordinal_words(source).meaning(match.group("word")))
    return found


@cache
def cardinals(language: str) -> Words[int]:
    """Return the number words of a language of the lexicon."""
    words = [(word, int(number)) for number, forms in _block(language)["cardinals"].items() for word in forms]
    return Words(language, words, dense=is_dense("numbers", language))


def _value(language: str, said: str) -> int:
    number = said.strip()
    return int(number) if number.isdigit() else cardinals(language).meaning(number)


def _block(language: str) -> dict[str, Any]:
    block: dict[str, Any] = lexicon("numbers")[language]
    return block


@cache
def _named_quantities(language: str) -> Words[int]:
    block = _block(language)
    words = [(word, 2) for word in block["both"]]
    words += [(word, int(number)) for number, forms in block.get("whole", {}).items() for word in forms]
    return Words(language, words, dense=is_dense("numbers", language))


@cache
def _counted(language: str) -> re.Pattern[str]:
    block, words = _block(language), cardinals(language).expression
    if is_dense("numbers", language):
        counters, not_after = (_any(block[kind]) for kind in ("counters", "not_after"))
        # 第二件 is an ordinal; a Korean number word begins a word.
        before = r"(?<![第\d.,])(?<![가-힣])" if language == "ko" else r"(?<![第\d.,])(?<!ที่)"
        return re.compile(rf"{before}(\d{{1,3}}|{words})\s?(?:{counters})(?!{not_after})")
    units = Words(language, [(unit, 0) for unit in block["units"]]).expression
    bare = units.replace(WORD_START, "", 1)
    return re.compile(rf"({_NUMBER}|{words}(?=\s))\s?{bare}")


@cache
def _cased(language: str) -> re.Pattern[str]:
    nouns = _block(language).get("units_cased")
    if not nouns:
        return re.compile("(?!)")
    return re.compile(rf"({_NUMBER}|(?i:{cardinals(language).expression}))\s?(?:{_any(nouns)}){WORD_END}")


@cache
def _dense_ordinal(language: str) -> re.Pattern[str]:
    number = rf"\d{{1,2}}|{cardinals(language).expression}"
    return re.compile(_DENSE_ORDINALS[language.split("-")[0]] % number)


@cache
def _ordinal_words(language: str) -> Words[int]:
    forms = _block(language)["ordinals"].items()
    return Words(language, [(word, int(number)) for number, words in forms for word in words])


@cache
def _ordinal_patterns(language: str) -> tuple[re.Pattern[str], ...]:
    block = _block(language)
    word = rf"(?P<word>{_ordinal_words(language).expression})"
    nouns = Words(language, [(noun, 0) for noun in block["nouns"]]).expression
    patterns = [rf"{word}\s{nouns}"]
    if "noun_first" in block:
        patterns.append(rf"{nouns}\s{word}")
    # "by the 2nd" is a date: figures need a noun.
    spelled = rf"(?!\d){word}"
    if "articles" in block:
        articles = Words(language, [(article, 0) for article in block["articles"]]).expression
        patterns.append(rf"{articles}\s{spelled}{_CLAUSE_END}")
    else:
        patterns.append(rf"{spelled}{_CLAUSE_END}")
    return tuple(map(re.compile, patterns))


def _any(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
