"""A shop in memory with a few orders, and a customer who has proved one of them."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case
from bot.aftersales.catalogue import Variant
from bot.aftersales.labels import IssueType, Remedy
from bot.aftersales.order import Order
from bot.services import identification
from bot.services.cases import Complaint
from bot.services.ports import UnitOfWork
from tests.fakes import FakeDatabase, FakeUnitOfWork
from tests.unit.aftersales.builders import NOW, a_case, an_order

CONVERSATION = "conversation-1"
EMAIL = "anna.becker@example.org"

A_RETURN = Complaint(
    conversation_id=CONVERSATION,
    message_id="message-1",
    channel="widget",
    language="de",
    order_number="10482733",
    issue=IssueType.CHANGED_MIND,
    lines={1: 1},
    story="Gefällt mir doch nicht.",
    wish=Remedy.RETURN_REFUND,
)
"""The customer does not like the only piece of the usual order."""

AN_EXCHANGE = replace(A_RETURN, issue=IssueType.WRONG_SIZE, wish=Remedy.EXCHANGE)


class World:
    """A database in memory; every ``uow()`` is a new transaction over it."""

    def __init__(self, *orders: Order) -> None:
        self.database = FakeDatabase()
        self.database.all(Order).extend(orders or (an_order(),))

    def uow(self) -> UnitOfWork:
        """Return a new unit of work."""
        return cast(UnitOfWork, FakeUnitOfWork(self.database))

    @property
    def order(self) -> Order:
        """Return the first order."""
        return self.database.all(Order)[0]

    def variant(self, sku: str) -> Variant:
        """Return a variant of the first line's product."""
        return next(variant for variant in self.order.lines[0].product.variants if variant.sku == sku)

    def add_case(self, number: str = "C1000001") -> Case:
        """Add a case that was registered before."""
        case = a_case(number)
        self.database.all(Case).append(case)
        return case

    def actions(self) -> list[str]:
        """Return the names of all audit events, oldest first."""
        return [event.action for event in self.database.all(AuditEvent)]


async def proved_world(*orders: Order) -> World:
    """Return a world whose orders the customer has all proved in the conversation."""
    world = World(*orders)
    for order in world.database.all(Order):
        async with world.uow() as uow:
            assert await identification.prove(uow, CONVERSATION, order.number, EMAIL, NOW)
    return world
