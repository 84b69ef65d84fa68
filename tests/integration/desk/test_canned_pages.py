"""Canned responses as administrators keep them in the browser."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.integration.desk.conftest import Browser
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]
FIELDS = {"shortcut": "/Late", "title": "Parcel is late", "text_en": "Sorry, {customer}!", "text_de": "Entschuldigung!"}
NEW = "/desk/settings/canned/new"


async def test_only_administrators_keep_canned_responses(logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    assert (await ana.get("/desk/settings/canned")).status == 403
    assert (await ana.submit(NEW, **FIELDS)).status == 403


async def test_a_response_is_added_changed_and_removed_and_each_is_written_down(logged_in: LogIn, world: World) -> None:
    root = await logged_in("root")
    assert "There are none yet." in await root.text("/desk/settings/canned")
    assert (await root.submit(NEW, **FIELDS)).status == 303
    assert "/late" in await root.text("/desk/settings/canned")
    async with world.uow() as uow:
        (response,) = await uow.canned_responses.all()
    address = f"/desk/settings/canned/{response.id}"
    assert "Sorry, {customer}!" in await root.text(address)
    version = str(response.version)
    assert (await root.submit(address, **{**FIELDS, "title": "Late", "version": version})).status == 303
    stale = await root.submit(address, **{**FIELDS, "title": "Older", "version": version})
    assert stale.status == 409
    assert 'value="Older"' in await stale.text()
    async with world.uow() as uow:
        (response,) = await uow.canned_responses.all()
    assert response.title == "Late"
    assert (await root.submit(f"{address}/remove", version=version)).status == 409
    assert (await root.submit(f"{address}/remove", version=str(response.version))).status == 303
    assert (await root.get(address)).status == 404
    async with world.uow() as uow:
        actions = [event.action for event in await uow.audit.of_subject("canned_response:late")]
    assert actions == [f"canned_response.{what}" for what in ("added", "changed", "removed")]


async def test_what_is_wrong_is_said_at_its_field(logged_in: LogIn) -> None:
    root = await logged_in("root")
    for fields, message in (
        ({"shortcut": "two words"}, "A shortcut is one word"),
        ({"title": ""}, "Give a title"),
        ({"text_en": "Hello {password}"}, "Only the variables above"),
        ({"text_en": "x" * 2001}, "up to 2,000 characters"),
        ({"text_en": "", "text_de": ""}, "Write the text in one language"),
    ):
        answer = await root.submit(NEW, **{**FIELDS, **fields})
        assert answer.status == 400
        assert message in await answer.text()
    assert (await root.submit(NEW, **FIELDS)).status == 303
    assert "Another canned response has this shortcut" in await (await root.submit(NEW, **FIELDS)).text()
