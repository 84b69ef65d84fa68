"""No page of the desk has words, colours or directions of its own: they belong to catalogues, tokens and languages."""

from __future__ import annotations

import re
from pathlib import Path

import jinja2
import pytest

import bot.desk

DESK = Path(bot.desk.__file__).parent
TEMPLATES = sorted((DESK / "templates").glob("*.html"))
SCRIPTS = sorted((DESK / "static").glob("*.js"))
SHEETS = sorted(path for path in (DESK / "static").glob("*.css") if path.name != "tokens.css")

NAMES = (
    "Parley",
    "desk",
    "Ctrl",
    "Enter",
    "Shift",
    "Alt",
    "Esc",
    "UTC",
    "CSV",
    "PDF",
    "RMA",
    "SKU",
    "SLA",
    "EUR",
    "TOTP",
    "ID",
)
"""What is called the same in every language."""

_SAID = ("aria-label", "title", "placeholder", "alt", "aria-description", "label", "data-label")
_ATTRIBUTE = re.compile(rf"""(?<![\w-])(?:{"|".join(_SAID)})="([^"]*)\"""")
_WORD = re.compile(r"(?<![\w-])[A-Za-z]{2,}(?![\w:]*:\w)")


_COLOUR = re.compile(
    r"(?<![\w-])(?:#[0-9a-fA-F]{3,8}\b(?=[^{}]*[;}])|(?:rgba?|hsla?|oklch)\(|(?<=: )(?:white|black)\b)"
)


def by_name(path: Path) -> str:
    return path.name


@pytest.mark.parametrize("path", TEMPLATES, ids=by_name)
def test_a_template_says_nothing_that_is_not_translated(path: Path) -> None:
    # The class of the body is a name, not a text.
    source = re.sub(r"{% block body_class %}.*?{% endblock %}", "", path.read_text("utf-8"))
    # Expressions become a sign that is no word, so that what remains is the template's own text.
    plain = "".join(
        "¤" if kind.endswith("_begin") else value if kind == "data" else ""
        for _line, kind, value in jinja2.Environment().lex(source)
    )
    plain = re.sub(r"<(script|style|svg|code|kbd)\b.*?</\1>", "", plain, flags=re.DOTALL)
    said = list(_ATTRIBUTE.findall(plain))
    # Macros write attributes too, which then stand outside a tag.
    plain = re.sub(r' [\w-]+="[^"]*"(?=[ ¤])', "", plain)
    said += re.sub(r"<[^>]*>", "\n", re.sub(r"<!--.*?-->|&\w+;", "", plain, flags=re.DOTALL)).split("\n")
    bare = [words.strip() for words in said if any(word not in NAMES for word in _WORD.findall(words))]
    assert bare == []


@pytest.mark.parametrize("path", SCRIPTS, ids=by_name)
def test_a_script_says_nothing_that_is_not_translated(path: Path) -> None:
    source = re.sub(r"^\s*//.*$|/\*.*?\*/", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    source = re.sub(r"(?<![\w$.])_(\.count)?\(\s*" + r"[^;]*?\)", "", source)
    literals = re.findall(r"\"((?:[^\"\\\n]|\\.)*)\"", source) + re.findall(r"`([^`]*)`", source)
    # A sentence has a space between two words, or begins with a capital letter and is set as text.
    bare = [text for text in literals if re.search(r"[A-Z][a-z]+ [a-z]+|[a-z]{3,} [a-z]{3,} [a-z]{2,}", text)]
    assert bare == []


@pytest.mark.parametrize("path", SHEETS, ids=by_name)
def test_a_sheet_names_no_colour(path: Path) -> None:
    sheet = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
    colours = _COLOUR.findall(sheet)
    assert colours == []


@pytest.mark.parametrize("path", SHEETS, ids=by_name)
def test_a_sheet_knows_no_left_and_right(path: Path) -> None:
    sheet = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
    sided = re.findall(
        r"[\w-]*\b(?:left|right)\b[\w-]*\s*:[^;}]*|(?:text-align|float|clear):\s*(?:left|right)\b", sheet
    )
    uneven = [
        rule
        for rule in re.findall(r"(?:padding|margin|inset|border-width|border-radius):\s*[^;}]+", sheet)
        if len(parts := _parts(rule)) == 4 and (parts[1] != parts[3] if "radius" not in rule else not _even(parts))
    ]
    assert sided + uneven == []


def _parts(rule: str) -> list[str]:
    return re.findall(r"(?:[\w.%-]+|\w*\([^)]*\))+", rule.split(":", 1)[1])


def _even(corners: list[str]) -> bool:
    return corners[0] == corners[1] and corners[2] == corners[3]
