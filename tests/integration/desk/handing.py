"""Steps of handing conversations around that several modules of tests take."""

from __future__ import annotations

from datetime import timedelta

from bot.aftersales.escalation import EscalationReason, EscalationState
from bot.services import escalations, presence
from bot.services.account import Presence
from tests.channels.platform_server import until
from tests.integration.desk.world import World

CUSTOMER = "c-twice"
MINUTE = timedelta(minutes=1)


async def pushes(world: World, seconds: int = 120) -> None:
    async with world.uow() as uow:
        routing = {"mode": "push", "answer_within_seconds": seconds}
        assert await uow.desk_settings.put("routing", routing, 0)
        await uow.commit()


async def comes(world: World, *names: str, presence_: Presence = Presence.ONLINE) -> None:
    for name in names:
        async with world.uow() as uow:
            await presence.choose(uow, name, presence_, world.now)


async def only(world: World, conversation_id: str) -> None:
    """Leave nobody else in the queue."""
    for other in ("c-anna", "c-li", "c-evil", "c-held"):
        if other == conversation_id:
            continue
        async with world.uow() as uow:
            handoff = await uow.escalations.open_of(other)
            assert handoff
            handoff.resolve(world.now)
            await uow.commit()


async def says(world: World, text: str) -> list[str]:
    received = await world.router.receive(CUSTOMER, "web", text)
    return [message.text for message in await world.router.answer_to(received, CUSTOMER)]


async def asks_for_a_person(world: World) -> None:
    async with world.uow() as uow:
        await escalations.hand_over(uow, CUSTOMER, EscalationReason.ASKED_FOR_HUMAN, "en", world.now)


async def asks_for_a_person_as(world: World, conversation_id: str) -> None:
    await world.router.answer_to(await world.router.receive(conversation_id, "web", "hello"), conversation_id)
    async with world.uow() as uow:
        await escalations.hand_over(uow, conversation_id, EscalationReason.ASKED_FOR_HUMAN, "en", world.now)


async def holder(world: World, conversation_id: str = CUSTOMER) -> tuple[EscalationState, str | None]:
    handoff = await world.handoff(conversation_id)
    assert handoff
    return handoff.state, handoff.agent_id


async def joins(world: World, conversation_id: str) -> int:
    return sum("joined" in text for author, text in await world.transcript(conversation_id) if author == "system")


async def drained(world: World, conversation_id: str = CUSTOMER) -> None:
    async def is_empty() -> bool:
        async with world.uow() as uow:
            return not await uow.inbox.waiting(conversation_id)

    await until(is_empty)
