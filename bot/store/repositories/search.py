"""The words of what can be found: FTS5 on SQLite, tsvectors on PostgreSQL, cut by ``bot.services.search_words``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from bot.conversations.model import Author
from bot.services.inbox_ports import DueEntry, Entry, EntryKind, Found, Hit, ProvedOrder, Term
from bot.store.repositories.base import Repository
from bot.store.rows import Rows
from bot.store.tables import aftersales, conversations, inboxes, shop

_ENTRIES = inboxes.search_entries.c
_COLUMNS = ("id", "conversation_id", "kind", "key", "at")
_rows = Rows(inboxes.search_entries, _COLUMNS, tuple)
_MESSAGES = conversations.messages.c
_CASES = aftersales.cases.c
_PROOFS = aftersales.identifications.c

_HIGHEST_POSITION = 16_383
_MOST_POSITIONS_OF_A_WORD = 250
"""PostgreSQL keeps 256."""

_FIND_SQLITE = (
    "SELECT e.conversation_id, max(e.id) FROM "
    "(SELECT rowid AS id FROM search_words WHERE search_words MATCH ? ORDER BY rowid DESC LIMIT ?) w "
    "JOIN search_entries e ON e.id = w.id GROUP BY e.conversation_id ORDER BY 2 DESC"
)
_FIND_POSTGRES = (
    "SELECT e.conversation_id, max(e.id) FROM "
    "(SELECT id FROM search_words WHERE words @@ CAST(CAST(? AS text) AS tsquery) ORDER BY id DESC LIMIT ?) w "
    "JOIN search_entries e ON e.id = w.id GROUP BY e.conversation_id ORDER BY 2 DESC"
)


class SqlSearchIndex(Repository):
    """The words of everything that can be found."""

    async def take_due(self, limit: int) -> list[DueEntry]:
        """Take what changed out of the list of what is due, oldest first; somebody else gets other entries."""
        skip = "" if self._is_sqlite else " FOR UPDATE SKIP LOCKED"
        oldest = f"SELECT id FROM search_due ORDER BY id LIMIT ?{skip}"
        # Mostly nothing is due, and then nobody needs to wait for a turn to write.
        if not await self._transaction.read("SELECT id FROM search_due LIMIT 1"):
            return []
        taken = await self._transaction.write(
            f"DELETE FROM search_due WHERE id IN ({oldest}) RETURNING id, kind, key", limit
        )
        return sorted(DueEntry(int(id), EntryKind(kind), key) for id, kind, key in taken.rows)

    async def messages(self, ids: Collection[int]) -> dict[int, tuple[str, datetime, list[str]]]:
        """Return conversation, moment and all texts of messages by id.

        Our announcements are left out, and so are whispers: everybody at the desk searches, two people may read them.
        """
        t = _MESSAGES
        statement = select(t.id, t.conversation_id, t.at, t.text, t.custom)
        wanted = t.id.in_(list(ids)), t.author != Author.SYSTEM
        rows = await self._all(statement.where(*wanted))
        return {
            id: (where, at, [text, *_other_texts(custom)])
            for id, where, at, text, custom in rows
            if "whisper" not in custom
        }

    async def stories(self, numbers: Collection[str]) -> dict[str, tuple[str, datetime, list[str]]]:
        """Return conversation, moment and all texts of cases by number."""
        t = _CASES
        statement = select(t.number, t.conversation_id, t.opened_at, t.story)
        rows = await self._all(statement.where(t.number.in_(list(numbers))))
        return {number: (where, at, [number, story]) for number, where, at, story in rows}

    async def proved(self, order_numbers: Collection[str]) -> dict[str, ProvedOrder]:
        """Return what is to be found of orders, by number; those that nobody proved are left out."""
        wanted = list(order_numbers)
        proofs = await self._all(
            select(_PROOFS.order_number, _PROOFS.conversation_id, _PROOFS.proved_at).where(
                _PROOFS.order_number.in_(wanted), _PROOFS.proved_at.is_not(None)
            )
        )
        o, people, parcels, lines = shop.orders.c, shop.customers.c, shop.shipments.c, shop.order_lines.c
        of_customer = {
            number: [text for text in texts if text]
            for number, *texts in await self._all(
                select(o.number, people.name, people.email, people.phone)
                .join(shop.customers, people.id == o.customer_id)
                .where(o.number.in_(wanted))
            )
        }
        texts: dict[str, list[str]] = {number: [number] for number in of_customer}
        for statement in (
            select(parcels.order_number, parcels.tracking_number).where(parcels.order_number.in_(wanted)),
            select(lines.order_number, shop.products.c.title)
            .join(shop.products, shop.products.c.id == lines.product_id)
            .where(lines.order_number.in_(wanted)),
        ):
            for number, text in await self._all(statement):
                texts[number].append(text)
        where: dict[str, dict[str, datetime]] = {}
        for number, conversation_id, at in proofs:
            where.setdefault(number, {})[conversation_id] = at
        return {
            number: ProvedOrder(where[number], texts[number], of_customer[number])
            for number in where
            if number in of_customer
        }

    async def orders_of(self, customer_id: str) -> list[str]:
        """Return the proved orders of a customer."""
        o = shop.orders.c
        statement = (
            select(o.number)
            .join(aftersales.identifications, _PROOFS.order_number == o.number)
            .where(o.customer_id == customer_id, _PROOFS.proved_at.is_not(None))
        )
        return sorted({number for (number,) in await self._all(statement)})

    async def replace(self, kinds: Collection[EntryKind], keys: Collection[str], by: Sequence[Entry]) -> None:
        """Put entries in the place of all those of some kinds and keys."""
        await self._transaction.take_turn()
        session = await self._transaction.orm()
        old = _ENTRIES.kind.in_(list(kinds)), _ENTRIES.key.in_(list(keys))
        # The words go with them: by a trigger on SQLite, by the foreign key on PostgreSQL.
        await session.execute(delete(inboxes.search_entries).where(*old))
        if not by:
            return
        ids = await self._new_ids(len(by))
        dialect = self._transaction.dialect
        entries = [
            (id, entry.conversation_id, entry.kind.value, entry.key, _rows.value("at", entry.at, dialect))
            for id, entry in zip(ids, by)
        ]
        await self._transaction.write_all(_rows.insert(_COLUMNS), entries)
        if self._is_sqlite:
            texts = [(id, " ".join(entry.words)) for id, entry in zip(ids, by)]
            await self._transaction.write_all("INSERT INTO search_words (rowid, words) VALUES (?, ?)", texts)
        else:
            vectors = [(id, _vector(entry.words)) for id, entry in zip(ids, by)]
            sql = "INSERT INTO search_words (id, words) VALUES (?, CAST(CAST(? AS text) AS tsvector))"
            await self._transaction.write_all(sql, vectors)

    async def find(self, term: Term, limit: int) -> list[Hit]:
        """Return where a term occurs, newest first; of very many entries only the newest ``limit`` are looked at."""
        if self._is_sqlite:
            rows = await self._transaction.read(_FIND_SQLITE, _fts5(term), limit)
        else:
            rows = await self._transaction.read(_FIND_POSTGRES, _tsquery(term), limit)
        return [Hit(conversation_id, int(entry_id)) for conversation_id, entry_id in rows]

    async def found(self, entry_ids: Collection[int]) -> dict[int, Found]:
        """Return what entries are about, by id."""
        entries = await self._all(
            select(_ENTRIES.id, _ENTRIES.kind, _ENTRIES.key).where(_ENTRIES.id.in_(list(entry_ids)))
        )
        said = {
            str(id): text
            for id, text in await self._all(
                select(_MESSAGES.id, _MESSAGES.text).where(
                    _MESSAGES.id.in_([int(key) for _, kind, key in entries if kind is EntryKind.MESSAGE])
                )
            )
        }
        told = dict(
            await self._all(
                select(_CASES.number, _CASES.story).where(
                    _CASES.number.in_([key for _, kind, key in entries if kind is EntryKind.CASE])
                )
            )
        )
        texts = {EntryKind.MESSAGE: said, EntryKind.CASE: told}
        return {id: Found(kind, key, texts.get(kind, {}).get(key, "")) for id, kind, key in entries}

    async def _new_ids(self, count: int) -> list[int]:
        if self._is_sqlite:
            # Whoever writes has the turn, so nobody else takes them meanwhile; a number is never given twice.
            known = await self._transaction.read("SELECT seq FROM sqlite_sequence WHERE name = 'search_entries'")
            newest = int(known[0][0]) if known else 0
            return list(range(newest + 1, newest + 1 + count))
        sql = "SELECT nextval('search_entries_id_seq') FROM generate_series(1, ?)"
        return [int(id) for (id,) in await self._transaction.read(sql, count)]

    @property
    def _is_sqlite(self) -> bool:
        return bool(self._transaction.dialect.name == "sqlite")

    async def _all(self, statement: Any) -> list[Any]:
        return list((await (await self._transaction.orm()).execute(statement)).all())


def _other_texts(custom: dict[str, Any]) -> Iterable[str]:
    """Return a message's translations and original, as they are kept beside its text."""
    for kept in (custom.get("original"), *(custom.get("translation") or {}).values()):
        if isinstance(kept, dict) and isinstance(kept.get("text"), str):
            yield kept["text"]


def _fts5(term: Term) -> str:
    return f'"{" ".join(term.words)}"' + ("*" if term.is_begun else "")


def _tsquery(term: Term) -> str:
    words = [f"'{word}'" for word in term.words]
    if term.is_begun:
        words[-1] += ":*"
    return " <-> ".join(words)


def _vector(words: Sequence[str]) -> str:
    places: dict[str, list[int]] = {}
    for position, word in enumerate(words[:_HIGHEST_POSITION], start=1):
        places.setdefault(word, []).append(position)
    return " ".join(
        f"'{word}':{','.join(str(place) for place in at[:_MOST_POSITIONS_OF_A_WORD])}" for word, at in places.items()
    )
