"""Products read a moment ago, to be looked at again without asking the database."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from bot.aftersales.catalogue import Product

_SECONDS = 5.0
_PRODUCTS = 512


class Shelf:
    """Keeps products with their variants for some seconds, and until something here changes the stock.

    Another replica's change shows up after those seconds. That is soon enough to look at: who takes stock reads it
    anew, in the transaction that takes it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._products: OrderedDict[str, tuple[float, Product]] = OrderedDict()

    def get(self, product_id: str) -> Product | None:
        """Return a product that was read just now, or None."""
        at, product = self._products.get(product_id, (0.0, None))
        return product if product is not None and self._clock() - at < _SECONDS else None

    def put(self, product: Product) -> None:
        """Keep a product as it was just read."""
        self._products[product.id] = (self._clock(), product)
        self._products.move_to_end(product.id)
        if len(self._products) > _PRODUCTS:
            self._products.popitem(last=False)

    def clear(self) -> None:
        """Forget all products."""
        self._products.clear()
