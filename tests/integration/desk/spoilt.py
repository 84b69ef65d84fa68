"""A database with a script wherever no code of the program has to stand: stored attacks at their worst."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Column, Date, Integer, String, Table
from sqlalchemy.dialects import sqlite

from bot.store.tables import metadata
from bot.store.types import Choice, ChoiceList, Hundredths, UtcDateTime
from tests.integration.desk.machine_columns import MACHINES

SQLITE = sqlite.dialect()

SCRIPTS = ("\"'><script>alert({0})</script>", "\"'><img src=x onerror=alert({0})>", "javascript:alert({0})")
"""What is written, with the column that it is written into."""

MARK = re.compile(r"alert\((\w+\.\w+)\)")

CONVERSATION, CASE, ORDER, CUSTOMER = "c-evil", "C1000002", "10482999", "k2"

# Whose new row belongs to what, so that the pages of that conversation show it.
_POINTS: dict[str, Any] = {
    "conversation_id": CONVERSATION, "case_number": CASE, "order_number": ORDER, "customer_id": CUSTOMER,
    "account_id": "root", "by_account_id": "ana", "agent_id": "ana", "shipment_id": "s2", "payment_id": "p1",
    "product_id": "kettle", "sku": "kettle-1", "rma": "R1000001",
}  # fmt: skip

# What new rows hold where the first state, or a plain text, would not be shown.
_GIVEN: dict[str, Any] = {
    "messages.conversation_id": "conversations.id",
    "escalations.conversation_id": "conversations.id",
    "outbox.conversation_id": CONVERSATION,
    "outbox.state": "failed",
    "messages.author": "note",
    "messages.custom": {"translation": {"en": {"text": "What it means", "engine": "Some engine"}}},
    "messages.buttons": [{"title": "What a button says", "payload": "/some payload"}],
    "message_revisions.custom": {"translation": {"en": {"text": "What it meant", "engine": "Some engine"}}},
    "inbox.metadata": {"agent": "What a browser calls itself"},
    "correspondents.facts": {"subject": "What a mail was about"},
    "dialogue_turns.events": [{"event": "user", "text": "What was said"}],
    "shop_events.payload": {"location": "Where it was seen"},
    "webhook_deliveries.body": {"text": "What was said"},
    "cases.policy_rules": [{"id": "the rule", "text": "What it says", "file": "a file", "line": 3}],
    "offers.reasons": ["Why it was offered"],
    "conversation_tags.tag": "vip",
    "desk_settings.key": "tags",
    "desk_settings.value": [{"id": "vip", "name": "Very important"}],
    "escalations.facts": {"story": "What was told", "order_number": "A number"},
    "escalations.instruction": {"kind": "go_on", "note": "What to do"},
    "evidence.media_type": "image/jpeg",
    "liability_findings.facts": {"issue_type": "A fact of it"},
    "notifications.values": {"order": "A value of it"},
    "audit_events.subject": f"case:{CASE}",
    "audit_events.action": "case.opened",
    "audit_events.data": {"reason": "What was written down"},
    "orders.address": {"name": "Some Name", "street": "Some street 1", "postcode": "ab 12", "city": "Some city",
                       "country": "DE"},
    "order_lines.position": 2,
    "approvals.amount_minor": 1200,
    "approvals.terms": {},
    # Decided and waiting at once, so that the pages show both the question and the answer.
    "approvals.decided_at": "2026-01-31 12:00:00.000000",
    "approvals.decided_by": "ana",
    "offers.terms": {},
    "cases.lines": {"1": 1},
    "reshipments.lines": {"1": 1},
    "search_due.key": "1",
    "refunds.breakdown": {"currency": "USD", "lines": [], "shipping": "0", "duties": "0", "goodwill": "1",
                          "overpaid": "0", "deductions": [{"reason": "A reason for it", "amount": "1"}]},
    "repairs.quote_minor": 1200,
    "returns.ended_at": None,
    "canned_responses.texts": {"en": "What to answer"},
    "products.titles": {"de": "Wie es heißt"},
    "products.descriptions": {"de": "Was versprochen wird"},
}  # fmt: skip


# Typed by customers, but the rows that are there show an order only as long as they name it.
_IN_NEW_ROWS = frozenset({"identifications.order_number"})


class Spoilt:
    """A database file into which scripts are written; ``columns`` are those that hold one now."""

    def __init__(self, file: Path, script: str) -> None:
        self.script = script
        self.columns: set[str] = set()
        with closing(sqlite3.connect(file)) as self._database, self._database:
            for table in metadata.sorted_tables:
                self._add_row(table)
            for table in metadata.sorted_tables:
                self._rewrite(table)
            assert self._database.execute("PRAGMA foreign_key_check").fetchall() == []
            self.tables_without_rows = {
                table.name
                for table in metadata.sorted_tables
                if not self._database.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0]
            }

    def text(self, column: str) -> str:
        """Return the script that stands in a column."""
        return self.script.format(column)

    def _add_row(self, table: Table) -> None:
        values = {column.name: self._value(column) for column in table.columns}
        # Numbers are given by the database.
        values = {name: value for name, value in values.items() if value is not ...}
        names, marks = ", ".join(f'"{name}"' for name in values), ", ".join("?" for _ in values)
        self._database.execute(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', list(values.values()))

    def _value(self, column: Column[Any]) -> Any:
        name = str(column)
        if name in _GIVEN:
            given = _GIVEN[name]
            if given == "conversations.id":
                return self.text(given)
            return json.dumps(given) if isinstance(given, (dict, list)) else given
        if column.primary_key and column.autoincrement is True:
            return ...
        if column.name == "message_id":
            return self._database.execute("SELECT max(id) FROM messages").fetchone()[0]
        if column.name == "escalation_id":
            return self._database.execute("SELECT max(id) FROM escalations").fetchone()[0]
        if name in _IN_NEW_ROWS:
            return self._plain(column, name)
        is_own_key = column.primary_key and not column.foreign_keys and column.name != "conversation_id"
        if column.name in _POINTS and not is_own_key:
            return _POINTS[column.name]
        for foreign in column.foreign_keys:
            newest = f'SELECT max("{foreign.column.name}") FROM "{foreign.column.table.name}"'
            return self._database.execute(newest).fetchone()[0]
        return self._plain(column, name)

    def _plain(self, column: Column[Any], name: str) -> Any:
        kind = column.type
        if isinstance(kind, Choice):
            return next(iter(kind.kind)).value
        if is_json(column):
            return "[]" if isinstance(kind, ChoiceList) or column.nullable is False else None
        if isinstance(kind, UtcDateTime):
            return None if column.nullable else datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")
        if isinstance(kind, Date):
            return None if column.nullable else "2099-12-31"
        if isinstance(kind, String):
            if column.name.endswith("_currency"):
                return "USD"
            if name in MACHINES:
                return None if column.nullable else f"{column.table.name}-{column.name}"
            self.columns.add(name)
            return self.text(name)
        if isinstance(kind, (Integer, Boolean, Hundredths)):
            return None if column.nullable else 1
        raise AssertionError(f"{name} is of a kind that no row can be made for")

    def _rewrite(self, table: Table) -> None:
        for column in table.columns:
            name = str(column)
            if column.primary_key or column.foreign_keys or isinstance(column.type, (Choice, ChoiceList)):
                continue
            if name in MACHINES or name in _IN_NEW_ROWS:
                continue
            if is_json(column):
                self._rewrite_json(table, column.name)
            elif isinstance(column.type, String):
                self._database.execute(f'UPDATE "{table.name}" SET "{column.name}" = ?', [self.text(name)])
                self.columns.add(name)

    def _rewrite_json(self, table: Table, column: str) -> None:
        name = f"{table.name}.{column}"
        keys = [key.name for key in table.primary_key]
        columns = ", ".join(f'"{key}"' for key in keys)
        for *key, kept in self._database.execute(f'SELECT {columns}, "{column}" FROM "{table.name}"').fetchall():
            spoilt = json.dumps(_spoilt(json.loads(kept or "null"), self.text(name)))
            if spoilt != kept and MARK.search(spoilt):
                where = " AND ".join(f'"{key}" = ?' for key in keys)
                self._database.execute(f'UPDATE "{table.name}" SET "{column}" = ? WHERE {where}', [spoilt, *key])
                self.columns.add(name)


def is_json(column: Column[Any]) -> bool:
    return bool(column.type.compile(SQLITE) == "JSON")


def texts() -> Iterator[str]:
    """Yield every column that holds text or JSON, and points nowhere."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, (Choice, ChoiceList)) or column.foreign_keys:
                continue
            if isinstance(column.type, String) or is_json(column):
                yield str(column)


def _spoilt(value: Any, script: str) -> Any:
    if isinstance(value, dict):
        return {key: _spoilt(item, script) for key, item in value.items()}
    if isinstance(value, list):
        return [_spoilt(item, script) for item in value]
    # Codes and numbers are the program's own: "refund_full", "12.50", "2026-01-31".
    is_code = isinstance(value, str) and re.fullmatch(r"[a-z]+([_.:-][a-z]+)*|[A-Z]{2,3}|[\d.:+TZ-]+", value)
    return script if isinstance(value, str) and not is_code else value
