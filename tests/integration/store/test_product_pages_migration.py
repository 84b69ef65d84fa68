"""Products that were there before pages were kept have none, and keep everything else."""

from __future__ import annotations

from sqlalchemy import text

from bot.store.engine import create_engine, migrate
from bot.store.unit_of_work import unit_of_work_factory
from tests.integration.migrating import move

_PRODUCT = """
INSERT INTO products (id, title, category, return_class, warranty_months, titles)
VALUES ('shoe', 'Running shoes', 'shoes', 'standard', 24, {titles})
"""


async def test_products_of_before_have_no_page(empty_url: str) -> None:
    engine = create_engine(empty_url)
    titles = "CAST('{}' AS JSONB)" if "postgres" in empty_url else "'{}'"
    async with engine.begin() as connection:
        await connection.run_sync(move, "0028")
        await connection.execute(text(_PRODUCT.format(titles=titles)))
    await migrate(empty_url)
    async with unit_of_work_factory(engine)() as uow:
        product = await uow.products.get("shoe")
        assert product is not None
        assert (product.title, product.description, product.descriptions) == ("Running shoes", "", {})
        product.description, product.descriptions = "Light.", {"de": "Leicht."}
        await uow.commit()
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: move(sync, "0028", down=True))
        assert (await connection.execute(text("SELECT title FROM products"))).scalar() == "Running shoes"
    await engine.dispose()
