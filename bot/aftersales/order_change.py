"""Changing what an order consists of, while it has not left yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from bot.aftersales.apportion import duties_on, portion, total
from bot.aftersales.catalogue import Variant
from bot.aftersales.money import Money
from bot.aftersales.order import Order, OrderLine, OrderState, ShipmentState
from bot.aftersales.refund import RefundBreakdown, RefundLine
from bot.errors import InvalidInputError, NotFoundError

MOST_PIECES = 99
"""How many pieces of one line a customer may ask for in a chat."""


@dataclass(frozen=True)
class LineChange:
    """What becomes of one line: another variant, another number of pieces; neither means that it is left out."""

    position: int
    sku: str | None = None
    quantity: int | None = None

    @property
    def removes(self) -> bool:
        """Tell whether the line is left out."""
        return self.sku is None and self.quantity is None


def obstacle(order: Order) -> str | None:
    """Return the code of what stands against changing an order, or None while it can be changed."""
    if order.state is OrderState.CANCELED:
        return "order_canceled"
    if order.state in (OrderState.DELIVERED, OrderState.RETURNED):
        return "already_delivered"
    has_left = any(shipment.state is not ShipmentState.LABEL_CREATED for shipment in order.shipments)
    return "already_shipped" if order.state is OrderState.SHIPPED or has_left else None


def cancel(order: Order) -> None:
    """Call an order off and free what it reserved."""
    for line in order.lines:
        variant_of(line, line.sku).release(line.quantity)
    order.state = OrderState.CANCELED


def change_line(order: Order, change: LineChange) -> Money:
    """Change one line, its stock, its duties and the order's total; return by how much the total grew.

    Raises NotFoundError for a line or a variant that is not there, OutOfStockError where not enough pieces are left,
    InvalidInputError where nothing would change, nothing would be left of the order, or the number is out of range.
    """
    line = order.line(change.position)
    if line is None:
        raise NotFoundError("order line", str(change.position))
    nothing = Money.zero(order.currency)
    cost, duties = line.total, duties_on(order, {line.position: line.quantity})
    if change.removes:
        if len(order.lines) == 1:
            raise InvalidInputError("lines", "none_left")
        variant_of(line, line.sku).release(line.quantity)
        order.lines.remove(line)
        costs, charges = nothing, nothing
    else:
        _replace(line, change)
        # Duties follow the goods' value, as they do in refunds.
        costs, charges = line.total, portion(duties, line.total, cost) if cost else duties
    order.assume_payment()
    difference = costs - cost + charges - duties
    order.duties += charges - duties
    order.total += difference
    return difference


def balance(order: Order, refunds: Iterable[RefundBreakdown]) -> Money:
    """Return what was paid beyond an order's total and did not come back; below nothing, what is left to pay.

    Goodwill does not count as having come back, nor does a part of the price of what is still ordered: both are the
    customer's, whatever else of the order changes. What came back for goods that are not ordered any more counts.
    """
    back = Money.zero(order.currency)
    for refund in refunds:
        gone = total((line.goods - _still_ordered(order, line) for line in refund.lines), order.currency)
        back += refund.overpaid + gone + portion(refund.duties, gone, refund.goods)
    return order.paid - order.total - back


def price_of(line: OrderLine, variant: Variant) -> Money:
    """Return the unit price of a variant in the order's currency.

    Prices of one product's variants are compared in the catalogue's currency and carried over in proportion to what
    was paid, because the catalogue need not be in the order's currency.
    """
    ordered = variant_of(line, line.sku)
    if not ordered.price:
        return line.unit_price
    return line.unit_price * (variant.price.amount / ordered.price.amount)


def variant_of(line: OrderLine, sku: str) -> Variant:
    """Return a variant of a line's product, or raise NotFoundError."""
    found = next((variant for variant in line.product.variants if variant.sku == sku), None)
    if found is None:
        raise NotFoundError("variant", sku)
    return found


def _still_ordered(order: Order, refunded: RefundLine) -> Money:
    """Return what of a price that came back is for pieces that are still ordered."""
    line = order.line(refunded.position)
    if line is None or not refunded.goods:
        return Money.zero(order.currency)
    pieces = min(line.quantity, refunded.quantity)
    return min(refunded.goods * (Decimal(pieces) / refunded.quantity), line.total)


def _replace(line: OrderLine, change: LineChange) -> None:
    sku, quantity = change.sku or line.sku, change.quantity or line.quantity
    if not 1 <= quantity <= MOST_PIECES:
        raise InvalidInputError("quantity", "out_of_range")
    if (sku, quantity) == (line.sku, line.quantity):
        raise InvalidInputError("change", "unchanged")
    wanted, had = variant_of(line, sku), variant_of(line, line.sku)
    had.release(line.quantity)
    try:
        wanted.reserve(quantity)
    except Exception:
        had.reserve(line.quantity)
        raise
    old_total = line.total
    # A discount stays in proportion to the price it was taken off.
    was, becomes = line.unit_price * line.quantity, price_of(line, wanted) * quantity
    ratio = becomes.amount / was.amount if was else Decimal(1)
    line.unit_price, line.quantity = price_of(line, wanted), quantity
    line.discount = line.discount * ratio
    line.tax = line.tax * (line.total.amount / old_total.amount) if old_total else line.tax
    line.sku, line.size, line.color = wanted.sku, wanted.size, wanted.color
