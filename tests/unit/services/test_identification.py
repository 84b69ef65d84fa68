"""Order data is shown only after a proof, and the answer never tells what was wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.aftersales.audit import AuditEvent
from bot.aftersales.identification import AT_ORDER, IN_CONVERSATION
from bot.errors import IdentificationLockedError, NotIdentifiedError, OtherCustomerError
from bot.services import identification
from tests.unit.aftersales.builders import NOW, an_order
from tests.unit.services.world import CONVERSATION, EMAIL, World, proved_world

NUMBER = "10482733"
UNKNOWN = "99999999"
PHONE_ENDING, POSTCODE = "1820", "10115"
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


async def wrong_tries_from_everywhere(world: World, count: int, number: str = NUMBER) -> None:
    for sender in range(count):
        assert not await prove(world, f"{sender + 7000}", number, f"sender-{sender}")


@pytest.mark.parametrize("right", [PHONE_ENDING, POSTCODE])
async def test_two_hundred_senders_do_not_guess_an_order_though_one_is_right(right: str) -> None:
    world = World()
    await wrong_tries_from_everywhere(world, 150)
    assert not await prove(world, right, conversation="sender-150")
    await wrong_tries_from_everywhere(world, 200)
    async with world.uow() as uow:
        assert not await identification.is_proved(uow, "sender-150", NUMBER)


async def test_nineteen_wrong_tries_elsewhere_keep_nobody_out_and_the_twentieth_is_on_record() -> None:
    world = World()
    await wrong_tries_from_everywhere(world, AT_ORDER.most - 1)
    assert world.actions() == []
    assert await prove(world, POSTCODE)
    assert not await prove(world, "0000", conversation="another")
    assert world.actions() == ["order.identified", "order.identification_locked"]
    assert not await prove(world, POSTCODE, conversation="yet another")


async def test_after_guesses_of_others_the_whole_email_address_still_proves_an_order() -> None:
    world = World()
    await wrong_tries_from_everywhere(world, 200)
    assert not await prove(world, PHONE_ENDING)
    assert await prove(world, EMAIL)


async def test_after_guesses_of_others_who_is_logged_in_is_still_recognised() -> None:
    world = World()
    await wrong_tries_from_everywhere(world, 200)
    await introduce(world, await owner(world))
    assert await recognise(world)


async def test_guesses_at_an_order_are_forgotten_after_a_day() -> None:
    world = World()
    await wrong_tries_from_everywhere(world, AT_ORDER.most)
    assert not await prove(world, POSTCODE, hours=23)
    assert await prove(world, POSTCODE, hours=24)


async def test_guesses_at_one_order_count_for_no_other() -> None:
    world = World()
    await wrong_tries_from_everywhere(world, 200, UNKNOWN)
    assert await prove(world, POSTCODE)


@pytest.mark.parametrize("right", [EMAIL, POSTCODE])
async def test_one_sender_does_not_try_two_hundred_orders(right: str) -> None:
    world = World()
    for number in range(199):
        assert not await prove(world, right, f"{number:08}")
    assert not await prove(world, right)
    assert await prove(world, right, conversation=OTHER_CONVERSATION)
    assert await prove(world, right, hours=1)


async def test_whoever_proves_orders_of_their_own_begins_no_new_count() -> None:
    world = World(an_order(), *(an_order(number=f"{number:08}") for number in range(3)))
    for number in range(IN_CONVERSATION.most):
        assert not await prove(world, "0000", f"9{number:07}")
        if number < 3:
            assert await prove(world, EMAIL, f"{number:08}")
    assert not await prove(world, EMAIL)


async def test_who_mistypes_twice_is_not_bothered() -> None:
    world = World()
    assert not await prove(world, "1011")
    assert not await prove(world, "anna.becker@example.or")
    assert await prove(world, POSTCODE)
    assert world.actions() == ["order.identified"]


async def test_right_details_of_a_hundred_orders_in_one_conversation_count_as_no_tries() -> None:
    world = World(*(an_order(number=f"{number:08}") for number in range(100)))
    for number in range(100):
        assert await prove(world, POSTCODE, f"{number:08}")


async def test_the_record_names_the_order_and_no_detail_of_the_customer() -> None:
    world = await proved_world()
    (event,) = world.database.all(AuditEvent)
    assert (event.action, event.subject, event.data) == ("order.identified", f"order:{NUMBER}", {})


async def recognise(world: World, number: str = NUMBER, conversation: str = CONVERSATION, hours: int = 0) -> bool:
    async with world.uow() as uow:
        return await identification.recognise(uow, conversation, number, NOW + timedelta(hours=hours))


async def introduce(world: World, customer_id: str, conversation: str = CONVERSATION, hours: int = 1) -> None:
    async with world.uow() as uow:
        await identification.introduce(uow, conversation, customer_id, NOW, NOW + timedelta(hours=hours))


async def owner(world: World) -> str:
    async with world.uow() as uow:
        order = await uow.orders.read(NUMBER)
    assert order is not None
    return order.customer.id


async def test_whom_the_shop_introduces_need_not_prove_an_order_of_theirs() -> None:
    world = World()
    assert not await recognise(world)
    await introduce(world, await owner(world))
    assert await recognise(world)
    async with world.uow() as uow:
        assert (await identification.proved_order(uow, CONVERSATION, NUMBER)).number == NUMBER
        assert [event.actor for event in await uow.audit.of_subject(f"order:{NUMBER}")] == ["shop"]


async def test_an_introduction_opens_no_order_of_others_and_none_in_other_conversations() -> None:
    world = World()
    await introduce(world, "somebody else")
    assert not await recognise(world)
    await introduce(world, await owner(world), OTHER_CONVERSATION)
    assert not await recognise(world)
    assert not await recognise(world, UNKNOWN, OTHER_CONVERSATION)


async def test_an_order_is_not_recognised_by_a_word_that_stands_no_more() -> None:
    world = World()
    await introduce(world, await owner(world), hours=1)
    assert not await recognise(world, hours=1)
    await introduce(world, await owner(world), hours=3)
    await introduce(world, await owner(world), hours=2)
    assert await recognise(world, hours=2)
    # What is proved by then stays so.
    assert await recognise(world, hours=100)


async def test_an_introduction_does_not_unlock_what_wrong_tries_locked() -> None:
    world = World()
    await lock(world)
    await introduce(world, await owner(world))
    assert not await recognise(world)


async def test_a_conversation_is_never_with_two_customers() -> None:
    world = World()
    await introduce(world, "customer-1")
    await introduce(world, "customer-1")
    with pytest.raises(OtherCustomerError):
        await introduce(world, "customer-2")
