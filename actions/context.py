"""What the actions need of the process they run in; bound once when the process starts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from actions.turn import Turn
from bot.aftersales.order import Order
from bot.aftersales.policy import Policy
from bot.services.document_links import DocumentLinks
from bot.services.identification import proved_order
from bot.services.orders import SourcedOrders
from bot.services.ports import Clock, UnitOfWork

_MESSAGES_AT_ONCE = 64


@dataclass(frozen=True)
class Context:
    """The transaction factory, the policy in force, the clock, what makes links to documents, and what asks the shop.

    Without ``orders`` the shop has no other system to ask: its orders are in the database.
    """

    uow: Callable[[], UnitOfWork]
    policy: Policy
    clock: Clock
    links: DocumentLinks
    orders: SourcedOrders | None = None
    _read: OrderedDict[tuple[str, str, str], Order] = field(default_factory=OrderedDict, repr=False)

    async def proved_order(self, turn: Turn, number: str) -> Order:
        """Return an order to look at, if the conversation proved it; else raise NotIdentifiedError.

        Several actions answer one message; they all see the order as the first of them found it.
        """
        key = (turn.conversation_id, turn.message_id, number)
        order = self._read.get(key) if turn.message_id else None
        if order is None:
            if self.orders is not None:
                await self.orders.refresh(turn.conversation_id, number)
            async with self.uow() as uow:
                order = await proved_order(uow, turn.conversation_id, number)
            if turn.message_id:
                self._read[key] = order
            if len(self._read) > _MESSAGES_AT_ONCE:
                self._read.popitem(last=False)
        return order


_bound: list[Context] = []


def bind(context: Context) -> None:
    """Let all actions of this process work with a context."""
    _bound[:] = [context]


def context() -> Context:
    """Return the bound context, or raise RuntimeError where the process did not bind one."""
    if not _bound:
        raise RuntimeError("actions run inside `parley serve` or `parley actions`, which bind their context")
    return _bound[0]
