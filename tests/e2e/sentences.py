"""What customers write in further languages; none of it is in the training data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Sentences:
    """One language's sentences for a complaint; ``{n}`` is the order number."""

    language: str
    first_order: int
    complaint: str
    money_back: str
    yes: str

    def order(self, nth: int = 1) -> str:
        """Return the number of the nth order of this language."""
        return str(10_480_000 + self.first_order + nth - 1)

    def email(self, nth: int = 1) -> str:
        """Return the e-mail address of whoever placed it."""
        return f"shopper{self.first_order + nth - 1}@example.org"


@dataclass(frozen=True)
class AllSentences(Sentences):
    """One language's sentences for a return, an exchange and a complaint that a person takes over."""

    start_return: str
    too_small: str
    start_exchange: str
    too_big: str
    size_m: str
    human: str


# Every key and word is a string, `no` and `yes` included.
_FILE = yaml.load(Path(__file__).with_suffix(".yml").read_text("utf-8"), Loader=yaml.BaseLoader)
# The demo shop's plain orders from this one on are used by no other test.
_FIRST, _EACH = 61, 3
LEARNED = tuple(
    AllSentences(code, _FIRST + _EACH * place, **own) for place, (code, own) in enumerate(_FILE["learned"].items())
)
SPOKEN = tuple(
    Sentences(code, _FIRST + _EACH * len(LEARNED) + place, **own)
    for place, (code, own) in enumerate(_FILE["spoken"].items())
)
