"""Pieces in stock: set aside for a customer, given back, or counted anew by the shop."""

from __future__ import annotations

from bot.aftersales.catalogue import Variant
from bot.errors import NotFoundError
from bot.services.ports import UnitOfWork


async def reserve(uow: UnitOfWork, sku: str, quantity: int) -> None:
    """Take pieces out of the free stock; raises OutOfStockError for too few, NotFoundError for what is not sold."""
    variant = await _variant(uow, sku)
    if variant is None:
        raise NotFoundError("variant", sku)
    variant.reserve(quantity)


async def release(uow: UnitOfWork, sku: str, quantity: int) -> None:
    """Put pieces into the free stock; what is no longer sold has none."""
    variant = await _variant(uow, sku)
    if variant is not None and quantity:
        variant.release(quantity)


async def count(uow: UnitOfWork, sku: str, free: int) -> bool:
    """Record how many pieces are free to be sold, and tell whether that is news; raises NotFoundError."""
    variant = await _variant(uow, sku)
    if variant is None:
        raise NotFoundError("variant", sku)
    is_news = variant.stock != free
    variant.stock = free
    return is_news


async def _variant(uow: UnitOfWork, sku: str) -> Variant | None:
    product = await uow.products.by_sku(sku)
    return next((variant for variant in product.variants if variant.sku == sku), None) if product else None
