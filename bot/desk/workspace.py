"""Everything an agent needs to know about one conversation."""

from __future__ import annotations

from dataclasses import dataclass

from bot.aftersales.case import Case
from bot.aftersales.escalation import Escalation
from bot.aftersales.evidence import Evidence
from bot.aftersales.exchange import Exchange
from bot.aftersales.order import Customer, Order
from bot.aftersales.return_ import Return, ReturnState
from bot.conversations.model import Conversation, HandledBy, Message
from bot.conversations.ports import UnitOfWork
from bot.conversations.router import handler_of
from bot.desk.queue import visitor_name
from bot.errors import NotFoundError
from bot.services import reviews


@dataclass(frozen=True)
class CaseView:
    """A case with its returns and exchanges; ``pieces`` and ``replacements`` name goods as people do.

    ``is_to_decide`` says that somebody has to approve or decline it, ``disputed`` is the return to be settled.
    """

    case: Case
    pieces: list[str]
    returns: list[Return]
    exchanges: list[tuple[Exchange, str]]
    evidence: list[Evidence]
    is_to_decide: bool
    disputed: Return | None


@dataclass(frozen=True)
class Workspace:
    """One conversation as one agent sees it.

    ``seen_holder`` is sent along when taking over, so that nobody takes a conversation from a colleague unawares.
    Order data is there only of orders that were proved in this conversation.
    """

    conversation: Conversation
    name: str
    handled_by: HandledBy
    holder: str | None
    is_mine: bool
    seen_holder: str
    handoff: Escalation | None
    messages: list[Message]
    last_id: int
    agents: dict[str, str]
    customer: Customer | None
    cases: list[CaseView]
    orders: list[Order]
    earlier_cases: list[Case]


async def load(uow: UnitOfWork, conversation_id: str, agent_id: str, *, after: int = 0) -> Workspace:
    """Return a conversation with the messages after an id, or raise NotFoundError."""
    conversation = await uow.conversations.get(conversation_id)
    if conversation is None:
        raise NotFoundError("conversation", conversation_id)
    messages = await uow.messages.of(conversation_id, after=after, with_notes=True)
    open_handoff = await uow.escalations.open_of(conversation_id)
    agents = {account.id: account.display_name for account in await uow.accounts.all()}
    numbers = await uow.identifications.proved_in(conversation_id)
    orders = [order for number in numbers if (order := await uow.orders.get(number))]
    cases = await uow.cases.of_conversation(conversation_id)
    customer = orders[0].customer if orders else None
    return Workspace(
        conversation=conversation,
        name=customer.name if customer else visitor_name(conversation_id),
        handled_by=handler_of(open_handoff),
        holder=agents.get(open_handoff.agent_id or "") if open_handoff else None,
        is_mine=open_handoff is not None and open_handoff.agent_id == agent_id,
        seen_holder=holder_key(open_handoff),
        handoff=open_handoff or await uow.escalations.latest_of(conversation_id),
        messages=messages,
        last_id=messages[-1].id or after if messages else after,
        agents=agents,
        customer=customer,
        cases=[await _view(uow, case, orders) for case in cases],
        orders=orders,
        earlier_cases=await _earlier(uow, orders, {case.number for case in cases}),
    )


def holder_key(handoff: Escalation | None) -> str:
    """Return who holds a conversation: ``bot``, ``queued`` or ``agent:<id>``."""
    if handoff is None:
        return HandledBy.BOT.value
    return f"agent:{handoff.agent_id}" if handoff.agent_id else HandledBy.QUEUED.value


async def _view(uow: UnitOfWork, case: Case, orders: list[Order]) -> CaseView:
    order = next((order for order in orders if order.number == case.order_number), None)
    returns = [r for r in await uow.returns.of_order(case.order_number) if r.case_number == case.number]
    waiting = await reviews.return_awaiting(uow, case)
    exchanges = [e for e in await uow.exchanges.of_order(case.order_number) if e.case_number == case.number]
    return CaseView(
        case,
        [_piece(order, position, quantity) for position, quantity in sorted(case.lines.items())],
        returns,
        [(exchange, _replacement(order, exchange)) for exchange in exchanges],
        await uow.evidence.of_case(case.number),
        (waiting is not None and waiting.state is ReturnState.MANUAL_REVIEW) or reviews.awaits_decision(case),
        waiting if waiting is not None and waiting.is_disputed else None,
    )


async def _earlier(uow: UnitOfWork, orders: list[Order], known: set[str]) -> list[Case]:
    found = [case for order in orders for case in await uow.cases.of_order(order.number)]
    return [case for case in found if case.number not in known]


def _piece(order: Order | None, position: int, quantity: int) -> str:
    line = order.line(position) if order else None
    if line is None:
        return f"{quantity} × line {position}"
    return f"{quantity} × {line.product.title}" + (f" ({line.variant_label})" if line.variant_label else "")


def _replacement(order: Order | None, exchange: Exchange) -> str:
    variants = {v.sku: (line.product, v) for line in (order.lines if order else []) for v in line.product.variants}
    if exchange.sku not in variants:
        return f"{exchange.quantity} × {exchange.sku}"
    product, variant = variants[exchange.sku]
    return f"{exchange.quantity} × {product.title}" + (f" ({variant.label})" if variant.label else "")
