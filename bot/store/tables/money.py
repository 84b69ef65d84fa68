"""Money on its way to customers, what they are given instead, and the ledger of it all."""

from __future__ import annotations

from sqlalchemy import Column, Date, Integer, Table

from bot.aftersales.grant import CouponState
from bot.aftersales.ledger import Account
from bot.aftersales.refund import RefundState
from bot.store.breakdown_json import BreakdownJson
from bot.store.tables.base import index, key, metadata, money, reference, row_version, short
from bot.store.types import Choice, Hundredths, UtcDateTime

refunds = Table(
    "refunds",
    metadata,
    short("number", primary_key=True),
    short("key"),
    reference("case_number", "cases.number", index=True),
    reference("order_number", "orders.number", index=True),
    short("reason"),
    Column("agreed_at", UtcDateTime, nullable=False),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    Column("breakdown", BreakdownJson, nullable=False),
    *money("amount"),
    Column("state", Choice(RefundState), nullable=False),
    Column("attempts", Integer, nullable=False),
    short("failure", required=False),
    Column("sent_at", UtcDateTime, nullable=True),
    Column("arrives_by", Date, nullable=True),
    Column("settled_at", UtcDateTime, nullable=True),
    Column("pay_by", Date, nullable=True),
    row_version(),
    index("key", unique=True),
    index("state", "next_attempt_at"),
)

refund_parts = Table(
    "refund_parts",
    metadata,
    key(),
    reference("refund_number", "refunds.number"),
    Column("position", Integer, nullable=False),
    reference("payment_id", "payments.id", required=False, index=True),
    short("method"),
    *money("amount"),
    short("reference", required=False),
    Column("round", Integer, nullable=False),
    index("refund_number", "position", unique=True),
)

payment_instructions = Table(
    "payment_instructions",
    metadata,
    short("key", primary_key=True),
    short("order_number"),
    short("refund_number", index=True),
    short("method"),
    *money("amount"),
    short("payment_id", required=False),
    short("reference"),
    Column("days", Integer, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    index("recorded_at", "key"),
)

journal_entries = Table(
    "journal_entries",
    metadata,
    short("id", primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    short("subject", index=True),
    short("what"),
)

journal_postings = Table(
    "journal_postings",
    metadata,
    key(),
    reference("entry_id", "journal_entries.id", index=True),
    Column("account", Choice(Account), nullable=False),
    *money("amount"),
    index("account", "amount_currency"),
)

coupons = Table(
    "coupons",
    metadata,
    short("number", primary_key=True),
    short("code"),
    short("key"),
    reference("case_number", "cases.number", index=True),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("percent", Hundredths, nullable=True),
    *money("amount", required=False),
    Column("state", Choice(CouponState), nullable=False),
    Column("redeemed_at", UtcDateTime, nullable=True),
    row_version(),
    index("code", unique=True),
    index("key", unique=True),
    index("state", "expires_at"),
)

warranty_extensions = Table(
    "warranty_extensions",
    metadata,
    key(),
    short("key"),
    reference("case_number", "cases.number", index=True),
    reference("order_number", "orders.number", index=True),
    Column("position", Integer, nullable=False),
    Column("months", Integer, nullable=False),
    Column("until", Date, nullable=False),
    Column("granted_at", UtcDateTime, nullable=False),
    index("key", unique=True),
)
