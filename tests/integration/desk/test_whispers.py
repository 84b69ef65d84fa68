"""Whispers are read by two people; nothing at the desk shows them to anybody else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.services import search
from tests.integration.desk.conftest import Browser
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]
SECRET = "zanzibar"
HELD = "c-held"


@pytest.fixture
async def whispered(world: World, logged_in: LogIn) -> int:
    """Have Rita whisper to Ben, and return the message."""
    root = await logged_in("root")
    assert (await root.act(HELD, "whisper", text=f"offer {SECRET} to @ana")).status == 200
    async with world.uow() as uow:
        newest = (await uow.messages.of(HELD, with_notes=True))[-1]
    assert newest.id is not None
    return newest.id


@pytest.mark.parametrize("who", ["ana", "ben", "root"])
async def test_no_search_finds_a_whisper(world: World, logged_in: LogIn, whispered: int, who: str) -> None:
    browser = await logged_in(who)
    assert HELD not in await browser.text(f"/desk/queue?view=all&q={SECRET}")
    async with world.uow() as uow:
        await search.catch_up(uow)
        assert (await search.find(uow, SECRET, 10)).entries == {}


@pytest.mark.parametrize(("who", "reads"), [("ana", False), ("ben", True), ("root", True)])
async def test_only_two_people_read_it_in_the_transcript_also_after_it_changed(
    world: World, logged_in: LogIn, whispered: int, who: str, reads: bool
) -> None:
    browser, root = await logged_in(who), await logged_in("root")
    page = f"/desk/conversations/{HELD}"
    assert (SECRET in await browser.text(page)) is reads
    assert (SECRET in await browser.text(f"{page}/updates?after=0")) is reads
    edited = await root.act(HELD, f"messages/{whispered}/edit", text=f"rather {SECRET} @ana")
    assert edited.status == 200, await edited.text()
    assert (f"rather {SECRET}" in await browser.text(f"{page}/updates?after={whispered}&changes=0")) is reads
    assert (await root.act(HELD, f"messages/{whispered}/retract")).status == 200
    assert (f'data-message="{whispered}"' in await browser.text(page)) is reads
    changed = (await (await browser.get(f"{page}/updates?after={whispered}&changes=0")).json())["changed"]
    assert bool(changed.strip()) is reads


@pytest.mark.parametrize("who", ["ana", "ben", "root"])
async def test_the_inbox_previews_no_whisper(logged_in: LogIn, whispered: int, who: str) -> None:
    assert SECRET not in await (await logged_in(who)).text("/desk/queue?view=all")


async def test_a_whisper_mentions_nobody_who_may_not_read_it(logged_in: LogIn, whispered: int) -> None:
    ana, root = await logged_in("ana"), await logged_in("root")
    await root.act(HELD, f"messages/{whispered}/edit", text=f"rather {SECRET} @ana")
    assert (await (await ana.get("/desk/mentions/count")).json())["unseen"] == 0
    assert SECRET not in await ana.text("/desk/mentions")


async def test_the_audit_log_and_the_composer_tell_nothing_of_it(logged_in: LogIn, whispered: int) -> None:
    ana, root = await logged_in("ana"), await logged_in("root")
    assert SECRET not in await root.text("/desk/audit") + await root.text("/desk/audit.csv")
    assert SECRET not in await ana.text(f"/desk/conversations/{HELD}/helps")
    translated = await ana.act(HELD, "translate", ids=[whispered])
    assert SECRET not in await translated.text()


async def test_an_export_about_the_customer_holds_no_whisper(world: World, whispered: int) -> None:
    async with world.uow() as uow:
        found = await uow.personal_data.belongings("k1")
        within = type(found)(**{**vars(found), "conversations": (HELD,)})
        kept = await uow.personal_data.read(within)
    assert kept["messages"]
    assert SECRET not in str(kept)
