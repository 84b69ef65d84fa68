"""Everything an agent needs to know about one conversation."""

from __future__ import annotations

from dataclasses import dataclass

from bot.aftersales.case import Case
from bot.aftersales.escalation import Escalation
from bot.aftersales.identification import Identification
from bot.aftersales.order import Customer, Order
from bot.conversations.handling import handler_of
from bot.conversations.model import Conversation, HandledBy, Message
from bot.conversations.ports import UnitOfWork
from bot.conversations.whispers import may_read
from bot.desk import case_panel
from bot.desk.case_panel import CaseView
from bot.errors import NotFoundError
from bot.services.escalations import holder_key


@dataclass(frozen=True)
class Workspace:
    """One conversation as one agent sees it.

    ``seen_holder`` is sent along when taking over, so that nobody takes a conversation from a colleague unawares.
    Order data is there only of orders that were proved in this conversation.
    """

    conversation: Conversation
    name: str | None
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
    identity: list[Identification]


async def load(uow: UnitOfWork, conversation_id: str, agent_id: str, *, after: int = 0) -> Workspace:
    """Return a conversation with the messages after an id, or raise NotFoundError."""
    conversation = await uow.conversations.get(conversation_id)
    if conversation is None:
        raise NotFoundError("conversation", conversation_id)
    messages = [
        message
        for message in await uow.messages.of(conversation_id, after=after, with_notes=True)
        if may_read(message, agent_id)
    ]
    open_handoff = await uow.escalations.open_of(conversation_id)
    agents = {account.id: account.display_name for account in await uow.accounts.all()}
    numbers = await uow.identifications.proved_in(conversation_id)
    orders = [order for number in numbers if (order := await uow.orders.get(number))]
    cases = await uow.cases.of_conversation(conversation_id)
    customer = orders[0].customer if orders else None
    return Workspace(
        conversation=conversation,
        name=customer.name if customer else None,
        handled_by=handler_of(open_handoff),
        holder=agents.get(open_handoff.agent_id or "") if open_handoff else None,
        is_mine=open_handoff is not None and open_handoff.agent_id == agent_id,
        seen_holder=holder_key(open_handoff),
        handoff=open_handoff or await uow.escalations.latest_of(conversation_id),
        messages=messages,
        last_id=messages[-1].id or after if messages else after,
        agents=agents,
        customer=customer,
        cases=[await case_panel.view_of(uow, case, orders) for case in cases],
        orders=orders,
        earlier_cases=await case_panel.earlier_of(uow, customer, {case.number for case in cases}),
        identity=await uow.identifications.of_conversation(conversation_id),
    )
