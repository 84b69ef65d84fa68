"""The people of the desk and their sessions."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, Table

from bot.services.account import Presence, Role
from bot.store.tables.base import index, metadata, reference, row_version, short
from bot.store.types import Choice, Hundredths, UtcDateTime, json_list

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
    Column("disabled_at", UtcDateTime, nullable=True),
    Column("teams", json_list(), nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("refund_limit", Hundredths, nullable=True),
    short("desk_language", required=False),
    Column("presence", Choice(Presence), nullable=False),
    Column("seen_at", UtcDateTime, nullable=True),
    short("totp_secret", required=False),
    short("totp_pending", required=False),
    Column("totp_last_step", Integer, nullable=True),
    Column("recovery_digests", json_list(), nullable=False),
    short("invitation_digest", required=False),
    Column("invited_until", UtcDateTime, nullable=True),
    index("invitation_digest", unique=True),
)

sessions = Table(
    "sessions",
    metadata,
    short("token_digest", primary_key=True),
    reference("account_id", "accounts.id", index=True),
    short("csrf_token"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    short("user_agent"),
    Column("last_seen_at", UtcDateTime, nullable=True),
    Column("awaits_code", Boolean, nullable=False),
)
