"""A catalogue is drafted by a translation server over HTTP."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from bot.commands import locale
from bot.errors import SettingsError, StartupError
from tests.integration.translation.libretranslate import FakeLibreTranslate, status


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(locale, "LOCALES", tmp_path)
    monkeypatch.setenv("PARLEY_VAR", str(tmp_path))
    monkeypatch.setenv("PARLEY_TRANSLATION", "libretranslate")
    monkeypatch.setenv("PARLEY_TRANSLATION_REQUESTS_PER_MINUTE", "libretranslate=100000")
    return monkeypatch


async def test_a_draft_is_complete_and_fuzzy_and_resumes_after_a_failure(
    tmp_path: Path, configured: pytest.MonkeyPatch
) -> None:
    fake = FakeLibreTranslate()
    fault = status(403)
    async with fake.server:
        configured.setenv("PARLEY_LIBRETRANSLATE_URL", str(fake.server.make_url("/")))
        fake.faults = [fault]
        with pytest.raises(StartupError, match="libretranslate: refused"):
            await asyncio.to_thread(locale.new, "fr")
        await asyncio.to_thread(locale.new, "fr")
        asked = len(fake.requests)
        (tmp_path / "fr" / "LC_MESSAGES" / "bot.po").unlink()
        await asyncio.to_thread(locale.new, "fr")
    assert len(fake.requests) == asked, "what was translated is remembered"
    with (tmp_path / "fr" / "LC_MESSAGES" / "bot.po").open("rb") as file:
        draft = read_po(file)
    entry = draft.get("What can I do for you?", "utter_how_can_i_help")
    assert entry is not None and entry.string == "What can I do for you?" and entry.fuzzy
    assert all("{order_number}" in str(message.string) for message in draft if "{order_number}" in str(message.id))


def test_without_engines_the_variable_is_named(configured: pytest.MonkeyPatch) -> None:
    configured.setenv("PARLEY_TRANSLATION", "")
    with pytest.raises(SettingsError, match="PARLEY_TRANSLATION is empty"):
        locale.new("fr")
