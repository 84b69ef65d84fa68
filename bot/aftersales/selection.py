"""Some pieces of one order line: what a complaint, a decision and a refund are about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


def untaken(selections: Iterable[Selection], taken: Mapping[int, int]) -> list[Selection]:
    """Return what is left of the pieces where others of their lines, counted by position, are taken."""
    found = []
    for selection in selections:
        left = selection.line.quantity - taken.get(selection.line.position, 0)
        if left > 0:
            found.append(Selection(selection.line, min(selection.quantity, left)))
    return found
