"""The shop: products, customers, orders, payments and parcels."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table

from bot.aftersales.catalogue import ReturnClass
from bot.aftersales.order import OrderState, ShipmentState
from bot.store.tables.base import index, key, long, metadata, money, reference, row_version, short
from bot.store.types import AddressJson, Choice, UtcDateTime, json_object

products = Table(
    "products",
    metadata,
    short("id", primary_key=True),
    short("title"),
    short("category"),
    Column("return_class", Choice(ReturnClass), nullable=False),
    Column("warranty_months", Integer, nullable=False),
    short("supplier", required=False),
    Column("titles", json_object(), nullable=False),
    long("description"),
    Column("descriptions", json_object(), nullable=False),
    index("category", "title"),
)

variants = Table(
    "variants",
    metadata,
    short("sku", primary_key=True),
    reference("product_id", "products.id", index=True),
    Column("position", Integer, nullable=False),
    *money("price"),
    Column("stock", Integer, nullable=False),
    short("size", required=False),
    short("color", required=False),
    row_version(),
)

customers = Table(
    "customers",
    metadata,
    short("id", primary_key=True),
    short("name"),
    short("email", index=True),
    short("country"),
    short("language"),
    short("phone", required=False),
    Column("created_at", UtcDateTime, nullable=True),
)

orders = Table(
    "orders",
    metadata,
    short("number", primary_key=True),
    reference("customer_id", "customers.id"),
    Column("state", Choice(OrderState), nullable=False),
    Column("placed_at", UtcDateTime, nullable=False),
    Column("address", AddressJson, nullable=False),
    *money("shipping_fee"),
    *money("total"),
    *money("duties"),
    row_version(),
    index("customer_id", "placed_at"),
    index("placed_at"),
)

order_origins = Table(
    "order_origins",
    metadata,
    reference("order_number", "orders.number", primary_key=True),
    short("source"),
    Column("fetched_at", UtcDateTime, nullable=False),
    short("address_digest"),
)

order_lines = Table(
    "order_lines",
    metadata,
    key(),
    reference("order_number", "orders.number"),
    Column("position", Integer, nullable=False),
    reference("product_id", "products.id", index=True),
    reference("sku", "variants.sku"),
    Column("quantity", Integer, nullable=False),
    *money("unit_price"),
    *money("discount"),
    *money("tax"),
    short("size", required=False),
    short("color", required=False),
    index("order_number", "position", unique=True),
)

payments = Table(
    "payments",
    metadata,
    short("id", primary_key=True),
    reference("order_number", "orders.number", index=True),
    short("method"),
    *money("amount"),
    Column("paid_at", UtcDateTime, nullable=False),
)

shipments = Table(
    "shipments",
    metadata,
    short("id", primary_key=True),
    reference("order_number", "orders.number", index=True),
    short("carrier"),
    short("tracking_number", index=True),
    Column("state", Choice(ShipmentState), nullable=False),
    Column("shipped_at", UtcDateTime, nullable=True),
    Column("promised_by", UtcDateTime, nullable=True),
    Column("delivered_at", UtcDateTime, nullable=True),
)

tracking_events = Table(
    "tracking_events",
    metadata,
    key(),
    reference("shipment_id", "shipments.id"),
    Column("at", UtcDateTime, nullable=False),
    Column("state", Choice(ShipmentState), nullable=False),
    short("location"),
    index("shipment_id", "at"),
)
