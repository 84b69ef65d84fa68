"""Money that the payment provider refuses: a supervisor records that it was paid otherwise, or calls it off."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest

from bot.aftersales.money import Money
from bot.aftersales.refund import MOST_ROUNDS, Refund, RefundState
from bot.services import ledger, lifecycle, refunds
from tests.integration.desk.conftest import Browser
from tests.integration.desk.test_case_decisions import CASE, CONVERSATION, do, standing
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]


async def refused(world: World, *, times: int = MOST_ROUNDS) -> str:
    """Let the provider refuse a refund so often, and return its number."""
    async with world.uow() as uow:
        case = await lifecycle.case_of(uow, CASE)
        lifecycle.begin(case)
        refund = await refunds.agree(uow, case, Money(Decimal(5), "EUR"), "goodwill", world.now, key="a refund")
        for _ in range(times):
            refund.begin(world.now)
            refund.refuse(refund.parts[0], "expired_card", world.now)
        await uow.commit()
    return refund.number


async def of(world: World, number: str) -> Refund:
    async with world.uow() as uow:
        assert (await ledger.check(uow)).problems == []
        return await refunds.get(uow, number)


@pytest.mark.parametrize(("times", "state"), [(1, RefundState.FAILED), (MOST_ROUNDS, RefundState.REFUSED)])
async def test_a_supervisor_records_once_that_it_was_paid_otherwise(
    world: World, logged_in: LogIn, times: int, state: RefundState
) -> None:
    number, root = await refused(world, times=times), await logged_in("root")
    assert (await of(world, number)).state is state
    path = f"refunds/{number}/paid"
    body = {"reference": "SEPA 77", "method": "bank_transfer", "seen": await standing(world)}
    assert (await do(root, path, **{**body, "reference": " "})).status == 400
    assert (await do(root, path, **{**body, "method": "barter"})).status == 400
    assert (await do(root, path, **{**body, "seen": ""})).status == 400
    assert (await do(root, path, **body)).status == 200
    refund = await of(world, number)
    assert (refund.state, refund.parts[0].reference) == (RefundState.SENT, "SEPA 77")
    # What the page showed is no longer so, and then nothing waits for it.
    assert (await do(root, path, **body)).status == 409
    assert (await do(root, path, **{**body, "seen": await standing(world)})).status == 409
    async with world.uow() as uow:
        told = [found.response for found in await uow.notifications.of_case(CASE)]
    assert told.count("utter_notify_refund_sent") == 1


async def test_a_supervisor_calls_it_off_for_a_reason(world: World, logged_in: LogIn) -> None:
    number, root = await refused(world), await logged_in("root")
    path, seen = f"refunds/{number}/call-off", await standing(world)
    assert (await do(root, path, reason="", seen=seen)).status == 400
    assert (await do(root, path, reason="wants a voucher", seen=seen)).status == 200
    assert (await of(world, number)).state is RefundState.CANCELED
    assert (await do(root, path, reason="again", seen=await standing(world))).status == 409


async def test_only_supervisors_are_shown_what_to_do_and_may_do_it(world: World, logged_in: LogIn) -> None:
    number = await refused(world)
    for name, is_shown in (("ana", False), ("root", True)):
        browser = await logged_in(name)
        page = await browser.text(f"/desk/conversations/{CONVERSATION}")
        for what in ("paid", "call-off"):
            assert (f'data-open="{what}-{number}"' in page) is is_shown
            assert (f'id="dialog-{what}-{number}"' in page) is is_shown
    ana = await logged_in("ana")
    for what in ("paid", "call-off"):
        assert (await do(ana, f"refunds/{number}/{what}", seen=await standing(world))).status == 403


async def test_a_refund_that_nobody_knows_is_not_found(world: World, logged_in: LogIn) -> None:
    root = await logged_in("root")
    body = {"reference": "S1", "method": "bank_transfer", "reason": "x", "seen": 0}
    for what in ("paid", "call-off"):
        assert (await do(root, f"refunds/F9/{what}", **body)).status == 404
