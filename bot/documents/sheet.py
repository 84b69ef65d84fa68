"""Paper to write on: text, lines and bars at places that mirror themselves for languages written from the right."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import barcode
from fpdf import FPDF
from fpdf.line_break import Fragment

from bot.documents.fonts import Face
from bot.documents.lines import broken
from bot.documents.runs import Font, Run, runs_of

# ISO 216 A4 in millimetres, and what office printers leave white.
WIDTH, HEIGHT = 210.0, 297.0
MARGIN, TOP, BOTTOM = 18.0, 16.0, 18.0
INNER = WIDTH - 2 * MARGIN

BODY, SMALL = 9.5, 8.0
INK, MUTED, FAINT, ACCENT = (23, 33, 43), (86, 99, 114), (205, 212, 218), (18, 118, 108)

_POINT = 25.4 / 72
# Arabic, Devanagari and Thai stack marks; less would let lines touch.
_LEADING = 1.5
_FOOT_SIZE = 7.5
_MEASURING_SIZE = 10.0

Color = tuple[int, int, int]
Align = Literal["start", "end"]


class _Paper(FPDF):
    """Prints runs of text as they are, so that what is copied out or read aloud is what was written."""

    def add_face(self, family: str, style: str, file: Path) -> None:
        """Add a font of which every glyph stands for some text."""
        self.add_font(family, style, file)
        font: Any = self.fonts[f"{family.lower()}{style}"]
        subset = font.subset
        known = subset.get_glyph

        @cache
        def get_glyph(unicode: Any = None, **facts: Any) -> Any:
            # The dots of Arabic letters are glyphs of their own. Standing for nothing, readers would guess at them; a
            # joiner changes nothing when it is copied along.
            return known(unicode=(0x200D,) if unicode == () else unicode, **facts)

        subset.get_glyph = get_glyph

    def print_run(self, width: float, height: float, run: Run) -> None:
        """Print a run where the pen is."""
        if run.is_rtl:
            # Readers take these glyph by glyph and turn them round themselves.
            self.cell(width, height, run.text)
            return
        # Vowels of Indic scripts change places; this says what they were (ISO 32000-1, 14.9.4).
        actual = (codecs.BOM_UTF16_BE + run.text.encode("utf-16-be")).hex()
        self._out(f"/Span <</ActualText <{actual}>>> BDC")
        self.cell(width, height, run.text)
        self._out("EMC")

    # The library would split a run once more by script, and there Arabic vowel signs, which belong to no script, would
    # keep the letters around them from joining.
    def _parse_chars(self, text: str, markdown: bool, **_: Any) -> Iterator[Fragment]:
        yield Fragment(text, self._get_current_graphics_state(), self.k)


class Sheet:
    """Sheets of A4 with a pen at ``y`` millimetres from the top; all x count from where lines begin."""

    def __init__(self, language: str, faces: list[Face], folder: Path, *, is_rtl: bool, page_line: str) -> None:
        self._pdf = _Paper(format="A4")
        self._pdf.set_auto_page_break(False)
        self._pdf.c_margin = 0
        self._pdf.set_lang(language)
        self._language = language
        self._is_rtl = is_rtl
        self._page_line = page_line
        self._fonts = [Font(face.family, face.characters) for face in faces]
        for face in faces:
            for style, font in (("", face.regular), ("B", face.bold)):
                path = folder / f"{face.family}{style}.ttf"
                path.write_bytes(font)
                self._pdf.add_face(face.family, style, path)
        self._widths: dict[tuple[str, bool, bool], float] = {}
        self.y = 0.0
        self.new_page()

    def new_page(self) -> None:
        """Go on to the top of a new page."""
        self._pdf.add_page()
        self.y = TOP

    @property
    def room(self) -> float:
        """Return how many millimetres are left on this page."""
        return HEIGHT - BOTTOM - self.y

    def make_room(self, height: float) -> bool:
        """Turn the page, and tell so, where less than a height is left on it."""
        if height <= self.room:
            return False
        self.new_page()
        return True

    @contextmanager
    def left_to_right(self, language: str | None = None) -> Iterator[None]:
        """Let what is drawn inside begin at the left, in another language if one is given."""
        before = self._is_rtl, self._language
        self._is_rtl, self._language = False, language or self._language
        yield
        self._is_rtl, self._language = before

    def lines(self, text: str, width: float, size: float = BODY, *, is_bold: bool = False) -> list[str]:
        """Return a text in lines that fit a width."""
        return broken(text, width, lambda part: self._width(part, size, is_bold))

    def write(
        self,
        x: float,
        y: float,
        width: float,
        lines: list[str],
        size: float = BODY,
        *,
        is_bold: bool = False,
        color: Color = INK,
        align: Align = "start",
    ) -> float:
        """Write lines below each other and return the y below them."""
        self._pdf.set_text_color(*color)
        is_right = (align == "end") is not self._is_rtl
        left = self._left(x, width)
        for line in lines:
            rest = width - self._width(line, size, is_bold) if is_right else 0
            self._print(line, left + rest, y, size, is_bold)
            y += line_height(size)
        return y

    def rule(self, x: float, y: float, width: float, *, color: Color = FAINT, weight: float = 0.2) -> None:
        """Draw a horizontal line."""
        left = self._left(x, width)
        self._pdf.set_draw_color(*color)
        self._pdf.set_line_width(weight)
        self._pdf.line(left, y, left + width, y)

    def frame(self, x: float, y: float, width: float, height: float) -> None:
        """Draw a dashed frame, to be cut along."""
        self._pdf.set_draw_color(*MUTED)
        self._pdf.set_line_width(0.25)
        self._pdf.set_dash_pattern(dash=1.6, gap=1.4)
        self._pdf.rect(self._left(x, width), y, width, height)
        self._pdf.set_dash_pattern()

    def disc(self, x: float, y: float, diameter: float, number: str) -> None:
        """Draw a filled disc with a number in it."""
        self._pdf.set_fill_color(*ACCENT)
        self._pdf.ellipse(self._left(x, diameter), y, diameter, diameter, style="F")
        top = y + (diameter - line_height(SMALL)) / 2
        self._pdf.set_text_color(255, 255, 255)
        rest = (diameter - self._width(number, SMALL, True)) / 2
        self._print(number, self._left(x, diameter) + rest, top, SMALL, True)

    def bars(self, x: float, y: float, width: float, height: float, code: str) -> None:
        """Draw a code in Code 128 (ISO/IEC 15417), quiet zones of ten modules included in the width."""
        modules = barcode.get("code128", code).build()[0]
        module = width / (len(modules) + 20)
        left = self._left(x, width) + 10 * module
        self._pdf.set_fill_color(0, 0, 0)
        start = 0
        while (start := modules.find("1", start)) >= 0:
            end = modules.find("0", start)
            end = len(modules) if end < 0 else end
            self._pdf.rect(left + start * module, y, (end - start) * module, height, style="F")
            start = end

    def finished(self, title: str, author: str, now: datetime) -> bytes:
        """Return the PDF, each page with its foot."""
        pages = self._pdf.page
        for page in range(1, pages + 1):
            self._pdf.page = page
            # Each page has a font of its own in force, which turning back to it does not bring back.
            self._pdf.current_font_is_set_on_page = False
            foot = self._page_line.replace("{page}", str(page)).replace("{pages}", str(pages))
            self.write(MARGIN, HEIGHT - 12, INNER, [title], _FOOT_SIZE, color=MUTED)
            self.write(MARGIN, HEIGHT - 12, INNER, [foot], _FOOT_SIZE, color=MUTED, align="end")
        self._pdf.set_title(title)
        self._pdf.set_author(author)
        self._pdf.set_creator("Parley")
        self._pdf.set_creation_date(now)
        return bytes(self._pdf.output())

    def _left(self, x: float, width: float) -> float:
        return WIDTH - x - width if self._is_rtl else x

    def _width(self, line: str, size: float, is_bold: bool) -> float:
        """Return the width of a line; shaping is slow, and widths grow with the size."""
        key = line, is_bold, self._is_rtl
        if key not in self._widths:
            runs = runs_of(line, self._fonts, is_rtl=self._is_rtl)
            self._widths[key] = sum(self._advance(run, _MEASURING_SIZE, is_bold) for run in runs) / _MEASURING_SIZE
        return self._widths[key] * size

    def _advance(self, run: Run, size: float, is_bold: bool) -> float:
        """Return the width of a run after choosing its font."""
        self._pdf.set_font(run.family, "B" if is_bold else "", size)
        # HarfBuzz chooses some letters by language: Serbian and Bulgarian ones differ from Russian ones.
        self._pdf.set_text_shaping(
            True, direction="rtl" if run.is_rtl else "ltr", language=self._language.split("-")[0]
        )
        return float(self._pdf.get_string_width(run.text))

    def _print(self, line: str, left: float, y: float, size: float, is_bold: bool) -> None:
        for run in runs_of(line, self._fonts, is_rtl=self._is_rtl):
            width = self._advance(run, size, is_bold)
            self._pdf.set_xy(left, y)
            self._pdf.print_run(width, line_height(size), run)
            left += width


def line_height(size: float) -> float:
    """Return the height of a line of a size in points, in millimetres."""
    return size * _POINT * _LEADING
