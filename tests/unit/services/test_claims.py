from __future__ import annotations

import pytest

from bot.aftersales.case import Case
from bot.aftersales.claim import Claim, ClaimAgainst, ClaimState
from bot.aftersales.ledger import Account, JournalEntry
from bot.aftersales.money import Money
from bot.aftersales.task import Department, Task, TaskState
from bot.errors import IllegalStateError, InvalidInputError, NotFoundError
from bot.services import claims
from bot.services.case_report import report
from tests.unit.aftersales.builders import NOW, euros
from tests.unit.services.world import World


async def opened(world: World, against: ClaimAgainst = ClaimAgainst.CARRIER) -> Claim:
    case = next(iter(world.database.all(Case)), None) or world.add_case()
    async with world.uow() as uow:
        claim = await claims.open_claim(uow, case, against, "Kranich Paket", euros(50), "refund:F1000001", NOW)
        await uow.commit()
    return claim


async def test_a_claim_is_opened_once_with_the_task_to_file_it() -> None:
    world = World()
    claim = await opened(world)
    assert await opened(world) is claim
    (task,) = world.database.all(Task)
    assert (task.department, task.what, claim.number) == (Department.LOGISTICS, "file_carrier_claim", "L1000001")
    assert world.actions() == ["claim.opened", "task.opened"]


async def test_quality_files_the_claims_against_suppliers() -> None:
    world = World()
    await opened(world, ClaimAgainst.SUPPLIER)
    assert world.database.all(Task)[0].department is Department.QUALITY


async def test_each_step_is_recorded_once_however_often_it_is_told() -> None:
    world = World()
    claim = await opened(world)
    async with world.uow() as uow:
        for _ in range(2):
            await claims.file(uow, claim.number, " KP-77 ", "agent:ben", NOW)
        for _ in range(2):
            await claims.answer(uow, claim.number, euros(40), "", "agent:ben", NOW)
        for _ in range(2):
            await claims.record_payment(uow, claim.number, euros(40), "agent:ben", NOW)
        await uow.commit()
        totals = dict(await uow.ledger.totals())
        told = (await report(uow, claim.order_number))["cases"][0]["claims"]
    assert world.actions()[2:] == ["task.canceled", "claim.filed", "claim.accepted", "claim.paid"]
    assert claim.state is ClaimState.PAID
    assert len(world.database.all(JournalEntry)) == 2
    assert totals[Account.RECEIVED] == euros(40)
    assert not totals[Account.CLAIMS_RECEIVABLE]
    assert [(found["number"], found["state"], found["paid"]["amount"]) for found in told] == [
        (claim.number, "paid", "40.00")
    ]


async def test_a_refusal_needs_words_and_books_nothing() -> None:
    world = World()
    claim = await opened(world)
    async with world.uow() as uow:
        await claims.file(uow, claim.number, "KP-77", "agent:ben", NOW)
        with pytest.raises(InvalidInputError):
            await claims.answer(uow, claim.number, None, " ", "agent:ben", NOW)
        await claims.answer(uow, claim.number, None, "too late", "agent:ben", NOW)
        with pytest.raises(IllegalStateError):
            await claims.record_payment(uow, claim.number, euros(1), "agent:ben", NOW)
    assert world.database.all(JournalEntry) == []


async def test_a_claim_for_a_parcel_that_was_found_is_dropped_with_its_task() -> None:
    world = World()
    claim = await opened(world)
    async with world.uow() as uow:
        for _ in range(2):
            await claims.withdraw(uow, claim.number, "system", NOW)
        await uow.commit()
    assert world.database.all(Task)[0].state is TaskState.CANCELED
    assert world.actions().count("claim.withdrawn") == 1


async def test_amounts_must_be_positive_and_in_the_claims_currency() -> None:
    world = World()
    claim = await opened(world)
    async with world.uow() as uow:
        await claims.file(uow, claim.number, "KP-77", "agent:ben", NOW)
        for amount in (euros(0), Money(euros(1).amount, "USD")):
            with pytest.raises(InvalidInputError):
                await claims.answer(uow, claim.number, amount, "", "agent:ben", NOW)
        with pytest.raises(NotFoundError):
            await claims.file(uow, "L9", "KP-77", "agent:ben", NOW)
