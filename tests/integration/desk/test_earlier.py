"""The messages before those that a page of a long conversation comes with."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.conversations.model import Author, Message
from bot.desk import workspace
from tests.integration.desk.conftest import Browser
from tests.integration.desk.seed import EVIL
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]
PATH = "/desk/conversations/c-bot"


@pytest.fixture(autouse=True)
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "MOST_SHOWN", 10)
    monkeypatch.setattr(workspace, "EARLIER_AT_ONCE", 4)


async def talk(world: World, count: int, conversation_id: str = "c-bot", **fields: Any) -> list[int]:
    """Add messages of the customer and return the ids of all of the conversation."""
    async with world.uow() as uow:
        for n in range(count):
            message = Message(conversation_id, Author.CUSTOMER, f"mensaje {n}", world.now)
            for name, value in fields.items():
                setattr(message, name, value)
            await uow.messages.add(message)
        await uow.commit()
        return [message.id or 0 for message in await uow.messages.of(conversation_id, with_notes=True)]


def shown(html: str) -> list[int]:
    return [int(found) for found in re.findall(r'data-message="(\d+)"', html)]


def offered(html: str) -> int | None:
    found = re.search(r'<li class="earlier" data-earlier="(\d+)"><button', html)
    return int(found[1]) if found else None


async def before(browser: Browser, message_id: int, path: str = PATH) -> dict[str, Any]:
    answer = await browser.get(f"{path}/earlier?before={message_id}", headers={"Accept": "application/json"})
    assert answer.status == 200
    return dict(await answer.json())


async def test_a_page_that_shows_everything_offers_nothing_earlier(world: World, logged_in: LogIn) -> None:
    ids = await talk(world, 8)
    page = await (await logged_in("ana")).text(PATH)
    assert (shown(page), offered(page)) == (ids, None)


async def test_all_messages_are_reached_and_none_is_shown_twice(world: World, logged_in: LogIn) -> None:
    ids = await talk(world, 15)
    ana = await logged_in("ana")
    page = await ana.text(PATH)
    found, cursor, counts = shown(page), offered(page), []
    while cursor is not None:
        # What comes meanwhile is news, and moves nothing of what is older.
        await talk(world, 1)
        earlier = await before(ana, cursor)
        counts.append(earlier["count"])
        found, cursor = shown(earlier["messages"]) + found, earlier["before"]
    assert found == ids
    assert counts == [4, 3]


async def test_an_update_of_a_long_conversation_brings_only_what_is_new(world: World, logged_in: LogIn) -> None:
    ids = await talk(world, 15)
    ana = await logged_in("ana")
    headers = {"Accept": "application/json"}
    news = await (await ana.get(f"{PATH}/updates?after={ids[-2]}&changes=0", headers=headers)).json()
    assert shown(news["messages"]) == [ids[-1]]


async def test_earlier_messages_come_with_their_translation_or_ask_for_one(world: World, logged_in: LogIn) -> None:
    world.translator.is_on = True
    ids = await talk(world, 15)
    ana = await logged_in("ana")
    earlier = await before(ana, ids[7])
    assert earlier["messages"].count("data-foreign") == 4
    await ana.act("c-bot", "translate", ids=ids[3:7])
    earlier = await before(ana, ids[7])
    assert "data-foreign" not in earlier["messages"] and "en: 1 ejasnem" in earlier["messages"]


async def test_a_whisper_to_somebody_else_stays_hidden_and_hides_nothing_else(world: World, logged_in: LogIn) -> None:
    await talk(world, 3)
    whispers = await talk(
        world, 4, author=Author.NOTE, agent_id="root", text="just for Ben", custom={"whisper": {"to": "ben"}}
    )
    ids = await talk(world, 10)
    ana = await logged_in("ana")
    earlier = await before(ana, offered(await ana.text(PATH)) or 0)
    assert (shown(earlier["messages"]), earlier["count"], earlier["before"]) == ([], 0, whispers[-4])
    assert "just for Ben" not in earlier["messages"]
    assert shown((await before(ana, earlier["before"]))["messages"]) == ids[1:5]


async def test_what_customers_wrote_long_ago_is_escaped_too(world: World, logged_in: LogIn) -> None:
    ids = await talk(world, 15, text=EVIL)
    earlier = await before(await logged_in("ana"), ids[7])
    assert "&lt;script&gt;" in earlier["messages"] and "<script>window" not in earlier["messages"]


async def test_messages_of_another_conversation_are_not_earlier_ones(world: World, logged_in: LogIn) -> None:
    await talk(world, 3, "c-li")
    ids = await talk(world, 3)
    ana = await logged_in("ana")
    assert set(shown((await before(ana, ids[-1]))["messages"])) <= set(ids)


@pytest.mark.parametrize("given", ["x", "-1", "1.5", "9" * 19])
async def test_a_place_that_is_no_number_is_refused(logged_in: LogIn, given: str) -> None:
    ana = await logged_in("ana")
    assert (await ana.get(f"{PATH}/earlier?before={given}")).status == 400


async def test_an_unknown_conversation_has_nothing_earlier(logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    headers = {"Accept": "application/json"}
    assert (await ana.get("/desk/conversations/nobody/earlier?before=9", headers=headers)).status == 404
