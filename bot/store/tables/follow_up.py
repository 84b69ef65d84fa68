"""What happens around a case: announcements to the customer and tasks of departments."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Text, text

from bot.aftersales.task import Department, TaskState
from bot.store.tables.base import index, key, long, metadata, reference, row_version, short
from bot.store.types import Choice, Json, UtcDateTime

notifications = Table(
    "notifications",
    metadata,
    key(),
    short("key"),
    reference("case_number", "cases.number", index=True),
    short("conversation_id"),
    short("response"),
    Column("values", Json, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime, nullable=True),
    Column("message_id", BigInteger, nullable=True),
    index("key", unique=True),
    index("sent_at", "id"),
)

tasks = Table(
    "tasks",
    metadata,
    key(),
    short("key"),
    reference("case_number", "cases.number", index=True),
    Column("department", Choice(Department), nullable=False),
    short("what"),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    short("owner", required=False),
    Column("state", Choice(TaskState), nullable=False),
    long("result"),
    Column("note", Text, nullable=False, server_default=text("''")),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("overdue_at", UtcDateTime, nullable=True),
    row_version(),
    index("key", unique=True),
    index("state", "due_at"),
)
