"""What comes back for goods of a return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from bot.aftersales.exchange import ExchangeState
from bot.aftersales.order import Order
from bot.aftersales.refund import Deduction, RefundBreakdown, breakdown
from bot.aftersales.return_ import Return
from bot.aftersales.selection import Selection
from bot.services import refunds
from bot.services.ports import UnitOfWork


async def worth(
    uow: UnitOfWork, return_: Return, order: Order, pieces: Mapping[int, int], deductions: Sequence[Deduction] = ()
) -> RefundBreakdown:
    """Return what the customer gets back for some of a return's pieces, by order line.

    Whether shipping and duties come back is agreed when a return is opened; of several returns of one order, the one
    that makes it complete brings the shipping fee. In an exchange only the difference to a cheaper replacement comes
    back, spread over the pieces.
    """
    earlier = await refunds.earlier(uow, order.number)
    returns = [found for found in await uow.returns.of_order(order.number) if found.uses_up_goods]
    is_exchange = await _is_exchange(uow, return_)
    share = Decimal(1)
    if is_exchange:
        announced = _selections(order, announced_in(return_))
        whole = breakdown(order, announced, outbound_shipping=False, duties=False, earlier=earlier).total
        share = min(share, return_.refund.amount / whole.amount) if whole else Decimal(0)
    return breakdown(
        order,
        _selections(order, pieces),
        outbound_shipping=not is_exchange and any(found.refunds_shipping for found in returns),
        duties=not is_exchange and any(found.refunds_duties for found in returns),
        share=share,
        earlier=earlier,
        deductions=deductions,
    )


def announced_in(return_: Return) -> dict[int, int]:
    """Return how many pieces of each order line were to come."""
    return {line.position: line.quantity for line in return_.lines}


async def _is_exchange(uow: UnitOfWork, return_: Return) -> bool:
    exchange = await uow.exchanges.of_return(return_.rma)
    return exchange is not None and exchange.state is not ExchangeState.CANCELED


def _selections(order: Order, pieces: Mapping[int, int]) -> list[Selection]:
    found = ((order.line(position), quantity) for position, quantity in sorted(pieces.items()))
    return [Selection(line, quantity) for line, quantity in found if line is not None]
