"""An order that only the shop's system knows can be proved, and nobody learns by asking which orders exist."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.aftersales.audit import AuditEvent
from bot.aftersales.catalogue import Product
from bot.aftersales.identification import AT_ORDER, Identification
from bot.aftersales.order import Customer, Order, OrderState
from bot.aftersales.return_ import Return
from bot.errors import IdentificationLockedError
from bot.services import identification, remedies
from bot.services.order_sources_ports import OrderOrigin, OrderSourceError
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.orders.sources import CONVERSATION, EMAIL, NOW, NUMBER, PATIENT, Shop, delivered, told
from tests.unit.services.world import A_RETURN

WRONG = "somebody@example.org"
POSTCODE = "10115"


async def try_at(shop: Shop, factor: str, number: str = NUMBER) -> bool:
    await shop.orders.seek(CONVERSATION, number, [factor])
    async with shop.world.uow() as uow:
        return await identification.prove(uow, CONVERSATION, number, factor, shop.now)


async def proved_shop(*orders: object) -> Shop:
    shop = Shop(*orders)  # type: ignore[arg-type]
    assert await try_at(shop, EMAIL)
    return shop


def kept(shop: Shop) -> list[Order]:
    return shop.world.database.all(Order)


async def test_an_order_that_only_the_source_has_is_proved_by_its_details() -> None:
    shop = await proved_shop(told())
    (order,) = kept(shop)
    assert (order.number, order.state, order.customer.email) == (NUMBER, OrderState.SHIPPED, EMAIL)
    (origin,) = shop.world.database.all(OrderOrigin)
    assert (origin.source, origin.fetched_at) == ("fake", NOW)
    assert shop.world.actions() == ["order.taken_over", "order.identified"]
    assert shop.slept == []


async def test_a_return_of_it_is_opened_like_any_other() -> None:
    shop = await proved_shop(told(state="delivered", shipments=delivered()))
    complaint = A_RETURN.__class__(**{**vars(A_RETURN), "order_number": NUMBER})
    async with shop.world.uow() as uow:
        await remedies.register(uow, A_POLICY, complaint, NOW)
    (return_,) = shop.world.database.all(Return)
    assert return_.order_number == NUMBER


@pytest.mark.parametrize("number", [NUMBER, "SH9999"])
async def test_a_wrong_detail_takes_nothing_over_and_lasts_as_long_as_a_wrong_number(number: str) -> None:
    shop = Shop(told())
    assert not await try_at(shop, WRONG, number)
    assert not kept(shop) and not shop.world.database.all(Customer) and not shop.world.database.all(Product)
    assert shop.slept == [pytest.approx(PATIENT.deadline_seconds)]
    assert shop.source.asked == [number]
    assert not await try_at(shop, WRONG, number)
    assert shop.source.asked == [number]
    assert len(shop.slept) == 2


async def test_a_failing_source_lasts_as_long_as_a_wrong_number() -> None:
    shop = Shop(told())
    shop.source.error = OrderSourceError("unreachable")
    assert not await try_at(shop, EMAIL)
    assert shop.slept == [pytest.approx(PATIENT.deadline_seconds)]


async def test_an_order_that_is_here_is_proved_without_the_source() -> None:
    shop = await proved_shop(told())
    shop.source.asked.clear()
    shop.wait(minutes=10)
    await shop.orders.seek("another", NUMBER, [EMAIL])
    assert shop.source.asked == [] and shop.slept == []


async def test_while_locked_nothing_is_asked_and_nothing_can_be_measured() -> None:
    shop = Shop(told())
    for _ in range(4):
        assert not await try_at(shop, WRONG)
    with pytest.raises(IdentificationLockedError):
        await try_at(shop, WRONG)
    before = len(shop.slept)
    with pytest.raises(IdentificationLockedError):
        await try_at(shop, EMAIL)
    assert kept(shop) == [] and len(shop.slept) == before


async def test_details_behind_the_last_try_that_is_left_are_not_looked_at() -> None:
    shop = Shop(told())
    for _ in range(4):
        assert not await try_at(shop, WRONG)
    await shop.orders.seek(CONVERSATION, NUMBER, [WRONG, EMAIL])
    assert kept(shop) == []


async def guesses_from_everywhere(shop: Shop, count: int) -> None:
    for sender in range(count):
        await shop.orders.seek(f"sender-{sender}", NUMBER, [f"{sender + 7000}"])
        async with shop.world.uow() as uow:
            assert not await identification.prove(uow, f"sender-{sender}", NUMBER, f"{sender + 7000}", shop.now)


@pytest.mark.parametrize("count", [AT_ORDER.most - 1, AT_ORDER.most])
async def test_after_too_many_guesses_of_others_only_the_email_address_takes_an_order_over(count: int) -> None:
    shop = Shop(told())
    await guesses_from_everywhere(shop, count)
    assert len(shop.slept) == count
    # A try that would be one too many is not looked at, neither alone nor behind another.
    await shop.orders.seek(CONVERSATION, NUMBER, ["0000", POSTCODE])
    assert (kept(shop), len(shop.slept)) == ([], count + 1)
    await shop.orders.seek(CONVERSATION, NUMBER, [POSTCODE])
    assert (len(kept(shop)), len(shop.slept)) == ((1, count + 1) if count < AT_ORDER.most else (0, count + 2))
    assert await try_at(shop, EMAIL)
    assert len(kept(shop)) == 1


async def test_many_conversations_at_once_learn_no_more_than_one_after_the_other() -> None:
    shop = Shop(told())
    shop.source.hold = asyncio.Event()
    wrong = [shop.orders.seek(f"sender-{sender}", NUMBER, ["0000"]) for sender in range(AT_ORDER.most)]
    right = shop.orders.seek(CONVERSATION, NUMBER, [POSTCODE])
    tasks = [asyncio.create_task(seeking) for seeking in (*wrong, right)]
    await asyncio.sleep(0)
    shop.source.hold.set()
    await asyncio.gather(*tasks)
    assert kept(shop) == []
    assert shop.slept and len(shop.slept) == AT_ORDER.most + 1
    # What was counted in advance is given back: nobody has tried yet.
    assert await try_at(shop, POSTCODE)


async def test_an_erased_order_does_not_come_back() -> None:
    shop = await proved_shop(told())
    (order,) = kept(shop)
    order.customer.name, order.customer.email = "(erased)", "0@erased.invalid"
    order.address.postcode = "10"
    shop.world.database.all(Identification).clear()
    shop.wait(minutes=10)
    assert not await try_at(shop, EMAIL)
    assert order.customer.name == "(erased)"
    assert len(shop.slept) == 1


async def test_a_proved_order_is_asked_for_again_after_five_minutes() -> None:
    shop = await proved_shop(told())
    shop.source.orders = [told(state="delivered", shipments=delivered())]
    shop.wait(minutes=4)
    await shop.orders.refresh(CONVERSATION, NUMBER)
    assert kept(shop)[0].state is OrderState.SHIPPED
    shop.wait(minutes=2)
    await shop.orders.refresh(CONVERSATION, NUMBER)
    assert kept(shop)[0].state is OrderState.DELIVERED
    await shop.orders.refresh(CONVERSATION, NUMBER)
    assert shop.source.asked == [NUMBER, NUMBER]


async def test_an_order_is_refreshed_for_nobody_who_has_not_proved_it() -> None:
    shop = await proved_shop(told())
    shop.wait(minutes=10)
    await shop.orders.refresh("another", NUMBER)
    assert shop.source.asked == [NUMBER]


@pytest.mark.parametrize("error", [OrderSourceError("unreachable"), ValueError("garbage")])
async def test_without_an_answer_the_copy_is_what_there_is(error: Exception) -> None:
    shop = await proved_shop(told())
    shop.source.error = error
    shop.wait(minutes=10)
    await shop.orders.refresh(CONVERSATION, NUMBER)
    async with shop.world.uow() as uow:
        assert (await identification.proved_order(uow, CONVERSATION, NUMBER)).state is OrderState.SHIPPED


async def test_an_order_that_the_shop_has_deleted_stays_here() -> None:
    shop = await proved_shop(told())
    shop.source.orders = []
    shop.wait(minutes=10)
    await shop.orders.refresh(CONVERSATION, NUMBER)
    assert len(kept(shop)) == 1


async def test_the_record_holds_no_detail_of_the_customer() -> None:
    shop = await proved_shop(told())
    shop.source.orders = [told(customer={**told().customer, "email": "new@example.org"})]
    shop.wait(minutes=10)
    await shop.orders.refresh(CONVERSATION, NUMBER)
    event = shop.world.database.all(AuditEvent)[-1]
    assert (event.action, event.data) == ("order.refreshed", {"source": "fake", "what": "customer"})
    assert timedelta(0) < shop.now - NOW
