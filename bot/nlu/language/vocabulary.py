"""Which words the customers of our training sentences use in which language; exact, unlike the hashed n-grams.

Detectors always have a guess, also about names, brands and products. This tells whether a message has words of the
guessed language in it at all.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

from bot.nlu.language.evidence import MARKS
from bot.nlu.text import clean, is_ideograph

#: What customers give names, addresses, sizes and colours with. Its words are no evidence of a language.
NAMING_INTENTS = frozenset({"inform", "change_address"})

# A word in one sentence only may be a slip, or a foreign word.
_KNOWN_SENTENCES = 2
# From this share of a language's sentences on, a word is one that sentences are built with (measured).
_COMMON_SHARE = 0.01
_APOSTROPHES = "'’´`"
# Letters that stand for a word where spaces do not set words apart, or endings are many: two Chinese, Japanese or
# Korean ones, or three Thai ones.
_DENSE_SIZE = 2
_THAI_SIZE = 3


@dataclass(frozen=True)
class Vocabulary:
    """The words of every language with training data.

    Attributes:
        known: Languages in which a word occurs in several sentences.
        common: Languages that build sentences with a word.
    """

    known: Mapping[str, frozenset[str]] = field(default_factory=dict)
    common: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def languages(self) -> frozenset[str]:
        """Return the languages whose words are known."""
        return frozenset(code for codes in self.known.values() for code in codes)

    @classmethod
    def fit(cls, texts: Sequence[str], codes: Sequence[str]) -> Vocabulary:
        """Return the vocabulary of these sentences, each with the code of its language."""
        sentences = Counter(codes)
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for text, code in zip(texts, codes, strict=True):
            for term in set(terms_of(text)):
                counts[term][code] += 1
        known: dict[str, frozenset[str]] = {}
        common: dict[str, frozenset[str]] = {}
        for term, by_language in sorted(counts.items()):
            several = {code: count for code, count in by_language.items() if count >= _KNOWN_SENTENCES}
            if several:
                known[term] = frozenset(several)
            if often := frozenset(code for code, n in several.items() if n >= _COMMON_SHARE * sentences[code]):
                common[term] = often
        return cls(known, common)

    def knows(self, term: str, language: str) -> bool:
        """Tell whether a word occurs in several sentences of a language."""
        return language in self.known.get(term, ())

    def builds_with(self, term: str, language: str) -> bool:
        """Tell whether a language builds sentences with a word, such as `the`."""
        return language in self.common.get(term, ())


def terms_of(text: str) -> list[str]:
    """Return the words of a text in lower case; where words are not set apart, every few neighbouring letters."""
    found: list[str] = []
    word = ""
    for character in f"{clean(text).lower()} ":
        if character.isalpha() or (word and (character in _APOSTROPHES or character in MARKS)):
            word += character
        elif word:
            found += _pieces(word.rstrip(_APOSTROPHES))
            word = ""
    return found


def _pieces(word: str) -> list[str]:
    pieces: list[str] = []
    for size, letters in groupby(word, key=_dense_size):
        run = "".join(letters)
        if size:
            pieces += [run[start : start + size] for start in range(max(1, len(run) - size + 1))]
        else:
            pieces.append(run)
    return pieces


def _dense_size(character: str) -> int:
    """Return how many letters stand for a word; 0 where spaces part the words."""
    if "\u0e00" <= character <= "\u0e7f":
        return _THAI_SIZE
    is_kana, is_hangul = "\u3040" <= character <= "\u30ff", "\uac00" <= character <= "\ud7a3"
    return _DENSE_SIZE if is_kana or is_hangul or is_ideograph(character) else 0
