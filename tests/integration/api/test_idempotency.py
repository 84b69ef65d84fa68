"""Writes under an idempotency key are done once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import select

from bot.api.idempotency import HEADER, REPLAYED
from bot.services import api_tokens
from bot.services.api_ports import KeptAnswer
from bot.store.tables import api
from tests.integration.api.parts import CUSTOMER, ORDER, PRODUCT, Shop, a_token

KEY = {HEADER: "k-1"}


async def test_the_same_again_is_answered_as_the_first_time(shop: Shop) -> None:
    first = await shop.send("PUT", "/customers/C-7", CUSTOMER, **KEY)
    again = await shop.send("PUT", "/customers/C-7", CUSTOMER, **KEY)
    assert (first.status, again.status) == (201, 201)
    assert await first.read() == await again.read()
    assert (first.headers.get(REPLAYED), again.headers.get(REPLAYED)) == (None, "true")


async def test_a_key_of_another_request_is_refused(shop: Shop) -> None:
    await shop.put("/customers/C-7", CUSTOMER, **KEY)
    for path, body in (("/customers/C-7", {**CUSTOMER, "name": "Other"}), ("/customers/C-8", CUSTOMER)):
        status, answer = await shop.put(path, body, **KEY)
        assert (status, answer["code"]) == (422, "key_reused")
    shop.token = await a_token(shop.uow, name="another")
    assert (await shop.put("/customers/C-8", CUSTOMER, **KEY))[0] == 201


async def test_while_the_first_one_is_under_way_the_second_waits(shop: Shop) -> None:
    async with shop.uow() as uow:
        kept = KeptAnswer(1, "k-1", "", shop.time.now)
        await uow.idempotency_keys.reserve(kept, shop.time.now)
        await uow.commit()
    status, answer = await shop.put("/customers/C-7", CUSTOMER, **KEY)
    assert (status, answer["code"]) == (422, "key_reused")
    shop.time.now += timedelta(minutes=2)
    # Whoever had it has died.
    assert (await shop.put("/customers/C-7", CUSTOMER, **KEY))[0] == 201


async def test_of_many_at_once_one_is_done(shop: Shop) -> None:
    answers = await asyncio.gather(*(shop.send("PUT", "/customers/C-7", CUSTOMER, **KEY) for _ in range(5)))
    assert {answer.status for answer in answers} <= {201, 409}
    async with shop.uow() as uow:
        assert len(await uow.audit.of_subject("customer:C-7")) == 1


async def test_a_refusal_leaves_the_key_free(shop: Shop) -> None:
    assert (await shop.put("/orders/77310042", ORDER, **KEY))[0] == 422
    await shop.put("/customers/C-7", CUSTOMER)
    await shop.put("/products/P-100", PRODUCT)
    assert (await shop.put("/orders/77310042", ORDER, **KEY))[0] == 201


async def test_events_take_a_key_too(shop: Shop) -> None:
    event = {"id": "e-1", "type": "stock.changed", "at": "2026-03-20T12:00:00Z", "data": {"sku": "a", "free": 1}}
    answers = [await shop.send("POST", "/events", event, **KEY) for _ in range(2)]
    assert [answer.headers.get(REPLAYED) for answer in answers] == [None, "true"]
    assert (await shop.send("POST", "/events", {**event, "id": "e-2"}, **KEY)).status == 422


async def test_after_a_day_a_key_is_forgotten(shop: Shop) -> None:
    await shop.put("/customers/C-7", CUSTOMER, **KEY)
    for hours, expected in ((23, 0), (25, 1)):
        async with shop.uow() as uow:
            assert await api_tokens.forget_answers(uow, shop.time.now + timedelta(hours=hours)) == expected
            await uow.commit()


async def test_nothing_of_people_is_kept_with_an_answer(shop: Shop) -> None:
    await shop.stock_up()
    await shop.put("/customers/C-7", {**CUSTOMER, "name": "Mira Berg"}, **KEY)
    await shop.put("/orders/77310042", {**ORDER, "state": "delivered", "shipments": []}, **{HEADER: "k-2"})
    async with shop.uow() as uow:
        rows = (await (await uow._transaction.orm()).execute(select(api.idempotency_keys))).all()
    kept = repr(rows)
    assert len(rows) == 1
    for word in ("Mira", "Berg", "example.org", "4930231", "Hafenweg"):
        assert word not in kept
