"""Proving, within a conversation, whose order it is; without it no order data leaves the services."""

from __future__ import annotations

from datetime import datetime

from bot.aftersales.audit import AuditEvent
from bot.aftersales.identification import Identification
from bot.aftersales.order import Order
from bot.errors import IdentificationLockedError, NotIdentifiedError
from bot.services.ports import UnitOfWork


async def prove(uow: UnitOfWork, conversation_id: str, order_number: str, factor: str, now: datetime) -> bool:
    """Tell whether an order number and one more detail belong together, and remember it for the conversation.

    A number that does not exist counts and answers exactly like a wrong detail. Raises IdentificationLockedError
    while, after too many wrong tries, the order is locked for this conversation.
    """
    record = await uow.identifications.get(conversation_id, order_number)
    if record is None:
        record = Identification(conversation_id, order_number)
        uow.identifications.add(record)
    if record.is_locked(now):
        raise IdentificationLockedError()
    order = await uow.orders.read(order_number)
    proved = order is not None and order.is_proved_by(factor)
    if proved:
        record.prove(now)
    else:
        record.fail(now)
    if proved or record.is_locked(now):
        action = "order.identified" if proved else "order.identification_locked"
        uow.audit.add(AuditEvent(now, "bot", action, f"order:{order_number}", conversation_id))
    await uow.commit()
    if record.is_locked(now):
        raise IdentificationLockedError()
    return proved


async def is_proved(uow: UnitOfWork, conversation_id: str, order_number: str) -> bool:
    """Tell whether an order's data may be shown in a conversation."""
    record = await uow.identifications.get(conversation_id, order_number)
    return record is not None and record.is_proved


async def require_proof(uow: UnitOfWork, conversation_id: str, order_number: str) -> None:
    """Raise NotIdentifiedError unless the conversation proved the order."""
    if not await is_proved(uow, conversation_id, order_number):
        raise NotIdentifiedError()


async def proved_order(
    uow: UnitOfWork, conversation_id: str, order_number: str, *, is_to_change: bool = False
) -> Order:
    """Return an order to the conversation that proved it, or raise NotIdentifiedError.

    Unless it is to be changed, it is only to look at.
    """
    await require_proof(uow, conversation_id, order_number)
    order = await (uow.orders.get(order_number) if is_to_change else uow.orders.read(order_number))
    if order is None:
        raise NotIdentifiedError()
    return order
