"""Actions run in the process as on Rasa's action server, and failures fail the turn."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from rasa.utils.endpoints import ClientResponseError

from bot.dialogue import failures
from bot.dialogue.executor import HttpActions, InProcessActions


def _call(action: str) -> dict[str, Any]:
    tracker = {
        "sender_id": "c-1", "slots": {}, "latest_message": {}, "events": [], "paused": False,
        "followup_action": None, "active_loop": {}, "latest_action_name": None,
    }  # fmt: skip
    return {"next_action": action, "sender_id": "c-1", "tracker": tracker, "domain": {}, "version": "3.6.2"}


@pytest.fixture(scope="module")
def actions() -> InProcessActions:
    return InProcessActions("tests.integration.dialogue.sample_actions")


async def test_an_action_returns_events_and_responses(actions: InProcessActions) -> None:
    with failures.collected() as failed:
        result = await actions.request(json=_call("action_works"))
    assert [(event["name"], event["value"]) for event in result["events"]] == [("done", True)]
    assert result["responses"][0]["response"] == "utter_done"
    assert result["responses"][0]["facts"] == {"of": "c-1"}
    assert failed == []


async def test_a_failing_action_is_reported_to_its_turn(actions: InProcessActions) -> None:
    with failures.collected() as failed, pytest.raises(ZeroDivisionError):
        await actions.request(json=_call("action_fails"))
    assert [type(error) for error in failed] == [ZeroDivisionError]


async def test_a_declining_action_is_no_failure(actions: InProcessActions) -> None:
    with failures.collected() as failed, pytest.raises(ClientResponseError) as declined:
        await actions.request(json=_call("action_declines"))
    assert declined.value.status == 400
    assert json.loads(declined.value.text) == {"action_name": "action_declines", "error": "not now"}
    assert failed == []


async def test_failures_of_one_turn_do_not_reach_another() -> None:
    with failures.collected() as outer:
        with failures.collected() as inner:
            failures.report(ValueError())
        assert len(inner) == 1
    assert outer == []
    failures.report(ValueError())


@pytest.mark.parametrize("status,is_failure", [(200, False), (400, False), (500, True), (404, True)])
async def test_an_http_action_server_is_held_to_the_same(status: int, is_failure: bool) -> None:
    async def answer(request: web.Request) -> web.Response:
        assert (await request.json())["next_action"] == "action_works"
        return web.json_response({"events": [], "responses": []}, status=status)

    app = web.Application()
    app.router.add_post("/webhook", answer)
    async with TestServer(app) as server:
        with failures.collected() as failed:
            try:
                await HttpActions(str(server.make_url("/webhook"))).request(json=_call("action_works"), method="post")
            except ClientResponseError:
                assert status != 200
    assert bool(failed) is is_failure


async def test_an_action_server_that_is_away_is_a_failure() -> None:
    with failures.collected() as failed, pytest.raises(OSError):
        await HttpActions("http://127.0.0.1:9/webhook").request(json=_call("action_works"), method="post")
    assert len(failed) == 1
