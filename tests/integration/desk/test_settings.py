"""The settings of the desk, as administrators change them in the browser."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from aiohttp import ClientResponse

from bot.services import desk_settings
from bot.services.desk_settings import RoutingMode, SettingKey, Tag
from tests.integration.desk.conftest import Browser
from tests.integration.desk.seed import EVIL
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]


async def test_only_administrators_see_and_change_settings(logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    for key in SettingKey:
        assert (await ana.get(f"/desk/settings/{key}")).status == 403
        assert (await ana.submit(f"/desk/settings/{key}", version="0")).status == 403


@pytest.mark.parametrize("key", list(SettingKey))
async def test_every_setting_has_a_page_that_saves_what_it_shows(
    logged_in: LogIn, world: World, key: SettingKey
) -> None:
    root = await logged_in("root")
    page = await root.text(f"/desk/settings/{key}")
    fields = form_of(page)
    answer = await save(root, key, fields)
    assert answer.status == 303, await answer.text()
    async with world.uow() as uow:
        # What is as it was is no change.
        assert await uow.audit.of_subject(f"settings:{key}") == []
        assert (await desk_settings.read(uow)).versions[key] == 0


async def test_a_change_counts_is_audited_and_says_who_made_it(logged_in: LogIn, world: World) -> None:
    root = await logged_in("root")
    fields = form_of(await root.text("/desk/settings/tags"))
    answer = await save(root, "tags", [*fields, ("77-id", ""), ("77-name", "Größe & Maß")])
    assert (answer.status, answer.headers["Location"]) == (303, "/desk/settings/tags?saved")
    async with world.uow() as uow:
        settings = await desk_settings.read(uow)
        (event,) = await uow.audit.of_subject("settings:tags")
    assert settings.tags[-1] == Tag("grosse_mass", "Größe & Maß")
    assert (event.actor, event.action) == ("agent:root", "settings.changed")
    assert len(event.data["after"]) == len(event.data["before"]) + 1
    page = await root.text("/desk/settings/tags?saved")
    assert "Größe &amp; Maß" in page
    assert "Last changed by Rita Root" in page


async def test_of_two_who_change_the_same_the_second_is_told_and_keeps_what_was_typed(
    logged_in: LogIn, world: World
) -> None:
    first, second = await logged_in("root"), await logged_in("root")
    typed = [("csrf", second.csrf), *form_of(await second.text("/desk/settings/routing"))[1:]]
    theirs = [(name, "push" if name == "mode" else value) for name, value in typed]
    assert (await save(first, "routing", [("csrf", first.csrf), *theirs[1:]])).status == 303
    mine = [(name, "7" if name == "answer_within_minutes" else value) for name, value in typed]
    answer = await save(second, "routing", mine)
    page = await answer.text()
    assert answer.status == 409
    assert "Rita Root changed this while you were at it" in page
    assert 'name="answer_within_minutes" min="1" max="1440" step="1" value="7"' in page
    async with world.uow() as uow:
        routing = (await desk_settings.read(uow)).routing
    assert (routing.mode, routing.answer_within_seconds) == (RoutingMode.PUSH, 300)
    # Whoever saves again has been told.
    assert (await save(second, "routing", form_of(page))).status == 303
    async with world.uow() as uow:
        assert (await desk_settings.read(uow)).routing.answer_within_seconds == 420


async def test_what_is_wrong_is_said_at_its_field_and_nothing_is_saved(logged_in: LogIn, world: World) -> None:
    root = await logged_in("root")
    fields = form_of(await root.text("/desk/settings/hours"))
    wrong = [(name, "9 to 5" if name == "0-monday" else value) for name, value in fields]
    answer = await save(root, "hours", wrong)
    page = await answer.text()
    assert answer.status == 400
    assert 'id="0-monday-problem"' in page
    assert 'value="9 to 5"' in page
    async with world.uow() as uow:
        assert (await desk_settings.read(uow)).hours is None


async def test_hours_are_read_as_people_write_them(logged_in: LogIn, world: World) -> None:
    root = await logged_in("root")
    fields = form_of(await root.text("/desk/settings/hours"))
    typed = {"0-monday": "08:00 – 12:00; 13:00-17:00", "0-holidays": "12-25,\n2027-03-29"}
    answer = await save(root, "hours", [(name, typed.get(name, value)) for name, value in fields])
    assert answer.status == 303, await answer.text()
    async with world.uow() as uow:
        (calendar, *_) = (await desk_settings.read(uow)).hours or []
    assert calendar["hours"]["monday"] == ["08:00-12:00", "13:00-17:00"]
    assert calendar["holidays"] == ["12-25", "2027-03-29"]


@pytest.mark.parametrize("key", list(SettingKey))
async def test_a_form_of_nonsense_changes_nothing_and_breaks_nothing(
    logged_in: LogIn, world: World, key: SettingKey
) -> None:
    root = await logged_in("root")
    nonsense = [("csrf", root.csrf), ("version", "0"), ("0-name", "\x00<script>"), ("999999-name", "x" * 5000)]
    nonsense += [("0-languages", "<b>"), ("warn_at_percent", "٣"), ("mode", "x"), ("channel", "<i>"), ("default", "0")]
    answer = await save(root, key, nonsense)
    assert answer.status == 400 or key is SettingKey.SURVEY
    assert "<script>" not in await answer.text()
    no_version = await save(root, key, [("csrf", root.csrf), ("version", "x")])
    assert no_version.status == 409
    assert (await root.get("/desk/settings/nothing")).status == 404


async def test_names_are_shown_as_text(logged_in: LogIn) -> None:
    root = await logged_in("root")
    fields = form_of(await root.text("/desk/settings/tags"))
    assert (await save(root, "tags", [*fields, ("50-name", EVIL[:60])])).status == 303
    assert "<img src=x" not in await root.text("/desk/settings/tags")


async def save(browser: Browser, key: str, fields: list[tuple[str, str]]) -> ClientResponse:
    return await browser.client.post(f"/desk/settings/{key}", data=fields, allow_redirects=False)


def form_of(page: str) -> list[tuple[str, str]]:
    """Return what a browser would send for the form of a page."""
    reader = _Form()
    reader.feed(page)
    return reader.fields


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self._is_ours = self._is_template = False
        self._name = ""
        self._text: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found: dict[str, Any] = dict(attrs)
        self._is_template |= tag == "template"
        if tag == "form":
            self._is_ours = "data-settings" in found
        if not self._is_ours or self._is_template:
            return
        if tag == "input" and (found.get("type") not in ("checkbox", "radio") or "checked" in found):
            self.fields.append((found["name"], found.get("value") or ""))
        elif tag == "select":
            self._name = found["name"]
        elif tag == "option" and "selected" in found:
            self.fields.append((self._name, found["value"]))
        elif tag == "textarea":
            self._name, self._text = found["name"], ""

    def handle_endtag(self, tag: str) -> None:
        self._is_template &= tag != "template"
        if tag == "textarea" and self._text is not None:
            self.fields.append((self._name, self._text))
            self._text = None

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text += data
