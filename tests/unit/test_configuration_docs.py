"""Every variable that Parley reads is in docs/configuration.md, and nothing else is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.settings import CHANNELS, ROOT, TRANSLATION_ENGINES, Settings

_PAGE = ROOT / "docs" / "configuration.md"
_PAGES = sorted([*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md")])
_ROW = re.compile(r"^\| `((?:PARLEY|OTEL)_\w+)`( †)? \|", re.MULTILINE)
_OF_FILES = "_FILE"


class Asked(dict[str, str]):
    """An environment in which everything is on, and which notes what it is asked for."""

    def __init__(self) -> None:
        engines = (variable for options in TRANSLATION_ENGINES.values() for _, variable, _ in options)
        channels = (variable for options in CHANNELS.values() for _, variable, _ in options)
        super().__init__(
            {
                **dict.fromkeys((*engines, *channels), "http://localhost:1"),
                "PARLEY_TRANSLATION": ",".join(TRANSLATION_ENGINES),
                "PARLEY_ORDERS": "woocommerce",
                "PARLEY_ORDERS_URL": "https://shop.example.com",
                "PARLEY_ORDERS_TOKEN": "ck_1",
                "PARLEY_ORDERS_SECRET": "cs_1",
            }
        )
        self.names: set[str] = set()

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        """Return a variable and note its name."""
        self.names.add(name)
        return super().get(name, default)


@pytest.fixture(scope="module")
def asked() -> set[str]:
    environment = Asked()
    Settings.from_environment(environment)
    return environment.names


@pytest.fixture(scope="module")
def rows() -> list[tuple[str, str]]:
    return _ROW.findall(_PAGE.read_text("utf-8"))


def test_every_variable_has_one_row_and_no_row_is_left_over(asked: set[str], rows: list[tuple[str, str]]) -> None:
    assert sorted(name for name, _ in rows) == sorted(name for name in asked if not name.endswith(_OF_FILES))


def test_what_may_come_from_a_file_is_marked(asked: set[str], rows: list[tuple[str, str]]) -> None:
    marked = {f"{name}{_OF_FILES}" for name, mark in rows if mark}
    assert marked == {name for name in asked if name.endswith(_OF_FILES)}


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.name)
def test_no_page_names_a_variable_that_nothing_reads(page: Path, asked: set[str]) -> None:
    named = set(re.findall(r"\bPARLEY_[A-Z_]*[A-Z]", page.read_text("utf-8")))
    assert {name for name in named if not name.startswith("PARLEY_TEST_")} <= asked
