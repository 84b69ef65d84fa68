"""Some pieces of one order line: what a complaint, a decision and a refund are about."""

from __future__ import annotations

from dataclasses import dataclass

from bot.aftersales.apportion import worth
from bot.aftersales.money import Money
from bot.aftersales.order import OrderLine


@dataclass(frozen=True)
class Selection:
    """Some pieces of one order line."""

    line: OrderLine
    quantity: int

    @property
    def price(self) -> Money:
        """Return what was paid for these pieces: their price after their part of the line's discount."""
        return worth(self.line, self.quantity)
