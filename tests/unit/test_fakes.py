"""The ports in memory behave as the database does: the very tests of the database, run against the fakes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.fakes import FakeUnitOfWork, fake_unit_of_work_factory
from tests.integration.store.test_concurrency import (  # noqa: F401
    test_a_message_that_opens_a_case_twice_is_a_conflict,
)
from tests.integration.store.test_conversations import (  # noqa: F401
    test_a_conversation_comes_back_and_its_changes_are_saved,
    test_a_message_comes_back_whole,
    test_a_redelivered_message_is_stored_once,
    test_a_transcript_grows_and_can_be_followed,
    test_an_inbound_message_comes_back_with_its_position,
    test_dialogue_events_come_back_in_order,
    test_outbound_messages_are_pending_until_sent,
    test_recent_conversations_come_newest_first,
    test_waiting_messages_are_those_not_processed_in_the_order_of_arrival,
)
from tests.integration.store.test_money import (  # noqa: F401
    test_a_refund_comes_back_whole,
    test_coupons_and_extensions_come_back,
    test_the_ledger_keeps_an_entry_once_and_adds_up,
)
from tests.integration.store.test_round_trips import (  # noqa: F401
    test_a_case_comes_back_with_its_offers,
    test_a_customers_orders_come_newest_first,
    test_a_return_and_its_exchange_come_back,
    test_accounts_and_sessions_come_back_until_they_end,
    test_an_order_comes_back_whole,
    test_audit_events_come_oldest_first,
    test_cases_come_newest_first,
    test_products_come_by_category_and_title,
    test_proofs_are_found_newest_first_and_by_conversation,
    test_the_open_handoff_of_a_conversation_is_found_until_it_ends,
    test_the_queue_is_the_most_pressing_first_then_the_longest_waiting,
)


@pytest.fixture
def uow_factory() -> Callable[[], FakeUnitOfWork]:
    return fake_unit_of_work_factory()


async def test_leaving_without_commit_takes_out_what_was_added(
    uow_factory: Callable[[], FakeUnitOfWork],
) -> None:
    from tests.integration.store.things import an_inbound

    async with uow_factory() as uow:
        await uow.inbox.add(an_inbound())
        await uow.dialogue.append("conversation", [{"event": "user"}])
        assert not uow.committed
    async with uow_factory() as uow:
        assert await uow.inbox.get("i1") is None
        assert await uow.dialogue.load("conversation") == []
