"""What agents decide about cases: carried out once, told to the customer, refused where nothing waits for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import ClientResponse

from bot.aftersales.case import Case, CaseState
from bot.aftersales.labels import Liability, Remedy
from bot.aftersales.money import Money
from bot.aftersales.offer import Offer, Proposer
from bot.aftersales.return_ import Finding, Return, ReturnState
from bot.services import inspections, returns
from tests.integration.desk.conftest import Browser
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]
CASE, RMA, OTHER = "C1000001", "R1000001", "C1000002"


async def decide(world: World, browser: Browser, decision: str, number: str = CASE, **body: Any) -> ClientResponse:
    async with world.uow() as uow:
        case = await uow.cases.get(number)
    body = {"seen": case.standing if case is not None else 0, **body}
    headers = {"X-CSRF-Token": browser.csrf, "Accept": "application/json"}
    return await browser.client.post(f"/desk/cases/{number}/{decision}", json=body, headers=headers)


async def case_of(world: World, number: str = CASE) -> Case:
    async with world.uow() as uow:
        case = await uow.cases.get(number)
    assert case is not None
    return case


async def return_of(world: World) -> Return:
    async with world.uow() as uow:
        return await returns.get(uow, RMA)


async def send_to_review(world: World) -> None:
    async with world.uow() as uow:
        found = await returns.get(uow, RMA)
        found.state = ReturnState.MANUAL_REVIEW
        await uow.commit()


async def dispute(world: World) -> None:
    async with world.uow() as uow:
        await returns.receive(uow, RMA, {2: (1, 0)}, world.now)
        await inspections.inspect(uow, RMA, {2: {Finding.DAMAGED_BY_CUSTOMER: 1}}, world.now)
        await uow.commit()


async def told(world: World, number: str = CASE) -> list[str]:
    async with world.uow() as uow:
        return [notification.response for notification in await uow.notifications.of_case(number)]


async def test_an_approved_return_may_travel_and_the_customer_is_told(world: World, logged_in: LogIn) -> None:
    await send_to_review(world)
    ana = await logged_in("ana")
    assert (await decide(world, ana, "approve")).status == 200
    assert (await return_of(world)).state is ReturnState.APPROVED
    assert await told(world) == ["utter_notify_return_approved"]
    again = await decide(world, ana, "approve")
    assert again.status == 409
    assert await told(world) == ["utter_notify_return_approved"]


async def test_a_declined_return_ends_with_its_reason(world: World, logged_in: LogIn) -> None:
    await send_to_review(world)
    ana = await logged_in("ana")
    assert (await decide(world, ana, "decline", reason="no_evidence")).status == 200
    found = await return_of(world)
    assert (found.state, str(found.decline_reason)) == (ReturnState.DECLINED, "no_evidence")
    assert await told(world) == ["utter_notify_return_declined"]


async def test_a_declined_complaint_is_resolved(world: World, logged_in: LogIn) -> None:
    async with world.uow() as uow:
        case = await uow.cases.get(OTHER)
        assert case is not None
        case.offer(Offer(Remedy.COUPON, Proposer.BOT, world.now))
        await uow.commit()
    ana = await logged_in("ana")
    assert (await decide(world, ana, "decline", OTHER, reason="not_covered")).status == 200
    assert (await case_of(world, OTHER)).state is CaseState.RESOLVED
    assert await told(world, OTHER) == ["utter_notify_case_declined"]


async def test_a_disputed_return_is_settled_for_an_amount(world: World, logged_in: LogIn) -> None:
    await dispute(world)
    ana = await logged_in("ana")
    assert (await decide(world, ana, "settle", amount="39.01", reason="scratched")).status == 400
    assert (await decide(world, ana, "settle", amount="12.50", reason="scratched")).status == 200
    assert (await return_of(world)).state is ReturnState.COMPLETED
    async with world.uow() as uow:
        (refund,) = await uow.refunds.of_order("10482733")
    assert refund.amount == Money(Decimal("12.50"), "EUR")


async def test_a_disputed_return_can_be_declined(world: World, logged_in: LogIn) -> None:
    await dispute(world)
    ana = await logged_in("ana")
    assert (await decide(world, ana, "decline", reason="damaged_by_customer")).status == 200
    assert (await return_of(world)).state is ReturnState.DECLINED


async def test_what_is_not_disputed_cannot_be_settled(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    assert (await decide(world, ana, "settle", amount="1", reason="goodwill")).status == 409


async def test_an_agent_overrules_who_is_liable(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    for _ in range(2):
        assert (await decide(world, ana, "liability", liable="carrier", reason="  crushed box  ")).status == 200
    assert (await case_of(world)).liability is Liability.CARRIER
    async with world.uow() as uow:
        (found,) = await uow.liability.of_case(CASE)
    assert (found.actor, found.liable, found.reason) == ("agent:ana", Liability.CARRIER, "crushed box")


@pytest.mark.parametrize(
    ("decision", "body"),
    [
        ("decline", {}),
        ("decline", {"reason": "because"}),
        ("liability", {"liable": "nobody", "reason": "x"}),
        ("liability", {"liable": "carrier", "reason": " "}),
        ("settle", {"amount": "-1", "reason": "x"}),
        ("settle", {"amount": "NaN", "reason": "x"}),
        ("settle", {"amount": "1"}),
    ],
)
async def test_a_useless_decision_is_refused(
    world: World, logged_in: LogIn, decision: str, body: dict[str, str]
) -> None:
    ana = await logged_in("ana")
    assert (await decide(world, ana, decision, **body)).status == 400


@pytest.mark.parametrize("decision", ["approve", "decline", "settle", "liability"])
async def test_only_who_is_logged_in_decides_and_only_from_our_pages(
    world: World, logged_in: LogIn, a_browser: Callable[[], Browser], decision: str
) -> None:
    assert (await decide(world, a_browser(), decision)).status == 401
    ana = await logged_in("ana")
    ana.csrf = "guess"
    assert (await decide(world, ana, decision)).status == 403


async def test_an_unknown_case_is_not_found(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    assert (await decide(world, ana, "approve", "C9999999")).status == 404


async def test_the_card_offers_what_can_be_decided(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    assert 'data-open="settle-C1000001"' not in await ana.text("/desk/conversations/c-anna")
    await dispute(world)
    page = await ana.text("/desk/conversations/c-anna")
    for decision in ("approve", "settle", "decline", "liability"):
        assert f'data-open="{decision}-C1000001"' in page
