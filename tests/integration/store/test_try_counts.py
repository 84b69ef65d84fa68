"""Wrong tries are counted in the database, for all processes and however many come at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from bot.aftersales.identification import AT_ORDER, IN_CONVERSATION, KnownCustomer
from bot.evidence.files import EvidenceFiles
from bot.services import identification, privacy
from bot.services.privacy import Retention
from tests.integration.conftest import UowFactory
from tests.integration.store.things import NOW, a_shop

ORDER = "10480001"
A_DAY = timedelta(days=1)


async def add(uow_factory: UowFactory, subject: str, count: int = 1, hours: float = 0) -> int:
    async with uow_factory() as uow:
        before = await uow.try_counts.add(subject, count, A_DAY, NOW + timedelta(hours=hours))
        await uow.commit()
    return before


async def count_of(uow_factory: UowFactory, subject: str, hours: float = 0) -> int:
    async with uow_factory() as uow:
        return await uow.try_counts.of(subject, A_DAY, NOW + timedelta(hours=hours))


async def test_a_count_begins_anew_a_day_after_its_first_try(uow_factory: UowFactory) -> None:
    assert await count_of(uow_factory, "order:1") == 0
    assert [await add(uow_factory, "order:1", hours=hours) for hours in (0, 12, 23.9)] == [0, 1, 2]
    assert [await count_of(uow_factory, "order:1", hours) for hours in (23.9, 24)] == [3, 0]
    assert await add(uow_factory, "order:1", 3, hours=24) == 0
    assert await add(uow_factory, "order:1", hours=47) == 3
    assert await count_of(uow_factory, "order:2") == 0


async def test_what_was_counted_in_advance_is_taken_back_and_never_more(uow_factory: UowFactory) -> None:
    await add(uow_factory, "order:1", 3)
    for left in (1, 0):
        async with uow_factory() as uow:
            await uow.try_counts.take_back("order:1", 2)
            await uow.try_counts.take_back("order:2", 2)
            await uow.commit()
        assert await count_of(uow_factory, "order:1") == left


async def test_of_two_hundred_guesses_at_once_no_more_than_the_limit_are_looked_at(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        order = await uow.orders.read(ORDER)
    assert order is not None
    postcode, email = order.address.postcode, order.customer.email

    async def guess(sender: int, factor: str) -> bool:
        async with uow_factory() as uow:
            return await identification.prove(uow, f"sender-{sender}", ORDER, factor, NOW)

    wrong = [guess(sender, str(7000 + sender)) for sender in range(AT_ORDER.most)]
    assert not any(await asyncio.gather(*wrong))
    assert not any(await asyncio.gather(*(guess(100 + sender, postcode) for sender in range(180))))
    assert await guess(300, email)
    subject = AT_ORDER.subject(ORDER)
    assert await count_of(uow_factory, subject) == AT_ORDER.most + 180


async def test_a_try_that_was_not_committed_does_not_count(uow_factory: UowFactory) -> None:
    async with uow_factory() as uow:
        await uow.try_counts.add("order:1", 1, A_DAY, NOW)
    assert await count_of(uow_factory, "order:1") == 0


async def test_retention_forgets_counts_that_mean_nothing_any_more(uow_factory: UowFactory, tmp_path: Path) -> None:
    await add(uow_factory, "order:1")
    await add(uow_factory, "order:2", hours=2)
    keep_all = Retention(transcript_days=0, evidence_days=0)
    assert await privacy.retention(uow_factory, EvidenceFiles(tmp_path), keep_all, NOW + timedelta(hours=25)) == 0
    assert [await count_of(uow_factory, f"order:{number}", 3) for number in (1, 2)] == [0, 1]


async def test_what_is_forgotten_of_a_conversation_includes_its_tries(uow_factory: UowFactory) -> None:
    subject = IN_CONVERSATION.subject("wa:4930901820")
    await add(uow_factory, subject)
    async with uow_factory() as uow:
        await uow.personal_data.forget_transcripts(["wa:4930901820"])
        await uow.commit()
    assert await count_of(uow_factory, subject) == 0


async def test_the_shops_word_on_a_customer_is_extended_and_never_shortened(uow_factory: UowFactory) -> None:
    for hours, until in ((1, 1), (3, 3), (2, 3)):
        async with uow_factory() as uow:
            await identification.introduce(uow, "conversation", "c1", NOW, NOW + timedelta(hours=hours))
        async with uow_factory() as uow:
            known = await uow.known_customers.of("conversation")
        assert known == KnownCustomer("conversation", "c1", NOW, NOW + timedelta(hours=until))
