"""Products, customers and orders."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from bot.aftersales.catalogue import Product
from bot.aftersales.order import Customer, Order
from bot.store.repositories.base import Repository
from bot.store.repositories.order_rows import read_order
from bot.store.tables import aftersales, shop


class SqlProducts(Repository):
    """All products with their variants."""

    def add(self, product: Product) -> None:
        """Keep a new product."""
        self.arrange(product)
        self._keep(product)

    def arrange(self, product: Product) -> None:
        """Keep the order in which a known product's variants are listed now, and add those that are new."""
        # Sizes have an order that no database knows: it is the order in which they were listed.
        for position, variant in enumerate(product.variants):
            variant.position = position  # type: ignore[attr-defined]

    async def get(self, product_id: str) -> Product | None:
        """Return a product with its variants, or None."""
        return await self._get(Product, product_id)

    async def by_sku(self, sku: str) -> Product | None:
        """Return the product with this variant, or None."""
        product_id = select(shop.variants.c.product_id).where(shop.variants.c.sku == sku).scalar_subquery()
        return await self._first(Product, shop.products.c.id == product_id)

    async def all(self) -> list[Product]:
        """Return every product, in order of category and title."""
        table = shop.products
        return await self._find(Product, order_by=(table.c.category, table.c.title, table.c.id))


class SqlCustomers(Repository):
    """All customers."""

    def add(self, customer: Customer) -> None:
        """Keep a new customer."""
        self._keep(customer)

    async def get(self, customer_id: str) -> Customer | None:
        """Return a customer, or None."""
        return await self._get(Customer, customer_id)

    async def proved_in(self, conversation_ids: Collection[str]) -> dict[str, Customer]:
        """Return, by conversation, whose order was proved there last; without proof it is left out."""
        proofs, orders = aftersales.identifications, shop.orders
        session = await self._transaction.orm()
        await session.flush()
        rows = await session.execute(
            select(proofs.c.conversation_id, Customer)
            .join(orders, orders.c.number == proofs.c.order_number)
            .join(Customer, shop.customers.c.id == orders.c.customer_id)
            .where(proofs.c.conversation_id.in_(conversation_ids), proofs.c.proved_at.is_not(None))
            .order_by(proofs.c.proved_at, proofs.c.id)
        )
        return {row[0]: row[1] for row in rows}


class SqlOrders(Repository):
    """All orders with lines, products, payments, shipments and customer."""

    def add(self, order: Order) -> None:
        """Keep a new order."""
        self._keep(order)

    async def get(self, number: str) -> Order | None:
        """Return the order of a normalised number with everything that belongs to it, or None."""
        order = await self._get(Order, number)
        if order is not None:
            self._transaction.orders_read[number] = order
        return order

    async def read(self, number: str) -> Order | None:
        """Return the same as ``get``, faster, but only to look at: what is changed in it is not kept."""
        return await read_order(self._transaction, number)

    async def by_tracking(self, tracking_number: str) -> Order | None:
        """Return the newest order with a parcel of this number, or None."""
        sent = select(shop.shipments.c.order_number).where(shop.shipments.c.tracking_number == tracking_number)
        newest_first = (shop.orders.c.placed_at.desc(), shop.orders.c.number.desc())
        return await self._first(Order, shop.orders.c.number.in_(sent), order_by=newest_first)

    async def of_customer(self, customer_id: str, limit: int = 20) -> list[Order]:
        """Return a customer's orders, newest first."""
        table = shop.orders
        newest_first = (table.c.placed_at.desc(), table.c.number.desc())
        return await self._find(Order, table.c.customer_id == customer_id, order_by=newest_first, limit=limit)
