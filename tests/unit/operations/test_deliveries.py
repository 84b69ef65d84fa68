"""What becomes of letters to platforms shows in the figures."""

from __future__ import annotations

from prometheus_client import REGISTRY

from bot.errors import DeliveryError
from tests.unit.conversations.test_courier import Post


def delivered(result: str) -> float:
    return REGISTRY.get_sample_value("parley_deliveries_total", {"channel": "pigeon", "result": result}) or 0.0


def errors(reason: str) -> float:
    return REGISTRY.get_sample_value("parley_channel_errors_total", {"channel": "pigeon", "reason": reason}) or 0.0


async def test_letters_are_counted_as_sent_postponed_or_given_up() -> None:
    post = Post()
    results = ("sent", "postponed", "given_up")
    before = {result: delivered(result) for result in results}
    refused = errors("status_5xx"), errors("other")
    await post.say("one", "two", "three")
    post.platform.failures = [DeliveryError("status_503")]
    await post.courier.deliver()
    post.later(minutes=5)
    post.platform.failures = [DeliveryError("blocked_by_4930123456", is_permanent=True)]
    await post.courier.deliver()
    assert {result: delivered(result) - before[result] for result in results} == {
        "sent": 2,
        "postponed": 1,
        "given_up": 1,
    }
    assert (errors("status_5xx"), errors("other")) == (refused[0] + 1, refused[1] + 1)
