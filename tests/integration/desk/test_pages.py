"""What the desk's pages show, and to whom."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from tests.integration.desk.conftest import Browser
from tests.integration.desk.seed import EVIL
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]


def rows(html: str) -> list[str]:
    return re.findall(r'data-id="([^"]+)"', html)


async def test_the_queue_shows_waiting_ones_first_and_the_most_pressing_on_top(
    logged_in: LogIn,
) -> None:
    ana = await logged_in("ana")
    assert rows(await ana.text("/desk")) == ["c-anna", "c-li", "c-evil", "c-held"]
    assert rows(await ana.text("/desk?view=unassigned")) == ["c-anna", "c-li", "c-evil"]
    assert rows(await ana.text("/desk?view=mine")) == []
    assert rows(await ana.text("/desk/queue?view=bot")) == ["c-bot", "web/42?x#y"]


async def test_a_row_tells_reason_language_and_priority(logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    html = await ana.text("/desk?view=unassigned")
    first = html[html.index('data-id="c-anna"') : html.index('data-id="c-li"')]
    for piece in (
        "Anna Schmidt",
        "12 min",
        "Urgent",
        "DE",
        "Safety hazard",
        "Beeilen Sie sich",
    ):
        assert piece in first


async def test_a_conversation_shows_case_return_exchange_and_order(
    logged_in: LogIn,
) -> None:
    ana = await logged_in("ana")
    html = await ana.text("/desk/conversations/c-anna")
    for piece in (
        "anna.schmidt@example.org", "C1000001", "Der Wasserkocher raucht", "Escalated", "Supplier",
        "1 × Glass kettle 1.7 l", "R1000001", "Approved", "€39.00", "Replacement reserved", "Order 10482733",
        "Trail runner GTX", "41 / black", "€133.80", "00340434161094042557", "Leipzig hub",
        "C1000000", "Legal guarantee",
    ):  # fmt: skip
        assert piece in html, piece


async def test_order_data_is_shown_only_where_it_was_proved(logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    html = await ana.text("/desk/conversations/c-li")
    assert "Not identified" in html
    assert "Order 10482733" not in html


async def test_what_customers_write_is_text_wherever_it_appears(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    for path in ("/desk", "/desk/conversations/c-evil"):
        html = await ana.text(path)
        assert "<img" not in html.replace('<img src="/desk/static/icon.svg"', "")
        assert "<script>window" not in html
        assert html.count("&lt;img src=x onerror=") >= 2
    updates = await (await ana.get("/desk/conversations/c-evil/updates")).json()
    for part in ("messages", "header", "context"):
        assert EVIL not in updates[part]
        assert "<script>" not in updates[part]


async def test_updates_hold_only_what_is_new(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    first = await (await ana.get("/desk/conversations/c-held/updates")).json()
    assert first["messages"].count("data-message") == 2
    await ana.act("c-held", "note", text="just now")
    second = await (await ana.get(f"/desk/conversations/c-held/updates?after={first['last_id']}")).json()
    assert second["messages"].count("data-message") == 1
    assert "just now" in second["messages"]
    assert second["last_id"] > first["last_id"]
    assert (await ana.get("/desk/conversations/c-held/updates?after=x")).status == 400


async def test_any_sender_id_can_be_opened(logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    html = await ana.text("/desk?view=bot")
    address = re.search(r'href="(/desk/conversations/web[^"]+)"', html)
    assert address
    # As a browser would: the address is used as it stands.
    page = await ana.client.session.get(
        str(ana.client.make_url("/")).rstrip("/") + address[1].replace("&amp;", "&"),
        allow_redirects=False,
    )
    assert page.status == 200
    assert "odd id" in await page.text()


async def test_an_unknown_conversation_is_a_clear_page(logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    answer = await ana.get("/desk/conversations/nobody")
    assert answer.status == 404
    assert "Back to the queue" in await answer.text()


async def test_no_page_needs_inline_script_or_style(logged_in: LogIn) -> None:
    root = await logged_in("root")
    for path in (
        "/desk",
        "/desk/conversations/c-anna",
        "/desk/people",
        "/desk/password",
    ):
        html = await root.text(path)
        assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son[a-z]+=\"", html), path
