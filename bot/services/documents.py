"""What slips for goods that come in, and invoices, say, collected from the database.

Nobody is asked who they are here: whoever calls has proved the order, is an agent, or holds a signed link.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.aftersales.apportion import worth
from bot.aftersales.customs_territory import passes_customs
from bot.aftersales.labels import IssueType, Payer
from bot.aftersales.money import Money
from bot.aftersales.order import Address, Order, OrderLine
from bot.aftersales.refund import refunded_pieces
from bot.aftersales.repair import Repair, RepairState
from bot.aftersales.return_ import Return, ReturnLine, ReturnMethod, ReturnState
from bot.errors import NotFoundError
from bot.services import case_verdicts, refunds
from bot.services.document_links import DocumentKind, Ticket
from bot.services.ports import UnitOfWork
from bot.services.seller import Seller, shop_seller
from bot.services.warehouses import shop_warehouses

_WITHOUT_SLIP = frozenset(
    {
        ReturnState.REQUESTED,
        ReturnState.MANUAL_REVIEW,
        ReturnState.DECLINED,
        ReturnState.EXPIRED,
        ReturnState.CANCELED,
        RepairState.REQUESTED,
        RepairState.DECLINED,
        RepairState.EXPIRED,
        RepairState.CANCELED,
    }
)
"""States of returns and repairs in which no parcel is to be sent."""


@dataclass(frozen=True)
class Piece:
    """Pieces of one order line that come in; ``value`` is what they cost, and what is refunded for those returned."""

    title: str
    size: str | None
    color: str | None
    sku: str
    quantity: int
    reason: IssueType
    value: Money


@dataclass(frozen=True)
class Slip:
    """Everything on the slip of a return or a repair, whichever ``kind`` says.

    ``original_parcels`` are the tracking numbers the goods came with.
    """

    kind: DocumentKind
    language: str
    seller: Seller
    number: str
    case_number: str
    order_number: str
    ordered_on: date
    deadline: date
    method: ReturnMethod
    return_shipping: Payer
    sender: Address
    recipient: Address
    pieces: tuple[Piece, ...]
    original_parcels: tuple[str, ...]

    @property
    def passes_customs(self) -> bool:
        """Tell whether the parcel needs a customs note."""
        return passes_customs(self.sender.country, self.recipient.country)

    @property
    def value(self) -> Money:
        """Return what all pieces cost."""
        return sum((piece.value for piece in self.pieces), start=Money.zero(self.pieces[0].value.currency))


@dataclass(frozen=True)
class InvoiceLine:
    """One line of an invoice; ``total`` has the discount taken off, tax is part of it."""

    title: str
    size: str | None
    color: str | None
    sku: str
    quantity: int
    unit_price: Money
    discount: Money
    total: Money


@dataclass(frozen=True)
class Invoice:
    """Everything on an invoice; it has the order's number."""

    language: str
    seller: Seller
    number: str
    ordered_on: date
    invoiced_on: date
    customer: Address
    lines: tuple[InvoiceLine, ...]
    subtotal: Money
    shipping: Money
    duties: Money
    tax: Money
    total: Money
    payments: tuple[tuple[date, Money], ...]
    to_pay: Money


async def return_document(uow: UnitOfWork, rma: str, language: str) -> Slip:
    """Return what a return slip says; raises NotFoundError where no parcel is to be sent under that number."""
    return_ = await uow.returns.get(rma)
    if return_ is None or return_.state in _WITHOUT_SLIP:
        raise NotFoundError("return document", rma)
    return await _slip(
        uow,
        return_,
        language,
        kind=DocumentKind.RETURN,
        number=rma,
        lines=return_.lines,
        method=return_.method,
        return_shipping=return_.return_shipping,
    )


async def repair_document(uow: UnitOfWork, number: str, language: str) -> Slip:
    """Return what the slip of a repair says; raises NotFoundError where no parcel is to be sent under that number."""
    repair = await uow.repairs.get(number)
    case = await uow.cases.get(repair.case_number) if repair is not None else None
    if repair is None or case is None or repair.state in _WITHOUT_SLIP:
        raise NotFoundError("repair document", number)
    return await _slip(
        uow,
        repair,
        language,
        kind=DocumentKind.REPAIR,
        number=number,
        lines=[ReturnLine(repair.position, repair.quantity, case.issue_type)],
        method=ReturnMethod.DROP_OFF,
        return_shipping=case_verdicts.return_shipping(case),
    )


async def invoice(uow: UnitOfWork, order_number: str, language: str) -> Invoice:
    """Return what an order's invoice says; raises NotFoundError where nothing has been paid yet."""
    order = await uow.orders.read(order_number)
    if order is None or not order.paid:
        raise NotFoundError("invoice", order_number)
    zero = Money.zero(order.currency)
    paid = sorted(order.payments, key=lambda payment: payment.paid_at)
    return Invoice(
        language=language,
        seller=shop_seller(),
        number=order.number,
        ordered_on=order.placed_at.date(),
        invoiced_on=(paid[0].paid_at if paid else order.placed_at).date(),
        customer=order.address,
        lines=tuple(_invoice_line(line, language) for line in order.lines),
        subtotal=sum((line.total for line in order.lines), start=zero),
        shipping=order.shipping_fee,
        duties=order.duties,
        tax=sum((line.tax for line in order.lines), start=zero),
        total=order.total,
        payments=tuple((payment.paid_at.date(), payment.amount) for payment in paid),
        to_pay=max(order.total - order.paid, zero),
    )


async def paper(uow: UnitOfWork, ticket: Ticket) -> Slip | Invoice:
    """Return what the document of a link says; raises NotFoundError where there is none any more."""
    if ticket.kind is DocumentKind.RETURN:
        return await return_document(uow, ticket.number, ticket.language)
    if ticket.kind is DocumentKind.REPAIR:
        return await repair_document(uow, ticket.number, ticket.language)
    return await invoice(uow, ticket.number, ticket.language)


async def _slip(
    uow: UnitOfWork,
    coming: Return | Repair,
    language: str,
    *,
    kind: DocumentKind,
    number: str,
    lines: Sequence[ReturnLine],
    method: ReturnMethod,
    return_shipping: Payer,
) -> Slip:
    order = await uow.orders.read(coming.order_number)
    if order is None:
        raise NotFoundError(f"{kind} document", number)
    before = [refund for refund in await refunds.standing(uow, order.number) if refund.agreed_at < coming.requested_at]
    gone = refunded_pieces(refund.breakdown for refund in before)
    warehouses = shop_warehouses()
    warehouse = warehouses.get(coming.warehouse) if coming.warehouse else warehouses.nearest(order.address.country)
    return Slip(
        kind=kind,
        language=language,
        seller=shop_seller(),
        number=number,
        case_number=coming.case_number,
        order_number=order.number,
        ordered_on=order.placed_at.date(),
        deadline=coming.deadline,
        method=method,
        return_shipping=return_shipping,
        sender=order.address,
        recipient=warehouse.address,
        pieces=tuple(_piece(line, order, gone.get(line.position, 0), language) for line in lines),
        original_parcels=tuple(shipment.tracking_number for shipment in order.shipments),
    )


def _piece(returned: ReturnLine, order: Order, gone: int, language: str) -> Piece:
    line = order.line(returned.position)
    if line is None:
        raise NotFoundError("order line", f"{order.number}/{returned.position}")
    # As it is refunded, to the last minor unit: customs compares both.
    value = worth(line, gone + returned.quantity) - worth(line, gone)
    title = line.product.title_in(language)
    return Piece(title, line.size, line.color, line.sku, returned.quantity, returned.reason, value)


def _invoice_line(line: OrderLine, language: str) -> InvoiceLine:
    return InvoiceLine(
        line.product.title_in(language),
        line.size,
        line.color,
        line.sku,
        line.quantity,
        line.unit_price,
        line.discount,
        line.total,
    )
