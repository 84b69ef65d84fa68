"""Order data is shown only after a proof, and the answer never tells what was wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.aftersales.audit import AuditEvent
from bot.errors import IdentificationLockedError, NotIdentifiedError
from bot.services import identification
from tests.unit.aftersales.builders import NOW
from tests.unit.services.world import CONVERSATION, EMAIL, World, proved_world

NUMBER = "10482733"
UNKNOWN = "99999999"
OTHER_CONVERSATION = "conversation-2"


async def prove(
    world: World, factor: str, number: str = NUMBER, conversation: str = CONVERSATION, hours: int = 0
) -> bool:
    async with world.uow() as uow:
        return await identification.prove(uow, conversation, number, factor, NOW + timedelta(hours=hours))


async def lock(world: World, number: str = NUMBER) -> None:
    for _ in range(4):
        assert not await prove(world, "wrong@example.org", number)
    with pytest.raises(IdentificationLockedError):
        await prove(world, "wrong@example.org", number)


async def test_the_right_detail_opens_the_order() -> None:
    world = World()
    assert await prove(world, EMAIL)
    async with world.uow() as uow:
        assert (await identification.proved_order(uow, CONVERSATION, NUMBER)).number == NUMBER


async def test_without_a_proof_no_order_leaves_the_services() -> None:
    world = World()
    async with world.uow() as uow:
        with pytest.raises(NotIdentifiedError):
            await identification.proved_order(uow, CONVERSATION, NUMBER)


async def test_a_wrong_detail_opens_nothing() -> None:
    world = World()
    assert not await prove(world, "somebody@example.org")
    async with world.uow() as uow:
        assert not await identification.is_proved(uow, CONVERSATION, NUMBER)


async def test_a_proof_counts_in_its_own_conversation_only() -> None:
    world = await proved_world()
    async with world.uow() as uow:
        assert await identification.is_proved(uow, CONVERSATION, NUMBER)
        assert not await identification.is_proved(uow, OTHER_CONVERSATION, NUMBER)
        with pytest.raises(NotIdentifiedError):
            await identification.proved_order(uow, OTHER_CONVERSATION, NUMBER)


@pytest.mark.parametrize("number", [NUMBER, UNKNOWN])
async def test_the_fifth_wrong_try_locks_whether_or_not_the_order_exists(number: str) -> None:
    world = World()
    await lock(world, number)
    assert world.actions() == ["order.identification_locked"]


async def test_while_locked_even_the_right_detail_is_refused() -> None:
    world = World()
    await lock(world)
    with pytest.raises(IdentificationLockedError):
        await prove(world, EMAIL)
    async with world.uow() as uow:
        assert not await identification.is_proved(uow, CONVERSATION, NUMBER)


async def test_after_an_hour_the_lock_is_gone() -> None:
    world = World()
    await lock(world)
    assert await prove(world, EMAIL, hours=1)


async def test_a_lock_keeps_nobody_else_out() -> None:
    world = World()
    await lock(world)
    assert await prove(world, EMAIL, conversation=OTHER_CONVERSATION)


async def test_wrong_tries_are_remembered_from_message_to_message() -> None:
    world = World()
    for _ in range(4):
        await prove(world, "wrong")
    assert await prove(world, EMAIL)
    for _ in range(4):
        assert not await prove(world, "wrong")


async def test_the_record_names_the_order_and_no_detail_of_the_customer() -> None:
    world = await proved_world()
    (event,) = world.database.all(AuditEvent)
    assert (event.action, event.subject, event.data) == ("order.identified", f"order:{NUMBER}", {})
