"""What is carried out for a case beside returns and exchanges, and what the shop reports about it."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Integer, Table

from bot.aftersales.customs import CustomsState, Paper
from bot.aftersales.labels import Payer
from bot.aftersales.repair import RepairState
from bot.aftersales.reship import ReshipState
from bot.aftersales.return_ import Refusal
from bot.aftersales.shop_event import ShopEventState, ShopEventType
from bot.store.tables.base import index, long, metadata, money, reference, row_version, short
from bot.store.types import Choice, ChoiceList, Json, UtcDateTime, int_keyed_json

repairs = Table(
    "repairs",
    metadata,
    short("number", primary_key=True),
    reference("case_number", "cases.number", index=True),
    reference("order_number", "orders.number", index=True),
    Column("position", Integer, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("in_warranty", Boolean, nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("deadline", Date, nullable=False),
    short("warehouse", required=False),
    Column("state", Choice(RepairState), nullable=False),
    *money("quote", required=False),
    Column("quote_until", Date, nullable=True),
    Column("received_at", UtcDateTime, nullable=True),
    short("carrier", required=False),
    short("tracking_number", required=False, index=True),
    Column("shipped_at", UtcDateTime, nullable=True),
    Column("is_repaired", Boolean, nullable=False),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("decline_reason", Choice(Refusal), nullable=True),
    row_version(),
    index("state", "deadline"),
)

reshipments = Table(
    "reshipments",
    metadata,
    short("number", primary_key=True),
    reference("case_number", "cases.number", index=True),
    reference("order_number", "orders.number", index=True),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("lines", int_keyed_json(), nullable=False),
    Column("state", Choice(ReshipState), nullable=False),
    Column("search_until", UtcDateTime, nullable=True),
    short("lost_tracking_number", required=False, index=True),
    short("carrier", required=False),
    short("tracking_number", required=False, index=True),
    Column("shipped_at", UtcDateTime, nullable=True),
    Column("ended_at", UtcDateTime, nullable=True),
    row_version(),
    index("state", "search_until"),
)

customs_matters = Table(
    "customs_matters",
    metadata,
    short("number", primary_key=True),
    reference("case_number", "cases.number", index=True),
    reference("order_number", "orders.number", index=True),
    Column("reported_at", UtcDateTime, nullable=False),
    short("authority"),
    short("reference"),
    short("tracking_number", required=False),
    Column("state", Choice(CustomsState), nullable=False),
    Column("papers", ChoiceList(Paper), nullable=False),
    Column("due_on", Date, nullable=True),
    Column("payer", Choice(Payer), nullable=False),
    *money("charges", required=False),
    Column("decided_at", UtcDateTime, nullable=True),
    Column("ended_at", UtcDateTime, nullable=True),
    long("reason"),
    row_version(),
    index("state", "due_on"),
)

shop_events = Table(
    "shop_events",
    metadata,
    short("id", primary_key=True),
    Column("type", Choice(ShopEventType), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    short("subject"),
    Column("payload", Json, nullable=False),
    Column("state", Choice(ShopEventState), nullable=False),
    short("result"),
    index("subject", "at"),
    index("state", "at"),
)
