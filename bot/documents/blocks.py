"""What a document consists of, before anything is drawn: plain blocks from top to bottom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Union


@dataclass(frozen=True)
class Masthead:
    """The top of the first page: whose document it is, and what it is."""

    brand: str
    title: str


@dataclass(frozen=True)
class Number:
    """The number that the document is about, large, and as a Code 128 barcode where machines have to read it."""

    caption: str
    number: str
    has_barcode: bool = False


@dataclass(frozen=True)
class Facts:
    """Short facts with their captions, two beside each other."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Heading:
    """The heading of what follows; it never stays behind alone at the end of a page."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of text."""

    text: str


@dataclass(frozen=True)
class Steps:
    """What is to be done, numbered."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A column of a table: ``share`` is its part of the width; amounts stand at the end of theirs."""

    heading: str
    share: float
    is_amount: bool = False


@dataclass(frozen=True)
class Table:
    """A table; its heading is repeated on every page it goes on to, and the second line of a cell is smaller."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Sums:
    """Amounts below a table, the last of them being what it comes to."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Addresses:
    """Addresses beside each other, each with its caption."""

    entries: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class CutOut:
    """A label to cut out, at the end of the page; addresses on it read from left to right in every language."""

    cut_here: str
    sender: tuple[str, tuple[str, ...]]
    recipient: tuple[str, tuple[str, ...]]
    caption: str
    number: str


@dataclass(frozen=True)
class NewPage:
    """What follows begins on a new page."""


@dataclass(frozen=True)
class InEnglish:
    """Blocks in English inside a document of another language, for people who handle it on the way."""

    blocks: tuple[Block, ...]


Block = Union[Masthead, Number, Facts, Heading, Paragraph, Steps, Table, Sums, Addresses, CutOut, NewPage, InEnglish]  # noqa: UP007


@dataclass(frozen=True)
class Document:
    """A document in a BCP 47 language; ``page_line`` is the foot of each page, with {page} and {pages}."""

    language: str
    title: str
    author: str
    page_line: str
    blocks: tuple[Block, ...]


def texts_of(part: Any) -> Iterator[str]:
    """Yield every text of a document or of a part of it."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple):
        for inner in part:
            yield from texts_of(inner)
    elif is_dataclass(part):
        for field in fields(part):
            yield from texts_of(getattr(part, field.name))
