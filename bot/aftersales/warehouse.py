"""Warehouses: where returned goods travel to."""

from __future__ import annotations

from dataclasses import dataclass

from bot.aftersales.order import Address
from bot.errors import NotFoundError


@dataclass(frozen=True)
class Warehouse:
    """A place that takes returns in; ``serves`` holds ISO 3166 alpha-2 codes."""

    id: str
    address: Address
    serves: frozenset[str]


@dataclass(frozen=True)
class Warehouses:
    """All warehouses; ``fallback`` serves every country that no other one names."""

    all: tuple[Warehouse, ...]
    fallback: Warehouse

    def nearest(self, country: str) -> Warehouse:
        """Return where a parcel from a country goes."""
        return next((found for found in self.all if country in found.serves), self.fallback)

    def get(self, warehouse_id: str) -> Warehouse:
        """Return a warehouse, or raise NotFoundError."""
        for found in self.all:
            if found.id == warehouse_id:
                return found
        raise NotFoundError("warehouse", warehouse_id)
