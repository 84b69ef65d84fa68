"""What a customer has written now: without the mail that is answered, and without the signature below it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.channels.mail import quoting_words as words

_MARK = re.compile(r"\s{0,3}[>＞]")
_ORIGINAL = re.compile(rf"[\W_]*(?:{words.ORIGINAL})[\W_]*", re.IGNORECASE)
_FORWARDED = re.compile(rf"[\W_]*(?:{words.FORWARDED})[\W_]*", re.IGNORECASE)
_LABEL = re.compile(r"[*\s]*([^\W\d][^:：\n@]{0,24}?)[\s*]*[:：][*\s]*(\S.*)")
_TIME = re.compile(
    r"\d{1,2}\s?[:.h時时시]\s?\d{2}|\d{4}\s?[-/.年년]\s?\d{1,2}|\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{2,4}|"
    # 2026, and the same year in Thailand.
    r"\b(?:19|20|25)\d\d\b"
)
_ADDRESS = re.compile(r"[^\s@<>]{1,100}@[^\s@<>]{1,190}\.[^\s@<>]+")
_WROTE = re.compile("|".join(map(re.escape, words.WROTE)), re.IGNORECASE)
_COLON_AT_END = re.compile(r"[:：][\s*]*$")
_FORWARDING = re.compile(words.FORWARDING_SUBJECT, re.IGNORECASE)
_SENT_FROM = re.compile(
    rf"(?:{words.SENT_FROM}).{{0,90}}|.{{0,60}}(?:{words.SENT_FROM_AT_END})\W{{0,3}}", re.IGNORECASE
)
_DEVICE = re.compile(words.DEVICES, re.IGNORECASE)
_UNDERSCORES = re.compile(r"\s*[_-]{10,}\s*")
_SIGNATURE = re.compile(r"--\s*")
_LONGEST_ATTRIBUTION = 3
_LONGEST_LINES = 300
_WRAPPED_AT = 35
_LONGEST_SIGNATURE = 15
_MARKS_OF_DIRECTION = {0x200E: None, 0x200F: None, 0x202A: None, 0x202B: None, 0x202C: None, 0x2066: None,
                       0x2067: None, 0x2068: None, 0x2069: None, 0xFEFF: None}  # fmt: skip


@dataclass(frozen=True)
class Words:
    """What is new in a mail; where ``is_certain`` does not hold, people should see the whole of it."""

    text: str
    is_certain: bool = True


def stripped(text: str, subject: str) -> Words:
    """Return what a customer has written now; what they forward belongs to it."""
    text = text.strip()
    # Gmail writes marks of direction around dates and names, where they hide what a line is.
    lines = text.translate(_MARKS_OF_DIRECTION).split("\n")
    if _FORWARDING.match(subject) or any(_FORWARDED.fullmatch(line) for line in lines):
        return Words(text)
    lines, has_marks = _without_tail(lines)
    lines, is_orderly = _without_quotes(lines)
    own = "\n".join(_without_signature(lines)).strip()
    if not own:
        return Words(text, is_certain=False)
    return Words(re.sub(r"\n{3,}", "\n\n", own), is_certain=has_marks and is_orderly)


def _without_tail(lines: list[str]) -> tuple[list[str], bool]:
    """Cut off what is quoted without ``>`` down to the end, and tell whether it surely is a quote."""
    last_mark = max((place for place, line in enumerate(lines) if _MARK.match(line)), default=-1)
    for place, line in enumerate(lines):
        if not line.strip() or _MARK.match(line):
            continue
        if _ORIGINAL.fullmatch(line) or _is_header_block(lines[place : place + 8]):
            return _before(lines, place), True
        begins = place > last_mark and (place == 0 or not lines[place - 1].strip())
        for size in range(1, _LONGEST_ATTRIBUTION + 1) if begins else ():
            if _is_attribution(lines[place : place + size], is_alone=True):
                return _before(lines, place), not any(below.strip() for below in lines[place + size :])
    return lines, True


def _without_quotes(lines: list[str]) -> tuple[list[str], bool]:
    """Leave out lines with ``>`` and what introduces them; tell whether the customer wrote only above or only below."""
    parts: list[list[str]] = [[]]
    is_quote = False
    for line in lines:
        if _MARK.match(line):
            if not is_quote:
                parts[-1] = _without_attribution(parts[-1])
                parts.append([])
            is_quote = True
        elif line.strip() or not is_quote:
            is_quote = False
            parts[-1].append(line)
    # What stands below a quote may be nothing but a signature.
    parts[-1] = _without_signature(parts[-1], may_be_all=len(parts) > 1)
    own = [part for part in parts if any(line.strip() for line in part)]
    joined = [line for part in own for line in (*part, "")]
    return joined, len(own) <= 1


def _without_attribution(lines: list[str]) -> list[str]:
    """Cut off "On Monday Anna wrote:", on up to three lines, at the end of what stands above a quote."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    sizes = range(1, min(_LONGEST_ATTRIBUTION, end) + 1)
    whole = [size for size in sizes if _is_attribution(lines[end - size : end], is_alone=True)]
    partly = [size for size in sizes[:1] if _is_attribution(lines[end - size : end], is_alone=False)]
    for size in whole or partly:
        return lines[: end - size]
    return lines


def _is_attribution(lines: Sequence[str], *, is_alone: bool) -> bool:
    """Tell whether lines say who wrote what follows, and when; ``is_alone`` asks for both."""
    if not all(line.strip() for line in lines) or any(len(line) < _WRAPPED_AT for line in lines[:-1]):
        return False
    if sum(map(len, lines)) > _LONGEST_LINES:
        return False
    said = " ".join(lines)
    ends = bool(_COLON_AT_END.search(said) or (_WROTE.search(lines[-1]) and len(lines[-1]) < 120))
    by_whom = bool(_ADDRESS.search(said) or _WROTE.search(said))
    when = bool(_TIME.search(_western(said)))
    return ends and ((by_whom and when) if is_alone else bool(_COLON_AT_END.search(said)) and (by_whom or when))


def _is_header_block(lines: Sequence[str]) -> bool:
    """Tell whether lines are what Outlook writes above a mail that is answered: From, Sent, To, Subject."""
    labels: list[str] = []
    values = ""
    for line in lines:
        found = _LABEL.match(line)
        if found is None:
            if not labels:
                return False
            # A long list of recipients goes on in the next line.
            continue
        label = found[1].strip().casefold()
        if not labels and label not in words.FROM:
            return False
        if labels and label not in words.TOLD:
            break
        labels.append(label)
        # Any line may be as long as a mail, and is searched below.
        values += f" {found[2][:_LONGEST_LINES]}"
    told = len(labels) - 1
    return told >= 3 or (told >= 2 and bool(_ADDRESS.search(values) or _TIME.search(_western(values))))


def _without_signature(lines: list[str], *, may_be_all: bool = False) -> list[str]:
    """Cut off what stands below ``--``, and the advertisement of a telephone or a mail program."""
    for place in range(len(lines) - 1, max(len(lines) - _LONGEST_SIGNATURE, 0) - 1, -1):
        if _SIGNATURE.fullmatch(lines[place]):
            if may_be_all or any(line.strip() for line in lines[:place]):
                lines = lines[:place]
            break
    end = len(lines)
    while end and (not lines[end - 1].strip() or _is_advertisement(lines[end - 1])):
        end -= 1
    return lines[:end]


def _is_advertisement(line: str) -> bool:
    line = line.strip(" *_<>[]()\t\r")
    return len(line) <= 110 and bool(_SENT_FROM.fullmatch(line) and _DEVICE.search(line))


def _before(lines: list[str], place: int) -> list[str]:
    while place and (not lines[place - 1].strip() or _UNDERSCORES.fullmatch(lines[place - 1])):
        place -= 1
    return lines[:place]


def _western(text: str) -> str:
    """Return a text with the digits of every script as 0 to 9."""
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text)
