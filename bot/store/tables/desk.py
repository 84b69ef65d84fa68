"""The people of the desk and their sessions."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, Table

from bot.services.account import Role
from bot.store.tables.base import metadata, reference, row_version, short
from bot.store.types import Choice, UtcDateTime, json_list

accounts = Table(
    "accounts",
    metadata,
    short("id", primary_key=True),
    short("name", unique=True),
    short("display_name"),
    short("password_hash"),
    Column("role", Choice(Role), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("languages", json_list(), nullable=False),
    Column("must_change_password", Boolean, nullable=False),
    Column("wrong_passwords", Integer, nullable=False),
    Column("locked_until", UtcDateTime, nullable=True),
    row_version(),
)

sessions = Table(
    "sessions",
    metadata,
    short("token_digest", primary_key=True),
    reference("account_id", "accounts.id", index=True),
    short("csrf_token"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)
