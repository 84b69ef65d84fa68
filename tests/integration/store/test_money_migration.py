"""A shop that was there before discounts, taxes and duties keeps its orders, with nothing of each."""

from __future__ import annotations

from sqlalchemy import text

from bot.store.engine import create_engine
from tests.integration.migrating import move

_ORDER = """
INSERT INTO orders (number, customer_id, state, placed_at, address, shipping_fee_minor, shipping_fee_currency,
    total_minor, total_currency, row_version)
VALUES ('1', 'c1', 'paid', '2026-01-01 00:00:00', '{}', 0, 'JPY', 500, 'JPY', 1)
"""
_CUSTOMER = "INSERT INTO customers (id, name, email, country, language) VALUES ('c1', 'A', 'a@example.org', 'JP', 'ja')"


async def test_orders_of_before_get_no_duties_in_their_own_currency(empty_url: str) -> None:
    engine = create_engine(empty_url)
    async with engine.begin() as connection:
        await connection.run_sync(move, "0006")
        await connection.execute(text(_CUSTOMER))
        await connection.execute(
            text(_ORDER.replace("'{}'", "CAST('{}' AS JSON)" if "postgres" in empty_url else "'{}'"))
        )
    async with engine.begin() as connection:
        await connection.run_sync(move, "0007")
        row = (await connection.execute(text("SELECT duties_minor, duties_currency FROM orders"))).one()
        assert tuple(row) == (0, "JPY")
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: move(sync, "0006", down=True))
        assert (await connection.execute(text("SELECT total_currency FROM orders"))).scalar() == "JPY"
    await engine.dispose()
