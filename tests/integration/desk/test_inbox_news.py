"""What the desk's pages hear of decisions, clocks and languages, so that open inboxes show how things stand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from bot.aftersales.case import Case
from bot.aftersales.labels import IssueType
from bot.aftersales.sla import ALWAYS_OPEN
from bot.aftersales.task import Department
from bot.conversations.customer_language import Heard
from bot.conversations.feed import EVERYTHING
from bot.conversations.model import Conversation, InboundMessage
from bot.jobs import marks
from bot.services import sla, tasks
from tests.integration.desk.conftest import Browser
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]
News = asyncio.Queue[dict[str, Any]]
CASE, ORDER = "C1000001", "10482733"


@pytest.fixture
def news(world: World) -> Iterator[News]:
    with world.router.feed.listen(EVERYTHING) as heard:
        yield heard


def rows_told_of(news: News) -> set[str]:
    """Return the conversations whose rows in the inbox are drawn anew."""
    heard = [news.get_nowait() for _ in range(news.qsize())]
    return {one["conversation_id"] for one in heard if one["type"] == "marks"}


async def decide(world: World, browser: Browser, path: str, number: str = CASE, **body: Any) -> int:
    async with world.uow() as uow:
        case = await uow.cases.get(number)
    assert case is not None
    headers = {"X-CSRF-Token": browser.csrf, "Accept": "application/json"}
    given = {"seen": case.standing, **body}
    return (await browser.client.post(f"/desk/{path}", json=given, headers=headers)).status


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("priority", {"priority": "low"}),
        ("offer", {"remedy": "refund_partial", "percent": "10", "reason": "long wait"}),
        ("refund", {"amount": "5", "reason": "long wait"}),
        ("tasks", {"what": "check_payment", "department": "finance"}),
        ("liability", {"liable": "carrier", "reason": "the parcel was crushed"}),
    ],
)
async def test_inboxes_hear_of_decisions(
    world: World, logged_in: LogIn, news: News, what: str, body: dict[str, str]
) -> None:
    ana = await logged_in("ana")
    assert await decide(world, ana, f"cases/{CASE}/{what}", **body) == 200
    assert rows_told_of(news) == {"c-anna"}


async def test_inboxes_hear_of_work_on_tasks(world: World, logged_in: LogIn, news: News) -> None:
    async with world.uow() as uow:
        task = await tasks.open_task(uow, CASE, Department.QUALITY, "look_into_safety", f"{CASE}:quality", world.now)
        await uow.commit()
    ana = await logged_in("ana")
    assert await decide(world, ana, f"tasks/{task.id}/take", owner="") == 200
    assert rows_told_of(news) == {"c-anna"}
    assert await decide(world, ana, f"tasks/{task.id}/finish", result="It is safe.") == 200
    assert rows_told_of(news) == {"c-anna"}


async def test_inboxes_hear_of_both_conversations_whose_cases_were_merged(
    world: World, logged_in: LogIn, news: News
) -> None:
    async with world.uow() as uow:
        now = world.now
        duplicate = Case("C1000009", "c-li", "k1", ORDER, IssueType.OTHER, now, now, "zh", "web", "m9", lines={1: 1})
        uow.cases.add(duplicate)
        await uow.commit()
    root = await logged_in("root")
    status = await decide(world, root, f"cases/{CASE}/merge", other=duplicate.number, other_seen=duplicate.standing)
    assert status == 200
    assert rows_told_of(news) == {"c-anna", "c-li"}


async def test_what_was_refused_is_no_news(world: World, logged_in: LogIn, news: News) -> None:
    ana = await logged_in("ana")
    assert await decide(world, ana, f"cases/{CASE}/priority", priority="low", seen="99") == 409
    assert rows_told_of(news) == set()


async def test_inboxes_hear_of_clocks_that_follow_their_cases(world: World, news: News) -> None:
    async def follow() -> set[str]:
        await sla.follow(world.uow, ALWAYS_OPEN, world.now, marks(world.router.feed))
        return rows_told_of(news)

    # Whatever was not followed so far.
    await follow()
    assert await follow() == set()
    async with world.uow() as uow:
        case = await uow.cases.get(CASE)
        assert case is not None
        case.resolve(world.now)
        await uow.commit()
    assert await follow() == {"c-anna"}


async def test_inboxes_hear_that_a_customer_writes_another_language_now(
    world: World, logged_in: LogIn, news: News
) -> None:
    async def hears(conversation: Conversation, inbound: InboundMessage) -> Heard | None:
        return Heard("fr") if "bonjour" in inbound.text else None

    world.router.hears = hears
    ana = await logged_in("ana")
    await ana.act("c-anna", "take-over")
    rows_told_of(news)
    for text, heard in (("noch etwas", set()), ("bonjour à vous", {"c-anna"})):
        await world.router.answer_to(await world.router.receive("c-anna", "web", text), "c-anna")
        assert rows_told_of(news) == heard
