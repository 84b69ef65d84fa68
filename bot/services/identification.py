"""Proving, within a conversation, whose order it is; without it no order data leaves the services.

An order is proved by one more detail of it, or by the shop's own page: who is logged in there need not prove anything.
"""

from __future__ import annotations

from datetime import datetime

from bot.aftersales.audit import AuditEvent
from bot.aftersales.identification import AT_ORDER, IN_CONVERSATION, Identification, KnownCustomer, WrongTries
from bot.aftersales.order import Order
from bot.errors import IdentificationLockedError, NotIdentifiedError, OtherCustomerError
from bot.services.ports import UnitOfWork


async def prove(uow: UnitOfWork, conversation_id: str, order_number: str, factor: str, now: datetime) -> bool:
    """Tell whether an order number and one more detail belong together, and remember it for the conversation.

    A number that does not exist counts and answers exactly like a wrong detail, and so does what proves nothing any
    more after too many wrong tries, at the order in any conversation or in this one at any order. Raises
    IdentificationLockedError while, after too many wrong tries, the order is locked for this conversation.
    """
    record = await uow.identifications.get(conversation_id, order_number)
    if record is None:
        record = Identification(conversation_id, order_number)
        uow.identifications.add(record)
    if record.is_locked(now):
        raise IdentificationLockedError()
    # Counted before it is looked at: of many tries at once, in whatever process, each sees those before it.
    tries = await _count(uow, conversation_id, order_number, 1, now)
    proved = tries.allow_proof(await uow.orders.read(order_number), [factor])
    if proved:
        record.prove(now)
        await _take_back(uow, conversation_id, order_number, 1)
    else:
        record.fail(now)
    is_last_at_order = not proved and tries.at_order + 1 == AT_ORDER.most
    if proved or record.is_locked(now) or is_last_at_order:
        action = "order.identified" if proved else "order.identification_locked"
        uow.audit.add(AuditEvent(now, "bot", action, f"order:{order_number}", conversation_id))
    await uow.commit()
    if record.is_locked(now):
        raise IdentificationLockedError()
    return proved


async def wrong_tries(uow: UnitOfWork, conversation_id: str, order_number: str, now: datetime) -> WrongTries:
    """Return how many wrong tries there were lately at an order, and in a conversation."""
    at_order = await uow.try_counts.of(AT_ORDER.subject(order_number), AT_ORDER.within, now)
    subject = IN_CONVERSATION.subject(conversation_id)
    return WrongTries(at_order, await uow.try_counts.of(subject, IN_CONVERSATION.within, now))


async def reserve_tries(
    uow: UnitOfWork, conversation_id: str, order_number: str, count: int, now: datetime
) -> WrongTries:
    """Count tries that are about to be made as wrong ones, and return how many there were before; commits."""
    before = await _count(uow, conversation_id, order_number, count, now)
    await uow.commit()
    return before


async def release_tries(uow: UnitOfWork, conversation_id: str, order_number: str, count: int) -> None:
    """Take back what was counted in advance; commits."""
    await _take_back(uow, conversation_id, order_number, count)
    await uow.commit()


async def introduce(uow: UnitOfWork, conversation_id: str, customer_id: str, now: datetime, until: datetime) -> None:
    """Keep whom the shop says that a conversation is with, and until when its word stands; commits.

    Raises OtherCustomerError where it was with somebody else, who must not be read by the next person at a computer.
    """
    if await uow.known_customers.add(KnownCustomer(conversation_id, customer_id, now, until)):
        uow.audit.add(AuditEvent(now, "shop", "customer.introduced", f"customer:{customer_id}", conversation_id))
        await uow.commit()
        return
    known = await uow.known_customers.of(conversation_id)
    if known is None or known.customer_id != customer_id:
        raise OtherCustomerError()
    if until > known.known_until:
        await uow.known_customers.extend(conversation_id, until)
        await uow.commit()


async def recognise(uow: UnitOfWork, conversation_id: str, order_number: str, now: datetime) -> bool:
    """Tell whether an order is proved here, or need not be since it is of whom the shop says is writing; commits.

    A conversation that is locked for the order stays so, and the shop's word counts while it stands.
    """
    record = await uow.identifications.get(conversation_id, order_number)
    if record is not None and (record.is_proved or record.is_locked(now)):
        return record.is_proved
    known = await uow.known_customers.of(conversation_id)
    if known is None or known.known_until <= now:
        return False
    order = await uow.orders.read(order_number)
    if order is None or order.customer.id != known.customer_id:
        return False
    if record is None:
        record = Identification(conversation_id, order_number)
        uow.identifications.add(record)
    record.prove(now)
    uow.audit.add(AuditEvent(now, "shop", "order.identified", f"order:{order_number}", conversation_id))
    await uow.commit()
    return True


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


async def _count(uow: UnitOfWork, conversation_id: str, order_number: str, count: int, now: datetime) -> WrongTries:
    # Always the order first: two transactions that wait for each other would end both.
    at_order = await uow.try_counts.add(AT_ORDER.subject(order_number), count, AT_ORDER.within, now)
    subject = IN_CONVERSATION.subject(conversation_id)
    return WrongTries(at_order, await uow.try_counts.add(subject, count, IN_CONVERSATION.within, now))


async def _take_back(uow: UnitOfWork, conversation_id: str, order_number: str, count: int) -> None:
    await uow.try_counts.take_back(AT_ORDER.subject(order_number), count)
    await uow.try_counts.take_back(IN_CONVERSATION.subject(conversation_id), count)
