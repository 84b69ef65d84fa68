"""Documents drawn on paper, block by block."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.documents.blocks import (
    Addresses,
    Block,
    CutOut,
    Document,
    Facts,
    Heading,
    InEnglish,
    Masthead,
    NewPage,
    Number,
    Paragraph,
    Steps,
    Sums,
    Table,
    texts_of,
)
from bot.documents.fonts import faces_for
from bot.documents.sheet import ACCENT, BODY, BOTTOM, HEIGHT, INK, INNER, MARGIN, MUTED, SMALL, TOP, Sheet, line_height
from bot.l10n.languages import LANGUAGES

_GAP = 4.0
_CELL_GAP, _CELL_PADDING = 3.0, 1.1
_HEADING = 11.5
_BARCODE_WIDTH, _BARCODE_HEIGHT = 72.0, 15.0
# Larger than any number, so that addresses on a label can be read from a conveyor belt.
_LABEL_SIZE = 11.0
_LABEL_HEIGHT = 76.0

_Cell = list[tuple[str, float]]


def pdf_of(document: Document, now: datetime) -> bytes:
    """Return a document as PDF; takes a second of one core, so do not call it on an event loop."""
    text = "".join(texts_of(document))
    is_rtl = LANGUAGES[document.language].direction == "rtl"
    with tempfile.TemporaryDirectory(prefix="parley-document-") as folder:
        faces = faces_for(text, document.language)
        sheet = Sheet(document.language, faces, Path(folder), is_rtl=is_rtl, page_line=document.page_line)
        _draw_all(sheet, document.blocks)
        return sheet.finished(document.title, document.author, now)


def _draw_all(sheet: Sheet, blocks: tuple[Block, ...]) -> None:
    for block in blocks:
        _DRAW[type(block)](sheet, block)


def _masthead(sheet: Sheet, block: Masthead) -> None:
    sheet.write(MARGIN, sheet.y, INNER, [block.brand], 11, is_bold=True, color=ACCENT)
    sheet.write(MARGIN, sheet.y - 1.6, INNER, [block.title], 17, is_bold=True, align="end")
    sheet.y += 9.5
    sheet.rule(MARGIN, sheet.y, INNER, color=ACCENT, weight=0.8)
    sheet.y += 6


def _number(sheet: Sheet, block: Number) -> None:
    top = sheet.y
    y = sheet.write(MARGIN, top, INNER / 2, [block.caption], SMALL, color=MUTED)
    y = sheet.write(MARGIN, y, INNER / 2, [block.number], 22, is_bold=True)
    if block.has_barcode:
        x = MARGIN + INNER - _BARCODE_WIDTH
        sheet.bars(x, top, _BARCODE_WIDTH, _BARCODE_HEIGHT, block.number)
        y = max(y, top + _BARCODE_HEIGHT)
    sheet.y = y + _GAP


def _facts(sheet: Sheet, block: Facts) -> None:
    width = (INNER - _GAP) / 2
    for start in range(0, len(block.pairs), 2):
        row = [
            (caption, sheet.lines(value, width, BODY, is_bold=True))
            for caption, value in block.pairs[start : start + 2]
        ]
        height = line_height(SMALL) + max(len(lines) for _, lines in row) * line_height(BODY)
        sheet.make_room(height)
        for column, (caption, lines) in enumerate(row):
            x = MARGIN + column * (width + _GAP)
            y = sheet.write(x, sheet.y, width, [caption], SMALL, color=MUTED)
            sheet.write(x, y, width, lines, BODY, is_bold=True)
        sheet.y += height + 1.8
    sheet.y += 1.5


def _heading(sheet: Sheet, block: Heading) -> None:
    lines = sheet.lines(block.text, INNER, _HEADING, is_bold=True)
    height = len(lines) * line_height(_HEADING)
    sheet.make_room(height + 3 * line_height(BODY))
    sheet.y = sheet.write(MARGIN, sheet.y + 1, INNER, lines, _HEADING, is_bold=True) + 1


def _paragraph(sheet: Sheet, block: Paragraph) -> None:
    for line in sheet.lines(block.text, INNER):
        sheet.make_room(line_height(BODY))
        sheet.y = sheet.write(MARGIN, sheet.y, INNER, [line])
    sheet.y += 1.6


def _steps(sheet: Sheet, block: Steps) -> None:
    indent, diameter = 8.0, 5.0
    for number, text in enumerate(block.texts, 1):
        lines = sheet.lines(text, INNER - indent)
        height = max(len(lines) * line_height(BODY), diameter)
        sheet.make_room(height)
        sheet.disc(MARGIN, sheet.y, diameter, str(number))
        sheet.write(MARGIN + indent, sheet.y, INNER - indent, lines)
        sheet.y += height + 1.2
    sheet.y += _GAP - 1.2


def _table(sheet: Sheet, block: Table) -> None:
    sheet.make_room(line_height(SMALL) + 3 * line_height(BODY))
    _row(sheet, block, [[(column.heading, SMALL)] for column in block.columns])
    for row in block.rows:
        cells = [_cell(text) for text in row]
        if sheet.make_room(_height(sheet, block, cells) + 2 * _CELL_PADDING):
            _row(sheet, block, [[(column.heading, SMALL)] for column in block.columns])
        _row(sheet, block, cells)
    sheet.y += _GAP - 1


def _row(sheet: Sheet, block: Table, cells: list[_Cell]) -> None:
    """Write a row with a line below it."""
    x, height = MARGIN, _height(sheet, block, cells)
    for column, cell in zip(block.columns, cells):
        y, width = sheet.y, column.share * INNER - _CELL_GAP
        for text, size in cell:
            y = sheet.write(
                x + (_CELL_GAP if column.is_amount else 0),
                y,
                width,
                sheet.lines(text, width, size),
                size,
                color=MUTED if size == SMALL else INK,
                align="end" if column.is_amount else "start",
            )
        x += column.share * INNER
    sheet.y += height + _CELL_PADDING
    sheet.rule(MARGIN, sheet.y, INNER)
    sheet.y += _CELL_PADDING


def _height(sheet: Sheet, block: Table, cells: list[_Cell]) -> float:
    return max(
        sum(len(sheet.lines(text, column.share * INNER - _CELL_GAP, size)) * line_height(size) for text, size in cell)
        for column, cell in zip(block.columns, cells)
    )


def _cell(text: str) -> _Cell:
    """Return the parts of a cell with their sizes: what stands below its first line is smaller."""
    first, _, rest = text.partition("\n")
    return [(first, BODY), (rest, SMALL)] if rest else [(first, BODY)]


def _sums(sheet: Sheet, block: Sums) -> None:
    width = INNER * 0.5
    x = MARGIN + INNER - width
    sheet.make_room(len(block.pairs) * line_height(BODY) + 4)
    for at, (caption, value) in enumerate(block.pairs):
        is_last = at == len(block.pairs) - 1
        if is_last:
            sheet.rule(x, sheet.y + 0.6, width, color=ACCENT, weight=0.5)
            sheet.y += 1.6
        size = _HEADING if is_last else BODY
        sheet.write(x, sheet.y, width, [caption], size, is_bold=is_last)
        sheet.y = sheet.write(x, sheet.y, width, [value], size, is_bold=is_last, align="end")
    sheet.y += _GAP


def _addresses(sheet: Sheet, block: Addresses) -> None:
    width = (INNER - _GAP) / len(block.entries)
    wrapped = [
        (caption, [line for text in lines for line in sheet.lines(text, width - _GAP)])
        for caption, lines in block.entries
    ]
    bottom = sheet.y
    for column, (caption, lines) in enumerate(wrapped):
        x = MARGIN + column * (width + _GAP)
        y = sheet.write(x, sheet.y, width, [caption], SMALL, color=MUTED)
        bottom = max(bottom, sheet.write(x, y, width - _GAP, lines))
    sheet.y = bottom + _GAP


def _cut_out(sheet: Sheet, block: CutOut) -> None:
    height = _LABEL_HEIGHT + line_height(SMALL) + 1
    sheet.make_room(height)
    top = max(sheet.y, HEIGHT - BOTTOM - height)
    y = sheet.write(MARGIN, top, INNER, [block.cut_here], SMALL, color=MUTED) + 0.6
    with sheet.left_to_right():
        sheet.frame(MARGIN, y, INNER, _LABEL_HEIGHT)
        _label(sheet, block, y + 5)
    sheet.y = HEIGHT - BOTTOM


def _label(sheet: Sheet, block: CutOut, top: float) -> None:
    inset = MARGIN + 6
    width = INNER * 0.42
    caption, lines = block.sender
    y = sheet.write(inset, top, width, [caption], SMALL, color=MUTED)
    sheet.write(inset, y, width, [part for line in lines for part in sheet.lines(line, width, 9)], 9)
    x = MARGIN + INNER - _BARCODE_WIDTH - 4
    sheet.bars(x, top, _BARCODE_WIDTH, _BARCODE_HEIGHT, block.number)
    sheet.write(x, top + _BARCODE_HEIGHT + 0.5, _BARCODE_WIDTH - 7, [f"{block.caption} {block.number}"], 9,
                is_bold=True, align="end")  # fmt: skip
    x, y = MARGIN + INNER * 0.42, top + 29
    width = INNER - (x - MARGIN) - 6
    caption, lines = block.recipient
    sheet.rule(x, y - 2, width)
    y = sheet.write(x, y, width, [caption], SMALL, color=MUTED)
    wrapped = [part for line in lines for part in sheet.lines(line, width, _LABEL_SIZE, is_bold=True)]
    sheet.write(x, y, width, wrapped, _LABEL_SIZE, is_bold=True)


def _new_page(sheet: Sheet, block: NewPage) -> None:
    if sheet.y > TOP:
        sheet.new_page()


def _in_english(sheet: Sheet, block: InEnglish) -> None:
    with sheet.left_to_right("en"):
        _draw_all(sheet, block.blocks)


_DRAW: dict[type, Callable[[Sheet, Any], None]] = {
    Masthead: _masthead,
    Number: _number,
    Facts: _facts,
    Heading: _heading,
    Paragraph: _paragraph,
    Steps: _steps,
    Table: _table,
    Sums: _sums,
    Addresses: _addresses,
    CutOut: _cut_out,
    NewPage: _new_page,
    InEnglish: _in_english,
}
