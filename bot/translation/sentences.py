"""Cutting long texts where an engine notices least: at the ends of sentences."""

from __future__ import annotations

import itertools
import re

# Behind the marks of many scripts, with closing quotes and the space that follows; full-width ones need no space.
_ENDS = re.compile(r"[.!?…؟।۔]+[\"'»”’)\]]*\s+|[。！？]+[」』”’）]*\s*|\n+")
_SPACES = re.compile(r"\s+")
_MARK = re.compile(r"<x\d+/>")


def split(text: str, limit_bytes: int) -> list[str]:
    """Return pieces of at most that many bytes of UTF-8 which joined give the text again.

    They end with sentences where possible, else with words, else anywhere but inside a mark or a character.
    """
    if _size(text) <= limit_bytes:
        return [text] if text else []
    return _pack(_cut(text, _ENDS), limit_bytes)


def _pack(parts: list[str], limit: int) -> list[str]:
    pieces: list[str] = []
    size = limit
    for part in parts:
        more = _size(part)
        if more > limit:
            pieces += _smaller(part, limit)
            size = limit
        elif size + more <= limit:
            pieces[-1] += part
            size += more
        else:
            pieces.append(part)
            size = more
    return pieces


def _smaller(text: str, limit: int) -> list[str]:
    words = _cut(text, _SPACES)
    if len(words) > 1:
        return _pack(words, limit)
    atoms, at = [], 0
    for mark in _MARK.finditer(text):
        atoms += [*text[at : mark.start()], mark[0]]
        at = mark.end()
    atoms += text[at:]
    return atoms if len(atoms) == 1 else _pack(atoms, limit)


def _cut(text: str, ends: re.Pattern[str]) -> list[str]:
    cuts = [0, *(found.end() for found in ends.finditer(text)), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(cuts) if end > start]


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
