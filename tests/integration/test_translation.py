"""A catalogue is drafted by a LibreTranslate server over real HTTP."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from babel.messages.pofile import read_po

from bot.commands import locale
from bot.errors import SettingsError


async def test_a_drafted_catalogue_is_complete_and_fuzzy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def translate(request: web.Request) -> web.Response:
        assert (request.query["source"], request.query["target"]) == ("en", "fr")
        return web.json_response({"translatedText": f"[{request.query['q']}]"})

    app = web.Application()
    app.router.add_post("/translate", translate)
    monkeypatch.setattr(locale, "LOCALES", tmp_path)
    async with TestServer(app) as server:
        url = str(server.make_url("/"))
        await asyncio.to_thread(locale.new, "fr", "libretranslate", url, None)
    with (tmp_path / "fr" / "LC_MESSAGES" / "bot.po").open("rb") as file:
        draft = read_po(file)
    entry = draft.get("What can I do for you?", "utter_how_can_i_help")
    assert entry is not None and entry.string == "[What can I do for you?]" and entry.fuzzy
    assert all("{order_number}" in str(message.string) for message in draft if "{order_number}" in str(message.id))


def test_an_unknown_engine_is_named() -> None:
    with pytest.raises(SettingsError, match="babelfish"):
        locale.translation_engine("babelfish", "fr")
