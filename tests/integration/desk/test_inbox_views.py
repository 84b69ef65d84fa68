"""The inbox over HTTP: its pages, its updates, and what is done to several conversations at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.aftersales.audit import AuditEvent
from bot.services import inbox
from bot.services.account import Role
from tests.integration.desk.conftest import Browser
from tests.integration.desk.seed import EVIL
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]


async def do(browser: Browser, what: str, *items: tuple[str, str], **body: Any) -> tuple[int, dict[str, Any]]:
    given = [{"id": id, "from": holder} for id, holder in items]
    headers = {"X-CSRF-Token": browser.csrf, "Accept": "application/json"}
    answer = await browser.client.post(f"/desk/queue/{what}", json={"items": given, **body}, headers=headers)
    return answer.status, await answer.json()


async def recorded(world: World, conversation_id: str) -> list[AuditEvent]:
    async with world.uow() as uow:
        return await uow.audit.of_subject(f"conversation:{conversation_id}")


async def make_supervisor(world: World, name: str) -> None:
    async with world.uow() as uow:
        account = await uow.accounts.get(name)
        assert account is not None
        account.role = Role.SUPERVISOR
        await uow.commit()


async def test_the_address_keeps_view_order_filters_and_search(logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    html = await ana.text("/desk?view=all&sort=waiting&language=zh")
    assert 'data-id="c-li"' in html
    assert 'data-id="c-anna"' not in html
    assert "/desk/conversations/c-li?view=all&amp;sort=waiting&amp;language=zh" in html
    assert '<option value="waiting" selected>' in html
    found = await ana.text("/desk?q=verbrannt")
    assert 'data-id="c-anna"' in found
    assert 'data-id="c-li"' not in found


@pytest.mark.parametrize(("language", "said"), [("en", "Agent: Message retracted"), ("de", "Nachricht zurückgezogen")])
async def test_a_row_says_so_when_the_newest_message_was_retracted(
    world: World, logged_in: LogIn, language: str, said: str
) -> None:
    ana, words = await logged_in("ana"), world.router.words
    await ana.submit("/desk/preferences", language=language, theme="system")
    message = await words.say("c-held", "ben", "Your PIN is 1234")
    assert message.id is not None
    await words.retract(message.id, "ben")
    answer = await (await ana.get("/desk/queue/changes?view=all&id=c-held")).json()
    assert said in answer["rows"][0]["html"]
    assert "PIN" not in answer["rows"][0]["html"]


async def test_an_update_holds_only_the_rows_asked_for(logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    answer = await (await ana.get("/desk/queue/changes?view=unassigned&id=c-li&id=c-held")).json()
    assert [(row["id"], row["html"] is not None) for row in answer["rows"]] == [("c-li", True), ("c-held", False)]
    assert 'data-id="c-li"' in answer["rows"][0]["html"]
    assert answer["counts"]["unassigned"] == 3


async def test_what_customers_write_is_text_in_rows_and_results(logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    for path in (
        "/desk/queue?view=all",
        "/desk/queue?q=hacked",
        "/desk/queue?q=%3Cscript%3E",
        "/desk/queue?view=all&tag=<b>",
    ):
        html = await ana.text(path)
        assert EVIL not in html
        assert "<script>" not in html
        assert "<b>" not in html
    changes = await (await ana.get("/desk/queue/changes?id=c-evil")).json()
    assert "<img" not in changes["rows"][0]["html"]


async def test_one_takes_several_conversations(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    status, answer = await do(ana, "assign", ("c-li", "queued"), ("c-anna", "queued"), to="ana")
    assert (status, answer) == (200, {"done": ["c-li", "c-anna"], "refused": []})
    for id in ("c-li", "c-anna"):
        handoff = await world.handoff(id)
        assert handoff and handoff.agent_id == "ana"
    assert (await recorded(world, "c-li"))[-1].actor == "agent:ana"


async def test_only_supervisors_give_conversations_to_others(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    assert (await do(ana, "assign", ("c-li", "queued"), to="ben"))[0] == 403
    await make_supervisor(world, "ana")
    assert (await do(ana, "assign", ("c-li", "queued"), to="ben"))[0] == 200
    handoff = await world.handoff("c-li")
    assert handoff and handoff.agent_id == "ben"
    event = (await recorded(world, "c-li"))[-1]
    assert (event.actor, event.data["to"]) == ("agent:ana", "ben")
    assert (await do(ana, "assign", ("c-li", "queued"), to="nobody"))[0] == 400


async def test_what_somebody_took_meanwhile_is_left_out_and_said(world: World, logged_in: LogIn) -> None:
    ana, ben = await logged_in("ana"), await logged_in("ben")
    assert (await do(ben, "assign", ("c-li", "queued"), to="ben"))[0] == 200
    status, answer = await do(ana, "assign", ("c-li", "queued"), ("c-anna", "queued"), to="ana")
    assert status == 200
    assert answer["done"] == ["c-anna"]
    assert answer["refused"] == [{"id": "c-li", "message": "Ben Okafor has this conversation."}]
    status, answer = await do(ana, "assign", ("c-li", "queued"), to="ana")
    assert status == 409
    assert answer["error"]["message"] == "Ben Okafor has this conversation."


async def test_several_are_closed_but_not_those_of_colleagues(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    items = (("c-li", "queued"), ("c-held", "agent:ben"), ("c-bot", "bot"))
    status, answer = await do(ana, "close", *items)
    assert (status, answer["done"]) == (200, ["c-li"])
    assert [refused["id"] for refused in answer["refused"]] == ["c-held", "c-bot"]
    handoff = await world.handoff("c-li")
    assert handoff and handoff.state.value == "resolved"
    assert (await world.transcript("c-li"))[-1] == ("system", "This is settled now.")
    await make_supervisor(world, "ana")
    assert (await do(ana, "close", ("c-held", "agent:ben")))[1]["done"] == ["c-held"]


async def test_tags_are_put_on_and_taken_off(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    assert (await do(ana, "tag", ("c-li", "queued"), ("c-bot", "bot"), tag="vip"))[1]["done"] == ["c-li", "c-bot"]
    assert "VIP" in await ana.text("/desk/conversations/c-li")
    assert (await do(ana, "tag", ("c-li", "queued"), tag="vip", on=False))[0] == 200
    assert [event.action for event in await recorded(world, "c-li")] == ["conversation.tagged", "conversation.untagged"]
    status, answer = await do(ana, "tag", ("c-li", "queued"), tag="made-up")
    assert (status, answer["error"]["message"]) == (409, "There is no such tag any more.")


async def test_a_conversation_is_snoozed_and_woken(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    until = (world.now + timedelta(hours=2)).isoformat().replace("+00:00", "Z")
    assert (await do(ana, "snooze", ("c-li", "queued"), until=until))[0] == 200
    assert 'data-id="c-li"' not in await ana.text("/desk/queue?view=unassigned")
    assert "Snoozed until" in await ana.text("/desk/conversations/c-li?view=snoozed")
    world.now += timedelta(hours=3)
    assert await inbox.wake_due(world.uow, world.now) == 1
    assert 'data-id="c-li"' in await ana.text("/desk/queue?view=unassigned")
    assert (await do(ana, "snooze", ("c-li", "queued"), until=until))[0] == 409


@pytest.mark.parametrize(
    "body",
    [
        {"items": []},
        {"items": "c-li"},
        {"items": [{"id": 7}]},
        {"items": [{"id": "x" * 300}]},
        {"items": [{"id": str(n)} for n in range(101)]},
        {"items": [{"id": "c-li"}], "until": "tomorrow"},
        {"items": [{"id": "c-li"}], "until": "2026-11-22T10:00:00"},
    ],
)
async def test_nonsense_is_refused(logged_in: LogIn, body: dict[str, Any]) -> None:
    ana = await logged_in("ana")
    headers = {"X-CSRF-Token": ana.csrf, "Accept": "application/json"}
    answer = await ana.client.post("/desk/queue/snooze", json=body, headers=headers)
    assert answer.status == 400


async def test_another_site_cannot_close_conversations(logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    body = {"items": [{"id": "c-li", "from": "queued"}]}
    answer = await ana.client.post("/desk/queue/close", json=body, headers={"Accept": "application/json"})
    assert answer.status == 403


async def test_who_waits_is_closed_without_being_told_that_somebody_joined(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    before = await world.transcript("c-li")
    assert (await do(ana, "close", ("c-li", "queued")))[1]["done"] == ["c-li"]
    assert (await world.transcript("c-li"))[len(before) :] == [("system", "This is settled now.")]
    handoff = await world.handoff("c-li")
    assert handoff and (handoff.state.value, handoff.agent_id) == ("resolved", "ana")
    actions = [event.action for event in await recorded(world, "c-li")]
    assert actions == ["conversation.taken_over", "conversation.resolved"]
