"""Many at once: nothing is lost, nothing is counted twice, nobody waits for ever."""

from __future__ import annotations

import asyncio

import pytest

from bot.aftersales.identification import Identification
from bot.aftersales.labels import Remedy
from bot.aftersales.offer import Offer, Proposer
from bot.conversations.model import Author, Conversation, InboundMessage, Message
from bot.errors import ConflictError
from tests.integration.conftest import UowFactory
from tests.integration.store.things import NOW, a_case, a_return, a_shop, an_escalation


async def test_a_case_changed_by_two_is_a_conflict_for_the_second(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        uow.cases.add(a_case())
        await uow.commit()
    async with uow_factory() as first, uow_factory() as second:
        mine, theirs = await first.cases.get("C1"), await second.cases.get("C1")
        assert mine and theirs
        theirs.withdraw()
        await second.commit()
        mine.agree()
        with pytest.raises(ConflictError):
            await first.commit()
    async with uow_factory() as uow:
        case = await uow.cases.get("C1")
    assert case is not None
    assert (case.state.value, case.version) == ("withdrawn", 2)


async def test_an_escalation_taken_by_two_is_a_conflict_for_the_second(uow_factory: UowFactory) -> None:
    async with uow_factory() as uow:
        uow.escalations.add(an_escalation())
        await uow.commit()
    async with uow_factory() as first, uow_factory() as second:
        mine, theirs = (
            await first.escalations.open_of("conversation"),
            await second.escalations.open_of("conversation"),
        )
        assert mine and theirs
        theirs.assign("a1", NOW)
        await second.commit()
        mine.assign("a2", NOW)
        with pytest.raises(ConflictError):
            await first.commit()


async def test_a_message_that_opens_a_case_twice_is_a_conflict(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        uow.cases.add(a_case("C1", message="m1"))
        await uow.commit()
    async with uow_factory() as uow:
        uow.cases.add(a_case("C2", message="m1"))
        with pytest.raises(ConflictError):
            await uow.commit()


async def test_a_conflict_that_shows_before_commit_is_a_conflict_too(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        uow.cases.add(a_case("C1", message="m1"))
        await uow.commit()
    with pytest.raises(ConflictError):
        async with uow_factory() as uow:
            uow.cases.add(a_case("C2", message="m1"))
            await uow.cases.of_order("10480001")


async def test_a_conversation_handed_over_twice_at_once_is_a_conflict(uow_factory: UowFactory) -> None:
    async with uow_factory() as first, uow_factory() as second:
        for uow in (first, second):
            assert await uow.escalations.open_of("conversation") is None
            uow.escalations.add(an_escalation())
        await first.commit()
        with pytest.raises(ConflictError):
            await second.commit()


async def test_a_conversation_can_be_handed_over_again_after_it_came_back(uow_factory: UowFactory) -> None:
    async with uow_factory() as uow:
        first = an_escalation()
        uow.escalations.add(first)
        await uow.commit()
        first.return_to_bot(NOW)
        uow.escalations.add(an_escalation())
        await uow.commit()


async def test_the_last_piece_is_sold_once(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as first, uow_factory() as second:
        for uow in (first, second):
            product = await uow.products.get("shoe")
            assert product is not None
            product.variants[0].reserve(3)
        await first.commit()
        with pytest.raises(ConflictError):
            await second.commit()
    async with uow_factory() as uow:
        product = await uow.products.get("shoe")
    assert product is not None
    assert product.variants[0].stock == 0


async def test_goods_returned_in_two_conversations_at_once_are_a_conflict(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as first, uow_factory() as second:
        for number, uow in (("1", first), ("2", second)):
            assert await uow.orders.get("10480001") is not None
            assert await uow.returns.of_order("10480001") == []
            uow.cases.add(a_case(f"C{number}", message=f"m{number}"))
            uow.returns.add(a_return(f"R{number}", case=f"C{number}"))
        await first.commit()
        with pytest.raises(ConflictError):
            await second.commit()
    async with uow_factory() as uow:
        assert [return_.rma for return_ in await uow.returns.of_order("10480001")] == ["R1"]


async def test_offers_for_two_cases_of_an_order_at_once_are_a_conflict(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        for number in ("C1", "C2"):
            uow.cases.add(a_case(number, message=number))
        await uow.commit()
    async with uow_factory() as first, uow_factory() as second:
        for number, uow in (("C1", first), ("C2", second)):
            assert await uow.orders.get("10480001") is not None
            case = await uow.cases.get(number)
            assert case is not None
            # What an agent may give counts over the order, and each sees no offer of the other.
            case.offers.append(Offer(Remedy.REFUND_PARTIAL, Proposer.AGENT, NOW, agent_id="a-mona"))
        await first.commit()
        with pytest.raises(ConflictError):
            await second.commit()


async def test_wrong_tries_at_once_are_not_lost(uow_factory: UowFactory) -> None:
    async with uow_factory() as uow:
        uow.identifications.add(Identification("conversation", "10480001"))
        await uow.commit()
    async with uow_factory() as first, uow_factory() as second:
        for uow in (first, second):
            tries = await uow.identifications.get("conversation", "10480001")
            assert tries is not None
            tries.fail(NOW)
        await first.commit()
        with pytest.raises(ConflictError):
            await second.commit()


async def test_numbers_are_given_once_and_without_gaps(uow_factory: UowFactory) -> None:
    async def take() -> int:
        async with uow_factory() as uow:
            number = await uow.next_number("case")
            await uow.commit()
            return number

    numbers = await asyncio.gather(*(take() for _ in range(30)))
    assert sorted(numbers) == list(range(1, 31))
    async with uow_factory() as uow:
        assert await uow.next_number("return") == 1


async def test_twenty_writers_that_read_first_all_succeed(uow_factory: UowFactory) -> None:
    async def talk(conversation_id: str) -> None:
        for _ in range(5):
            async with uow_factory() as uow:
                if await uow.conversations.get(conversation_id) is None:
                    uow.conversations.add(Conversation(conversation_id, "web", NOW, NOW))
                assert await uow.escalations.open_of(conversation_id) is None
                await uow.messages.add(Message(conversation_id, Author.CUSTOMER, "hello", NOW))
                await uow.dialogue.append(conversation_id, [{"event": "user"}])
                await uow.commit()

    await asyncio.gather(*(talk(str(number)) for number in range(20)))
    async with uow_factory() as uow:
        for number in range(20):
            assert len(await uow.messages.of(str(number))) == 5


async def test_more_coroutines_than_connections_take_turns(uow_factory: UowFactory) -> None:
    async def read_then_write(number: int) -> None:
        async with uow_factory() as uow:
            assert await uow.orders.get("10480001") is not None
            await asyncio.sleep(0)
            uow.escalations.add(an_escalation(str(number)))
            await uow.commit()

    await a_shop(uow_factory)
    await asyncio.wait_for(asyncio.gather(*(read_then_write(number) for number in range(60))), 60)
    async with uow_factory() as uow:
        assert len(await uow.escalations.queue()) == 60


async def test_readers_do_not_wait_for_a_writer(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as writer:
        await writer.next_number("case")
        async with uow_factory() as reader:
            assert await asyncio.wait_for(reader.orders.get("10480001"), 60) is not None


async def test_a_transcript_is_followed_without_gaps_while_two_write(uow_factory: UowFactory) -> None:
    async with uow_factory() as uow:
        uow.conversations.add(Conversation("conversation", "web", NOW, NOW))
        await uow.commit()

    async def write(author: Author) -> None:
        for _ in range(10):
            async with uow_factory() as uow:
                await uow.messages.add(Message("conversation", author, "…", NOW))
                await asyncio.sleep(0.001)
                await uow.commit()

    async def follow() -> list[int]:
        seen: list[int] = []
        while len(seen) < 20:
            async with uow_factory() as uow:
                seen += [
                    message.id or 0 for message in await uow.messages.of("conversation", after=max(seen, default=0))
                ]
        return seen

    seen, _, _ = await asyncio.wait_for(asyncio.gather(follow(), write(Author.BOT), write(Author.AGENT)), 60)
    assert len(set(seen)) == 20


async def test_a_cancelled_writer_gives_its_turn_back(uow_factory: UowFactory) -> None:
    async def hang() -> None:
        async with uow_factory() as uow:
            await uow.next_number("case")
            await asyncio.sleep(60)

    task = asyncio.create_task(hang())
    await asyncio.sleep(0.1)
    task.cancel()
    await asyncio.wait({task})
    async with uow_factory() as uow:
        assert await asyncio.wait_for(uow.next_number("case"), 60) == 1


async def test_writers_cancelled_at_any_moment_leave_nothing_behind(uow_factory: UowFactory) -> None:
    async def write() -> None:
        async with uow_factory() as uow:
            await uow.next_number("case")
            await uow.commit()

    await write()
    for moments in range(1, 40):
        task = asyncio.create_task(write())
        for _ in range(moments):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
    async with uow_factory() as uow:
        assert await asyncio.wait_for(uow.next_number("case"), 60) > 1


async def test_after_a_failed_commit_others_may_write(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as first:
        first.cases.add(a_case("C1", message="m1"))
        await first.commit()
        async with uow_factory() as second:
            second.cases.add(a_case("C2", message="m1"))
            with pytest.raises(ConflictError):
                await second.commit()
            assert await asyncio.wait_for(first.next_number("case"), 60) == 1
            assert await second.cases.get("C2") is None


async def test_far_more_writers_than_connections_all_come_to_their_turn(uow_factory: UowFactory) -> None:
    async def write(number: int) -> None:
        async with uow_factory() as uow:
            if number % 2:
                # Whoever has read holds a connection while it waits for its turn to write.
                await uow.conversations.get(str(number))
            await uow.inbox.add(InboundMessage(str(number), "c", "web", f"c:{number}", "hello", NOW))
            await uow.commit()

    await asyncio.wait_for(asyncio.gather(*(write(number) for number in range(100))), 60)
    async with uow_factory() as uow:
        assert len(await uow.inbox.waiting("c")) == 100
