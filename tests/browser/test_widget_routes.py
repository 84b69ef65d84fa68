"""What the widget's routes answer; needs no browser."""

from __future__ import annotations

import re
from pathlib import Path

from aiohttp.test_utils import TestClient

from bot.l10n.languages import LANGUAGES
from bot.widget import routes
from bot.widget.strings import STRINGS, WIDGET_STRINGS
from tests.browser.widget_fake_server import FakeDesk

WIDGET = Path(routes.__file__).parent
UNSPOKEN = next(code for code, language in LANGUAGES.items() if not language.is_spoken)


async def test_script_is_cached_by_entity_tag(aiohttp_client) -> None:  # type: ignore[no-untyped-def]
    client: TestClient = await aiohttp_client(FakeDesk().app())
    first = await client.get("/widget/parley.js")
    assert first.status == 200 and first.content_type == "text/javascript"
    assert "max-age" in first.headers["Cache-Control"]
    again = await client.get("/widget/parley.js", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status == 304 and await again.read() == b""


async def test_words_come_in_the_nearest_language(aiohttp_client) -> None:  # type: ignore[no-untyped-def]
    client: TestClient = await aiohttp_client(FakeDesk().app())
    for asked, language in [
        ("de-AT", "de"),
        ("zh-Hant-TW", "zh-TW"),
        ("xx", "en"),
        (UNSPOKEN, "en"),
        (f"{UNSPOKEN}%2Cde-CH%2Cja", "de"),
        (f"{UNSPOKEN},en,de", "en"),
    ]:
        response = await client.get(f"/widget/strings/{asked}.json")
        payload = await response.json()
        assert payload["language"] == language, asked
        assert payload["strings"].keys() == WIDGET_STRINGS.keys()
        assert response.headers["Access-Control-Allow-Origin"] == "*"


async def test_shop_page_chooses_the_browser_language_and_forbids_inline_code(aiohttp_client) -> None:  # type: ignore[no-untyped-def]
    client: TestClient = await aiohttp_client(FakeDesk().app())
    response = await client.get("/", headers={"Accept-Language": f"{UNSPOKEN}, de-CH;q=0.9, en;q=0.5"})
    text = await response.text()
    assert '<html lang="de"' in text and "Gemacht für jeden Tag" in text
    assert "Kettle &lt;1.7 l&gt;" in text
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?! src)", text)
    assert (await client.get("/?category=nothing")).status == 404


def test_every_text_is_used_and_every_used_text_exists() -> None:
    sources = [path.read_text("utf-8") for path in [*WIDGET.glob("templates/*"), WIDGET / "static/widget.js"]]
    used = {key for text in sources for key in re.findall(r"[\"']((?:widget|shop)_[a-z_]+)[\"']", text)}
    built = {key for key in STRINGS if re.match(r"widget_(author|typing|status|document)_|shop_category_", key)}
    assert used - STRINGS.keys() == set()
    assert STRINGS.keys() - used - built == set()
