"""Searching conversations by what was written in them, their cases, and the orders that were proved in them.

What changes is noted by the database itself and looked at again by ``follow``, so nothing that writes has to know of
the search. Of an order and its customer only those conversations know in which the order was proved.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.services import search_words
from bot.services.inbox_ports import DueEntry, Entry, EntryKind, Found, Term
from bot.services.ports import UnitOfWork

BATCH = 500
_ENTRIES_LOOKED_AT = 20_000
_OF_ORDERS = (EntryKind.ORDER, EntryKind.CUSTOMER)


@dataclass(frozen=True)
class Results:
    """What a search found: conversations, those with the newest mention first, each with the entry that shows why."""

    terms: Sequence[Term]
    entries: Mapping[str, int]

    @property
    def conversation_ids(self) -> list[str]:
        """Return the conversations in order."""
        return list(self.entries)

    def some(self, conversation_ids: Collection[str]) -> dict[str, int]:
        """Return the entries of some of the conversations."""
        return {id: self.entries[id] for id in conversation_ids if id in self.entries}


async def find(uow: UnitOfWork, query: str, most: int) -> Results:
    """Return up to so many conversations in which everything that was asked for occurs, not only in one message."""
    terms = search_words.terms_of(query)
    found: list[dict[str, int]] = []
    for term in terms:
        hits = {hit.conversation_id: hit.entry_id for hit in await uow.search.find(term, _ENTRIES_LOOKED_AT)}
        if not hits:
            return Results(terms, {})
        found.append(hits)
    if not found:
        return Results(terms, {})
    # The rarest term says best why a conversation was found.
    rarest = min(found, key=len)
    common = {id: entry for id, entry in rarest.items() if all(id in hits for hits in found)}
    newest_first = sorted(common, key=lambda id: -max(hits[id] for hits in found))
    return Results(terms, {id: common[id] for id in newest_first[:most]})


async def reasons(uow: UnitOfWork, results: Results, conversation_ids: Collection[str]) -> dict[str, Found]:
    """Return why some of the conversations were found."""
    entries = results.some(conversation_ids)
    about = await uow.search.found(entries.values())
    return {id: about[entry] for id, entry in entries.items() if entry in about}


async def follow(uow_factory: Callable[[], UnitOfWork], most: int = 20_000) -> int:
    """Make what changed findable, a batch a transaction; return how many changes were looked at."""
    done = 0
    while done < most:
        async with uow_factory() as uow:
            taken = await catch_up(uow)
        done += taken
        if taken < BATCH:
            break
    return done


async def catch_up(uow: UnitOfWork) -> int:
    """Make the next batch of what changed findable and return how many changes that were; commits."""
    due = await uow.search.take_due(BATCH)
    if not due:
        return 0
    await _index_messages(uow, _keys(due, EntryKind.MESSAGE))
    await _index_cases(uow, _keys(due, EntryKind.CASE))
    orders = set(_keys(due, EntryKind.ORDER))
    for customer_id in _keys(due, EntryKind.CUSTOMER):
        orders.update(await uow.search.orders_of(customer_id))
    await _index_orders(uow, sorted(orders))
    await uow.commit()
    return len(due)


async def _index_messages(uow: UnitOfWork, keys: Sequence[str]) -> None:
    if not keys:
        return
    texts = await uow.search.messages([int(key) for key in keys])
    entries = [
        _entry(where, EntryKind.MESSAGE, str(id), at, texts_of) for id, (where, at, texts_of) in sorted(texts.items())
    ]
    await _replace(uow, (EntryKind.MESSAGE,), keys, entries)


async def _index_cases(uow: UnitOfWork, keys: Sequence[str]) -> None:
    if not keys:
        return
    stories = await uow.search.stories(keys)
    entries = [_entry(where, EntryKind.CASE, number, at, texts) for number, (where, at, texts) in stories.items()]
    await _replace(uow, (EntryKind.CASE,), keys, entries)


async def _index_orders(uow: UnitOfWork, numbers: Sequence[str]) -> None:
    if not numbers:
        return
    entries = []
    for number, order in (await uow.search.proved(numbers)).items():
        for conversation_id, at in order.conversations.items():
            entries.append(_entry(conversation_id, EntryKind.ORDER, number, at, order.texts))
            entries.append(_entry(conversation_id, EntryKind.CUSTOMER, number, at, order.customer))
    await _replace(uow, _OF_ORDERS, numbers, entries)


async def _replace(
    uow: UnitOfWork, kinds: Collection[EntryKind], keys: Collection[str], entries: Sequence[Entry]
) -> None:
    await uow.search.replace(kinds, keys, [entry for entry in entries if entry.words])


def _entry(conversation_id: str, kind: EntryKind, key: str, at: datetime, texts: Sequence[str]) -> Entry:
    return Entry(conversation_id, kind, key, at, search_words.words_of(texts))


def _keys(due: Sequence[DueEntry], kind: EntryKind) -> list[str]:
    return list(dict.fromkeys(entry.key for entry in due if entry.kind is kind))
