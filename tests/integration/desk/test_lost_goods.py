"""What only people can end: a difference that was paid, a lost return, replacement or second parcel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest

from bot.aftersales.exchange import ExchangeState
from bot.aftersales.money import Money
from bot.aftersales.reship import Reshipment, ReshipState
from bot.aftersales.return_ import ReturnState
from bot.services import exchanges, lifecycle, reshipments, returns
from tests.integration.desk.conftest import Browser
from tests.integration.desk.test_case_decisions import CASE, CONVERSATION, ORDER, do, standing
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]
RMA, AGAIN = "R1000001", "S1000001"
DIFFERENCE, GIVEN_UP = f"exchanges/{RMA}/paid", f"exchanges/{RMA}/give-up"
NEVER_CAME, CALLED_OFF = f"returns/{RMA}/give-up", f"reshipments/{AGAIN}/call-off"


async def a_difference(world: World) -> None:
    async with world.uow() as uow:
        exchange = await exchanges.get(uow, RMA)
        exchange.price_difference = Money(Decimal(5), "EUR")
        await uow.commit()


async def a_return_under_way(world: World) -> None:
    async with world.uow() as uow:
        lifecycle.begin(await lifecycle.case_of(uow, CASE))
        await returns.register_tracking(uow, RMA, "", "KP9", world.now)
        await uow.commit()


async def a_second_parcel(world: World, *, is_lost: bool) -> None:
    async with world.uow() as uow:
        lifecycle.begin(await lifecycle.case_of(uow, CASE))
        reshipment = Reshipment(AGAIN, CASE, ORDER, world.now, {2: 1}, ReshipState.RESERVED)
        uow.reshipments.add(reshipment)
        await uow.commit()
        await reshipments.ship(uow, AGAIN, "Kranich Paket", "KP7", world.now)
        if is_lost:
            await reshipments.lost(uow, reshipment, world.now)
        await uow.commit()


async def refunded(world: World) -> list[str]:
    async with world.uow() as uow:
        return [str(refund.amount) for refund in await uow.refunds.of_order(ORDER)]


async def test_an_agent_notes_once_that_the_difference_is_paid(world: World, logged_in: LogIn) -> None:
    await a_difference(world)
    ana, seen = await logged_in("ana"), await standing(world)
    page = await ana.text(f"/desk/conversations/{CONVERSATION}")
    assert DIFFERENCE in page and GIVEN_UP not in page
    assert (await do(ana, DIFFERENCE)).status == 400
    assert (await do(ana, DIFFERENCE, seen=seen)).status == 200
    assert (await do(ana, DIFFERENCE, seen=seen)).status == 409
    async with world.uow() as uow:
        assert not (await exchanges.get(uow, RMA)).is_unpaid
    assert DIFFERENCE not in await ana.text(f"/desk/conversations/{CONVERSATION}")


async def test_a_supervisor_pays_instead_of_the_replacement(world: World, logged_in: LogIn) -> None:
    ana, root = await logged_in("ana"), await logged_in("root")
    assert (await do(ana, GIVEN_UP, seen=await standing(world))).status == 403
    assert GIVEN_UP in await root.text(f"/desk/conversations/{CONVERSATION}")
    assert (await do(root, GIVEN_UP, seen=await standing(world))).status == 200
    assert (await do(root, GIVEN_UP, seen=await standing(world))).status == 409
    async with world.uow() as uow:
        assert (await exchanges.get(uow, RMA)).state is ExchangeState.CANCELED


async def test_an_agent_ends_a_return_that_never_came(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    assert NEVER_CAME not in await ana.text(f"/desk/conversations/{CONVERSATION}")
    assert (await do(ana, NEVER_CAME, seen=await standing(world))).status == 409
    await a_return_under_way(world)
    assert NEVER_CAME in await ana.text(f"/desk/conversations/{CONVERSATION}")
    assert (await do(ana, NEVER_CAME, seen=await standing(world))).status == 200
    async with world.uow() as uow:
        assert (await returns.get(uow, RMA)).state is ReturnState.EXPIRED


@pytest.mark.parametrize("is_lost", [True, False])
async def test_a_supervisor_pays_for_a_second_parcel_that_was_lost_too(
    world: World, logged_in: LogIn, is_lost: bool
) -> None:
    await a_second_parcel(world, is_lost=is_lost)
    ana, root = await logged_in("ana"), await logged_in("root")
    assert (CALLED_OFF in await root.text(f"/desk/conversations/{CONVERSATION}")) is is_lost
    body = {"reason": "lost twice", "seen": await standing(world)}
    assert (await do(ana, CALLED_OFF, **body)).status == 403
    assert (await do(root, CALLED_OFF, **{**body, "reason": " "})).status == 400
    assert (await do(root, CALLED_OFF, **body)).status == (200 if is_lost else 409)
    async with world.uow() as uow:
        state = (await reshipments.get(uow, AGAIN)).state
    assert state is (ReshipState.CANCELED if is_lost else ReshipState.SHIPPED)
    assert await refunded(world) == (["39.00 EUR"] if is_lost else [])


async def test_what_nobody_knows_is_not_found(world: World, logged_in: LogIn) -> None:
    root = await logged_in("root")
    for path in ("exchanges/R9/paid", "exchanges/R9/give-up", "returns/R9/give-up", "reshipments/S9/call-off"):
        assert (await do(root, path, seen=0, reason="x")).status == 404
