"""Tasks about customs, refunds that came back, and claims against whoever is liable."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

from bot.aftersales.claim import ClaimAgainst
from bot.aftersales.customs import Paper
from bot.aftersales.labels import IssueType, Payer
from bot.services import claims, customs, refunds
from tests.unit.aftersales.builders import NOW, an_order, euros
from tests.unit.services.lifecycles import a_world_with_case
from tests.unit.services.task_lives.lives import Lives
from tests.unit.services.world import World

lives = Lives()


async def at_customs() -> tuple[World, str]:
    world, case = await a_world_with_case(an_order(delivered_days_ago=None), issue=IssueType.CUSTOMS_HOLD)
    async with world.uow() as uow:
        matter = await customs.add_matter(uow, case, world.order, NOW, payer=Payer.SHOP)
        await uow.commit()
    return world, matter.number


@lives.of("ask_customs")
async def an_authority_says_what_it_wants() -> AsyncIterator[World]:
    world, number = await at_customs()
    yield world
    async with world.uow() as uow:
        await customs.request_papers(uow, number, (Paper.IDENTITY,), date(2026, 4, 1), NOW)


@lives.of("pay_customs", "send_papers")
async def a_parcel_is_released() -> AsyncIterator[World]:
    world, number = await at_customs()
    async with world.uow() as uow:
        await customs.request_papers(uow, number, (Paper.INVOICE,), date(2026, 4, 1), NOW, charges=euros(9))
        yield world
        await customs.release(uow, number, NOW)


@lives.of("send_papers")
async def an_authority_wants_other_papers() -> AsyncIterator[World]:
    world, number = await at_customs()
    async with world.uow() as uow:
        await customs.request_papers(uow, number, (Paper.INVOICE,), date(2026, 4, 1), NOW)
        await customs.receive_papers(uow, number, NOW)
        yield world
        await customs.request_papers(uow, number, (Paper.IDENTITY,), date(2026, 4, 8), NOW)


@lives.of("decide_customs")
async def a_given_up_parcel_is_decided_about() -> AsyncIterator[World]:
    world, number = await at_customs()
    async with world.uow() as uow:
        await customs.abandon(uow, number, "papers_overdue", NOW)
        yield world
        await customs.close(uow, number, NOW, actor="agent:mia")


@lives.of("check_refund")
async def a_bounced_refund_is_called_off() -> AsyncIterator[World]:
    world, case = await a_world_with_case()
    async with world.uow() as uow:
        refund = await refunds.agree(uow, case, euros(5), "agreed", NOW, key="offer:1")
        refund.begin(NOW)
        refund.send(NOW.date(), NOW)
        await refunds.fail(uow, refund.number, "account_closed", NOW)
        yield world
        await refunds.cancel(uow, refund.number, "agent:mia", NOW)


async def a_claim_is_filed(against: ClaimAgainst) -> AsyncIterator[World]:
    world, case = await a_world_with_case()
    async with world.uow() as uow:
        claim = await claims.open_claim(uow, case, against, "Nordwerk", euros(5), "k", NOW)
        yield world
        await claims.file(uow, claim.number, "N-1", "agent:mia", NOW)


@lives.of("file_carrier_claim")
async def a_claim_reaches_a_carrier() -> AsyncIterator[World]:
    async for world in a_claim_is_filed(ClaimAgainst.CARRIER):
        yield world


@lives.of("file_supplier_claim")
async def a_claim_reaches_a_supplier() -> AsyncIterator[World]:
    async for world in a_claim_is_filed(ClaimAgainst.SUPPLIER):
        yield world
