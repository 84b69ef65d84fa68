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

MOST_SHOWN = 500
"""How many messages a page or an update shows at once."""

EARLIER_AT_ONCE = 200
"""How many older messages are shown when somebody asks for them."""

_MOST_LINKED = 10


@dataclass(frozen=True)
class Workspace:
    """One conversation as one agent sees it.

    ``seen_holder`` is sent along when taking over, so that nobody takes a conversation from a colleague unawares.
    Order data is there only of orders that were proved in this conversation. ``linked`` are other conversations in
    which the same customer proved an order, newest first; ``undelivered`` says, by message id, why a message did not
    reach the customer. ``earlier`` is the id before which there are older messages, None where these are all.
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
    earlier: int | None
    agents: dict[str, str]
    customer: Customer | None
    cases: list[CaseView]
    orders: list[Order]
    earlier_cases: list[Case]
    identity: list[Identification]
    linked: list[Conversation]
    undelivered: dict[int, str]


async def load(
    uow: UnitOfWork,
    conversation_id: str,
    agent_id: str,
    *,
    after: int = 0,
    before: int | None = None,
) -> Workspace:
    """Return a conversation with the newest messages between two ids, or raise NotFoundError."""
    conversation = await uow.conversations.get(conversation_id)
    if conversation is None:
        raise NotFoundError("conversation", conversation_id)
    most = MOST_SHOWN if before is None else EARLIER_AT_ONCE
    # One more than is shown tells whether there are older ones.
    kept = await uow.messages.of(conversation_id, after=after, before=before, with_notes=True, limit=most + 1)
    found = kept[-most:]
    messages = [message for message in found if may_read(message, agent_id)]
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
        earlier=found[0].id if len(kept) > most else None,
        agents=agents,
        customer=customer,
        cases=[await case_panel.view_of(uow, case, orders) for case in cases],
        orders=orders,
        earlier_cases=await case_panel.earlier_of(uow, customer, {case.number for case in cases}),
        identity=await uow.identifications.of_conversation(conversation_id),
        linked=await _linked(uow, conversation_id, customer),
        undelivered=await uow.outbox.failed_in(conversation_id),
    )


async def _linked(uow: UnitOfWork, conversation_id: str, customer: Customer | None) -> list[Conversation]:
    if customer is None:
        return []
    theirs = {
        *await uow.identifications.conversations_of(customer.id),
        *await uow.known_customers.conversations_of(customer.id),
    } - {conversation_id}
    found = [conversation for other in theirs if (conversation := await uow.conversations.get(other))]
    return sorted(found, key=lambda conversation: conversation.last_message_at, reverse=True)[:_MOST_LINKED]
