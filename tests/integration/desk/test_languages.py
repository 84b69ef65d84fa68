"""The desk in the language and the colours that somebody likes."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pytest

from bot.desk.texts import DESK_LANGUAGES
from tests.integration.desk.conftest import Browser
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]


async def test_the_browser_is_answered_in_its_language(a_browser: Callable[[], Browser]) -> None:
    answer = await a_browser().get("/desk/login", headers={"Accept-Language": "de-AT,de;q=0.9"})
    page = await answer.text()
    assert '<html lang="de" dir="ltr"' in page
    assert re.search(r'data-texts="/desk/texts/de\.js\?v=\w{16}"', page)


async def test_a_chosen_language_is_kept_with_the_account(logged_in: LogIn, world: World) -> None:
    ana = await logged_in("ana")
    answer = await ana.submit("/desk/preferences", language="ja", theme="system", next="/desk?tab=mine")
    assert (answer.status, answer.headers["Location"]) == (303, "/desk?tab=mine")
    assert '<html lang="ja"' in await ana.text("/desk")
    assert '<html lang="ja"' in await (await logged_in("ana")).text("/desk")
    assert '<html lang="en"' in await (await logged_in("ben")).text("/desk")
    async with world.uow() as uow:
        account = await uow.accounts.get("ana")
        assert account is not None and account.desk_language == "ja"


async def test_the_browsers_language_comes_back(logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    await ana.submit("/desk/preferences", language="fr", theme="system")
    await ana.submit("/desk/preferences", language="", theme="system")
    assert '<html lang="en"' in await ana.text("/desk")


async def test_colours_are_kept_in_the_browser(logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    assert "data-theme" not in await ana.text("/desk")
    await ana.submit("/desk/preferences", language="", theme="dark")
    assert 'data-theme="dark"' in await ana.text("/desk")
    await ana.submit("/desk/preferences", language="", theme="system")
    assert "data-theme" not in await ana.text("/desk")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/desk\\..\\x", "/shop", "/deskx", ""])
async def test_choosing_leads_nowhere_else(logged_in: LogIn, target: str) -> None:
    ana = await logged_in("ana")
    answer = await ana.submit("/desk/preferences", language="", theme="light", next=target)
    assert answer.headers["Location"] == "/desk"


async def test_a_language_that_the_desk_does_not_speak_is_refused(logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    assert (await ana.submit("/desk/preferences", language="tlh", theme="system")).status == 400
    assert (await ana.submit("/desk/preferences", language="de", theme="plaid")).status == 303


@pytest.mark.parametrize("language", DESK_LANGUAGES)
async def test_scripts_are_told_their_texts_without_a_login(a_browser: Callable[[], Browser], language: str) -> None:
    browser = a_browser()
    page = await (await browser.get("/desk/login", headers={"Accept-Language": language})).text()
    found = re.search(r'data-texts="([^"]+)"', page)
    assert found
    exact = await browser.get(found[1])
    assert exact.status == 200 and exact.content_type == "text/javascript"
    assert "immutable" in exact.headers["Cache-Control"]
    assert exact.headers["X-Content-Type-Options"] == "nosniff"
    outdated = await browser.get(f"/desk/texts/{language}.js?v=0")
    assert outdated.headers["Cache-Control"] == "no-cache"


async def test_there_are_no_texts_in_other_languages(a_browser: Callable[[], Browser]) -> None:
    assert (await a_browser().get("/desk/texts/tlh.js")).status == 404
    assert (await a_browser().get("/desk/texts/..%2f..%2fx.js")).status == 404


async def test_errors_speak_the_language_too(logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    await ana.submit("/desk/preferences", language="de", theme="system")
    page = await ana.text("/desk/conversations/none")
    assert '<html lang="de"' in page
