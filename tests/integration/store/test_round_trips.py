"""Whatever is saved comes back as it was, in another transaction, on either database."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import text

from bot.aftersales.audit import AuditEvent
from bot.aftersales.identification import Identification, KnownCustomer
from bot.aftersales.labels import Priority
from bot.aftersales.order import Address
from bot.errors import ConflictError
from bot.services.account import Session
from tests.integration.conftest import UowFactory
from tests.integration.store.things import (
    NOW,
    a_case,
    a_customer,
    a_product,
    a_return,
    a_shop,
    an_account,
    an_escalation,
    an_exchange,
    an_order,
    plain,
)


async def test_an_order_comes_back_whole(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        order = await uow.orders.get("10480001")
    assert order is not None
    expected = plain(an_order(a_product()))
    expected["lines"][0]["id"] = order.lines[0].id
    for event, kept in zip(expected["shipments"][0]["events"], order.shipments[0].events, strict=True):
        event["id"] = kept.id
    # Everything was loaded eagerly: the transaction is over.
    assert plain(order) == expected
    async with uow_factory() as uow:
        seen = await uow.orders.read("10480001")
        assert await uow.orders.read("10489999") is None
    assert plain(seen) == expected
    assert order.delivered_at == NOW


async def test_sizes_keep_their_order(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        product = await uow.products.get("shoe")
    assert product is not None
    assert [variant.size for variant in product.variants] == ["S", "M", "L", "XL"]


async def test_products_come_by_category_and_title(uow_factory: UowFactory) -> None:
    async with uow_factory() as uow:
        for id, category, title in (("1", "toys", "Ball"), ("2", "home", "Lamp"), ("3", "home", "Bowl")):
            product = a_product()
            product.id, product.category, product.title, product.variants = id, category, title, []
            uow.products.add(product)
        await uow.commit()
    async with uow_factory() as uow:
        assert [product.title for product in await uow.products.all()] == ["Bowl", "Lamp", "Ball"]


async def test_a_customers_orders_come_newest_first(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory, orders=3)
    async with uow_factory() as uow:
        order = await uow.orders.get("10480002")
        assert order is not None
        order.placed_at += timedelta(hours=1)
        await uow.commit()
    async with uow_factory() as uow:
        orders = await uow.orders.of_customer("c1", limit=2)
        assert await uow.orders.of_customer("nobody") == []
    assert [order.number for order in orders] == ["10480002", "10480003"]


async def test_a_case_comes_back_with_its_offers(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        uow.cases.add(a_case())
        await uow.commit()
    async with uow_factory() as uow:
        case = await uow.cases.by_source_message("m1")
        assert case is not None
        assert await uow.cases.get("C1") is case
        assert await uow.cases.get("C2") is None
    expected = plain(a_case())
    for offer, kept in zip(expected["offers"], case.offers, strict=True):
        offer["id"] = kept.id
    assert plain(case) == expected
    assert case.lines == {1: 2, 3: 1}
    assert case.offers[0].amount is None
    assert str(case.offers[1].amount) == "1500 JPY"


async def test_cases_come_newest_first(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory, orders=2)
    async with uow_factory() as uow:
        uow.cases.add(a_case("C1", message="m1"))
        uow.cases.add(a_case("C2", message="m2", at=NOW + timedelta(hours=1)))
        uow.cases.add(a_case("C3", message="m3", order="10480002"))
        await uow.commit()
    async with uow_factory() as uow:
        assert [case.number for case in await uow.cases.of_order("10480001")] == ["C2", "C1"]
        assert [case.number for case in await uow.cases.of_conversation("conversation")] == ["C2", "C3", "C1"]


async def test_a_return_and_its_exchange_come_back(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        # Children first: foreign keys are looked at when everything is there.
        uow.exchanges.add(an_exchange())
        uow.returns.add(a_return())
        uow.cases.add(a_case())
        await uow.commit()
    async with uow_factory() as uow:
        (return_,) = await uow.returns.of_order("10480001")
        (exchange,) = await uow.exchanges.of_order("10480001")
        assert await uow.returns.get("R1") is return_
    expected = plain(a_return())
    expected["lines"][0]["id"] = return_.lines[0].id
    assert plain(return_) == expected
    assert plain(exchange) == {**plain(an_exchange()), "id": exchange.id}


async def test_the_queue_is_the_most_pressing_first_then_the_longest_waiting(uow_factory: UowFactory) -> None:
    later = NOW + timedelta(minutes=1)
    async with uow_factory() as uow:
        uow.escalations.add(an_escalation("normal", Priority.NORMAL, NOW))
        uow.escalations.add(an_escalation("low", Priority.LOW, NOW))
        uow.escalations.add(an_escalation("high-later", Priority.HIGH, later))
        uow.escalations.add(an_escalation("high", Priority.HIGH, NOW))
        uow.escalations.add(an_escalation("urgent", Priority.URGENT, later))
        done = an_escalation("done", Priority.URGENT)
        done.resolve(later)
        uow.escalations.add(done)
        await uow.commit()
    async with uow_factory() as uow:
        queue = [escalation.conversation_id for escalation in await uow.escalations.queue()]
    assert queue == ["urgent", "high", "high-later", "normal", "low"]


async def test_the_open_handoff_of_a_conversation_is_found_until_it_ends(uow_factory: UowFactory) -> None:
    async with uow_factory() as uow:
        assert await uow.escalations.open_of("conversation") is None
        uow.escalations.add(an_escalation())
        added = await uow.escalations.open_of("conversation")
        assert added is not None
        await uow.commit()
    async with uow_factory() as uow:
        found = await uow.escalations.open_of("conversation")
        assert found is not None
        assert plain(found) == {**plain(an_escalation()), "id": added.id}
        found.resolve(NOW)
        await uow.commit()
    async with uow_factory() as uow:
        assert await uow.escalations.open_of("conversation") is None
        latest = await uow.escalations.latest_of("conversation")
        assert latest is not None
        assert latest.ended_at == NOW
        assert await uow.escalations.latest_of("other") is None


async def test_proofs_are_found_newest_first_and_by_conversation(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory, orders=2)
    async with uow_factory() as uow:
        uow.identifications.add(Identification("conversation", "10480001", proved_at=NOW))
        uow.identifications.add(Identification("conversation", "10480002", proved_at=NOW + timedelta(minutes=1)))
        uow.identifications.add(Identification("conversation", "99999999", wrong_tries=3))
        assert await uow.identifications.proved_in("conversation") == ["10480002", "10480001"]
        await uow.commit()
    async with uow_factory() as uow:
        tried = await uow.identifications.get("conversation", "99999999")
        assert tried is not None
        assert tried.wrong_tries == 3
        assert not tried.is_proved
        assert await uow.identifications.get("other", "10480001") is None
        customers = await uow.customers.proved_in(["conversation", "other"])
        assert {key: customer.name for key, customer in customers.items()} == {"conversation": "Anna Becker"}


async def test_conversations_of_a_customer_are_those_that_proved_an_order_or_that_the_shop_vouched_for(
    uow_factory: UowFactory,
) -> None:
    await a_shop(uow_factory, orders=2)
    later = NOW + timedelta(minutes=1)
    async with uow_factory() as uow:
        order = await uow.orders.get("10480001")
        assert order is not None
        anna = order.customer.id
        uow.identifications.add(Identification("web", "10480001", proved_at=later))
        uow.identifications.add(Identification("web", "10480002", proved_at=NOW))
        uow.identifications.add(Identification("mail", "10480002", proved_at=later))
        uow.identifications.add(Identification("guesser", "10480001", wrong_tries=3))
        for conversation, customer in (("shop", anna), ("elsewhere", "somebody else")):
            await uow.known_customers.add(KnownCustomer(conversation, customer, NOW, later))
        await uow.commit()
    async with uow_factory() as uow:
        assert await uow.identifications.conversations_of(anna) == ["web", "mail"]
        assert await uow.identifications.conversations_of(anna, "10480001") == ["web"]
        assert await uow.identifications.conversations_of("somebody else") == []
        assert await uow.known_customers.conversations_of(anna) == ["shop"]


async def test_audit_events_come_oldest_first(uow_factory: UowFactory) -> None:
    async with uow_factory() as uow:
        for action in ("case.opened", "case.resolved"):
            uow.audit.add(AuditEvent(NOW, "bot", action, "case:C1", "conversation", {"priority": "high"}))
        uow.audit.add(AuditEvent(NOW, "agent:a1", "case.opened", "case:C2"))
        await uow.commit()
    async with uow_factory() as uow:
        events = await uow.audit.of_subject("case:C1")
    assert [event.action for event in events] == ["case.opened", "case.resolved"]
    assert events[0].data == {"priority": "high"}


async def test_accounts_and_sessions_come_back_until_they_end(uow_factory: UowFactory) -> None:
    def session(token: str) -> Session:
        return Session(token, "a-mona", "csrf", NOW, NOW + timedelta(hours=8))

    async with uow_factory() as uow:
        uow.accounts.add(an_account("mona"))
        uow.accounts.add(an_account("ada"))
        for token in ("one", "two", "three"):
            uow.accounts.add_session(session(token))
        await uow.commit()
    async with uow_factory() as uow:
        assert [account.name for account in await uow.accounts.all()] == ["ada", "mona"]
        account = await uow.accounts.by_name("MONA")
        assert plain(account) == plain(an_account("mona"))
        assert await uow.accounts.get("a-mona") is account
        assert plain(await uow.accounts.session("one")) == plain(session("one"))
        await uow.accounts.end_session("one")
        await uow.accounts.end_session("unknown")
        await uow.commit()
    async with uow_factory() as uow:
        assert await uow.accounts.session("one") is None
        assert await uow.accounts.session("two") is not None
        await uow.accounts.end_sessions_of("a-mona")
        await uow.commit()
    async with uow_factory() as uow:
        assert await uow.accounts.session("two") is None


async def test_changes_inside_lists_and_objects_are_saved(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        uow.cases.add(a_case())
        uow.escalations.add(an_escalation())
        uow.accounts.add(an_account())
        await uow.commit()
    async with uow_factory() as uow:
        case, account = await uow.cases.get("C1"), await uow.accounts.get("a-mona")
        escalation, order = await uow.escalations.open_of("conversation"), await uow.orders.get("10480001")
        assert case and account and escalation and order
        case.lines[2] = 4
        case.offers[1].reasons.append("cap_reached")
        escalation.facts["language"] = "de"
        account.languages.remove("en")
        order.address = Address("Anna Becker", "Neue Gasse 1", "8001", "Zürich", "CH")
        order.lines[0].product.variants[2].reserve(2)
        await uow.commit()
    async with uow_factory() as uow:
        case, account = await uow.cases.get("C1"), await uow.accounts.get("a-mona")
        escalation, order = await uow.escalations.open_of("conversation"), await uow.orders.get("10480001")
    assert case and account and escalation and order
    assert case.lines == {1: 2, 2: 4, 3: 1}
    assert case.offers[1].reasons == ["cap_reached"]
    assert escalation.facts == {"order": "10480001", "tries": 2, "language": "de"}
    assert account.languages == ["de"]
    assert order.address.city == "Zürich"
    assert order.lines[0].product.variants[2].stock == 1


async def test_moments_keep_their_instant_whatever_their_zone(uow_factory: UowFactory) -> None:
    tokyo = datetime(2026, 1, 1, 8, 30, tzinfo=timezone(timedelta(hours=9)))
    async with uow_factory() as uow:
        customer = a_customer()
        customer.created_at = tokyo
        uow.customers.add(customer)
        await uow.commit()
    async with uow_factory() as uow:
        kept = await uow.customers.get("c1")
    assert kept is not None
    assert kept.created_at == tokyo
    assert kept.created_at.tzinfo is timezone.utc


async def test_moments_without_a_zone_are_refused(uow_factory: UowFactory) -> None:
    async with uow_factory() as uow:
        customer = a_customer()
        customer.created_at = datetime(2026, 1, 1)
        uow.customers.add(customer)
        with pytest.raises(Exception, match="without a time zone"):
            await uow.commit()


async def test_labels_are_stored_as_their_values(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        row = (await (await uow._transaction.orm()).execute(text("SELECT state, total_minor FROM orders"))).one()
    assert tuple(row) == ("delivered", 6480)


async def test_leaving_without_commit_changes_nothing(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    with pytest.raises(ZeroDivisionError):
        async with uow_factory() as uow:
            order = await uow.orders.get("10480001")
            assert order is not None
            order.lines[0].product.variants[0].reserve(1)
            uow.cases.add(a_case())
            assert await uow.cases.get("C1") is not None
            assert await uow.next_number("case") == 1
            raise ZeroDivisionError
    async with uow_factory() as uow:
        assert await uow.cases.get("C1") is None
        assert await uow.next_number("case") == 1
        product = await uow.products.get("shoe")
    assert product is not None
    assert product.variants[0].stock == 3


async def test_a_case_of_an_unknown_order_is_refused(uow_factory: UowFactory) -> None:
    async with uow_factory() as uow:
        uow.cases.add(a_case())
        with pytest.raises(Exception, match=r"(?i)foreign key") as raised:
            await uow.commit()
    assert not isinstance(raised.value, ConflictError)


async def test_what_is_looked_at_knows_the_stock_after_a_reservation(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        before = await uow.orders.read("10480001")
    async with uow_factory() as uow:
        order = await uow.orders.get("10480001")
        assert order is not None
        order.lines[0].product.variants[0].reserve(1)
        await uow.commit()
    async with uow_factory() as uow:
        after = await uow.orders.read("10480001")
    assert before is not None and after is not None
    stocks = [seen.lines[0].product.variants[0].stock for seen in (before, after)]
    assert stocks[1] == stocks[0] - 1
