"""A source is asked once, not too often, not while it is down, and nobody waits for it for long."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.services.order_sources import Answer, Inquiries, Limits, wanting
from bot.services.order_sources_ports import OrderSourceError
from tests.unit.orders.sources import CONVERSATION, NUMBER, PATIENT, Shop, told, with_product


async def ask(shop: Shop, number: str = NUMBER, conversation: str = CONVERSATION) -> Answer:
    return await shop.inquiries.unproved(number, conversation)


async def test_an_answer_is_remembered_for_a_minute() -> None:
    shop = Shop(told())
    assert (await ask(shop)).sourced == (await ask(shop)).sourced == told()
    shop.wait(seconds=61)
    await ask(shop)
    assert shop.source.asked == [NUMBER, NUMBER]


async def test_that_there_is_no_such_order_is_remembered_as_well() -> None:
    shop = Shop()
    assert await ask(shop, "99") == await ask(shop, "99") == Answer()
    assert shop.source.asked == ["99"]


async def test_who_asks_at_the_same_time_shares_one_request() -> None:
    shop = Shop(told())
    shop.source.hold = asyncio.Event()
    asking = [asyncio.create_task(ask(shop)) for _ in range(5)]
    await asyncio.sleep(0)
    shop.source.hold.set()
    assert {(await one).failure for one in asking} == {""}
    assert shop.source.asked == [NUMBER]


async def test_a_late_answer_serves_the_next_message() -> None:
    shop = Shop(told(), limits=Limits(deadline_seconds=0.05))
    shop.source.hold = asyncio.Event()
    assert (await ask(shop)).failure == "late"
    shop.source.hold.set()
    shop.inquiries.limits = PATIENT
    assert (await ask(shop)).sourced == told()
    assert shop.source.asked == [NUMBER]


async def test_a_source_that_fails_again_and_again_is_left_alone_and_tried_again() -> None:
    shop = Shop(told(), limits=replace(PATIENT, failures=3, pause_seconds=30, requests_per_conversation=50))
    shop.source.error = OrderSourceError("unreachable")
    failures = [(await ask(shop, str(number))).failure for number in range(5)]
    assert failures == ["unreachable"] * 3 + ["paused"] * 2
    shop.wait(seconds=31)
    shop.source.error = None
    assert (await ask(shop)).sourced == told()


async def test_a_source_that_asks_for_a_pause_gets_it() -> None:
    shop = Shop(told())
    shop.source.error = OrderSourceError("rate_limited", retry_after=20)
    assert (await ask(shop, "1")).failure == "rate_limited"
    shop.source.error = None
    assert (await ask(shop, "2")).failure == "paused"
    shop.wait(seconds=21)
    assert (await ask(shop, "2")).failure == ""


async def test_one_unusable_order_does_not_stop_the_others() -> None:
    shop = Shop(told(total="1.00"), limits=replace(PATIENT, failures=1))
    assert (await ask(shop)).failure == "malformed"
    assert (await ask(shop, "99")) == Answer()


async def test_garbage_is_a_failure_and_no_crash() -> None:
    shop = Shop()
    shop.source.error = KeyError("lines")
    assert (await ask(shop)).failure == "failed"


async def test_a_number_that_failed_is_tried_again_after_seconds() -> None:
    shop = Shop(told())
    shop.source.error = OrderSourceError("timeout")
    assert (await ask(shop)).failure == (await ask(shop)).failure == "timeout"
    shop.source.error = None
    shop.wait(seconds=11)
    assert (await ask(shop)).sourced == told()
    assert shop.source.asked == [NUMBER] * 2


async def test_a_conversation_that_counts_numbers_up_soon_asks_nobody() -> None:
    shop = Shop(limits=replace(PATIENT, requests_per_conversation=3))
    failures = [(await ask(shop, str(number))).failure for number in range(5)]
    assert failures == ["", "", "", "rate_limited", "rate_limited"]
    assert (await ask(shop, "9", "another")).failure == ""
    shop.wait(seconds=61)
    assert (await ask(shop, "4")).failure == ""


async def test_many_conversations_together_cannot_flood_the_shop_nor_keep_out_who_proved_an_order() -> None:
    shop = Shop(told(), limits=replace(PATIENT, requests_per_minute=10))
    failures = [(await ask(shop, str(number), f"c{number}")).failure for number in range(15)]
    assert failures.count("rate_limited") == 5
    assert (await shop.inquiries.proved(NUMBER)).sourced == told()


async def test_closing_gives_up_what_is_under_way() -> None:
    shop = Shop(told())
    shop.source.hold = asyncio.Event()
    asking = asyncio.create_task(ask(shop))
    await asyncio.sleep(0)
    await shop.inquiries.close()
    assert (await asking).failure == "cancelled"
    assert shop.source.is_closed


@pytest.mark.parametrize("what", ["postcode", "phone number", "time limits", "boot has no description"])
def test_a_developer_is_told_what_an_order_lacks(what: str) -> None:
    address = {**told().order["address"], "postcode": ""}
    assert any(what in line for line in wanting(told(address=address)))


async def test_a_page_that_is_no_text_is_told_at_its_path() -> None:
    sourced = with_product(told(), description={"html": "<p>Leather.</p>"})
    assert (await ask(Shop(sourced))).failure == "malformed"
    assert wanting(sourced) == ["$.products[0].description must be of type string"]


def test_a_developer_is_told_what_is_wrong_with_an_order() -> None:
    (line,) = wanting(told(total="1.00"))
    assert line.startswith("$.orders[0].total must be 124.90")


def test_an_inquiry_uses_the_clock_of_the_process_by_default() -> None:
    assert Inquiries(Shop().source, Limits()).limits.deadline_seconds == 2
