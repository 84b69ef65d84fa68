"""The secret that the shop signs with comes from the environment or a file, and is long enough."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import Settings


def test_without_a_secret_there_is_none() -> None:
    assert Settings.from_environment({}).shop_secret is None


def test_the_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("k" * 32 + "\n")
    assert Settings.from_environment({"PARLEY_SHOP_SECRET_FILE": str(tmp_path / "secret")}).shop_secret == b"k" * 32


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(SettingsError, match="PARLEY_SHOP_SECRET is too short"):
        Settings.from_environment({"PARLEY_SHOP_SECRET": "short"})
