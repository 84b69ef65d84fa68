"""What a password of the desk has to be like; each refusal names the rule."""

from __future__ import annotations

import re
import secrets
import unicodedata
from itertools import pairwise

from bot.errors import InvalidInputError
from bot.services.common_passwords import COMMON

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
"""Longer input is refused unhashed: hashing megabytes would be an easy way to keep the server busy."""

_FEWEST_DIFFERENT = 4
_SHORTEST_NAME = 3
_ROWS = ("01234567890", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm")
_LETTERS_FOR = str.maketrans("013457@$!", "oleastasi")
# Without characters that are mistaken for one another when read off a screen.
_ONE_TIME_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def check_password(new: str, login_name: str, *, old: str | None = None) -> None:
    """Raise InvalidInputError for a password that breaks a rule.

    Its problem is ``too_short``, ``too_long``, ``unchanged``, ``contains_name``, ``too_simple`` (few different
    characters, or a row of the keyboard) or ``too_common``.
    """
    folded = unicodedata.normalize("NFKC", new).casefold()
    if len(new) < SHORTEST_PASSWORD:
        raise InvalidInputError("password", "too_short")
    if len(new) > LONGEST_PASSWORD:
        raise InvalidInputError("password", "too_long")
    if new == old:
        raise InvalidInputError("password", "unchanged")
    if len(login_name) >= _SHORTEST_NAME and login_name in folded:
        raise InvalidInputError("password", "contains_name")
    if len(set(folded)) < _FEWEST_DIFFERENT or _is_a_row(folded):
        raise InvalidInputError("password", "too_simple")
    if _is_common(folded):
        raise InvalidInputError("password", "too_common")


def one_time_password() -> str:
    """Return a random password of 79 bits in four groups, easy to read out."""
    return "-".join(random_group() for _ in range(4))


def random_group(length: int = 4) -> str:
    """Return random letters and digits that are not mistaken for one another."""
    return "".join(secrets.choice(_ONE_TIME_ALPHABET) for _ in range(length))


def _is_a_row(folded: str) -> bool:
    """Tell whether most steps from one character to the next are along a row of keys, the alphabet, or none."""
    steps = list(pairwise(folded))
    return sum(_are_neighbours(one, other) for one, other in steps) >= 0.75 * len(steps)


def _are_neighbours(one: str, other: str) -> bool:
    if abs(ord(one) - ord(other)) <= 1:
        return True
    return any(one + other in row or other + one in row for row in _ROWS)


def _is_common(folded: str) -> bool:
    """Tell whether a password is a common one, also with digits around it, letters disguised, or said twice."""
    spellings = {folded, folded.translate(_LETTERS_FOR)}
    cores = {re.sub(r"^[\W\d_]+|[\W\d_]+$", "", spelling) for spelling in spellings}
    cores |= {core.translate(_LETTERS_FOR) for core in cores}
    squeezed = {re.sub(r"[\W_]+", "", core) for core in cores | spellings}
    return any(_is_made_of_common(core) for core in squeezed if core)


def _is_made_of_common(core: str) -> bool:
    if core in COMMON:
        return True
    return any(core[:cut] in COMMON and core[cut:] in COMMON for cut in range(3, len(core) - 2))
