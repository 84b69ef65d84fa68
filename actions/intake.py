"""The state of a form: slots, the order once it is proved, and the policy's verdict."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import EventType, SlotSet

from actions.context import Context
from actions.turn import Turn
from bot.aftersales.case import Case
from bot.aftersales.labels import IssueType
from bot.aftersales.order import Order
from bot.aftersales.policy import Verdict
from bot.services import cases, contacts

#: The slots a form fills, in the order in which a change of one makes those behind it void.
FORM_SLOTS = (
    "order_number",
    "verification",
    "case_choice",
    "items",
    "quantity",
    "same_case",
    "details",
    "reason",
    "sealed",
    "looked_up",
    "evidence",
    "remedy",
    "variant",
    "offer",
    "ledger",
    "demand",
    "return_method",
    "address",
    "confirmation",
    "change",
)
AFTER_ORDER = FORM_SLOTS[1:]
#: What a form remembers besides its answers.
_BESIDES = ("wish", "request", "soothed", "solved", "rating", "rating_comment", "feedback_case")
#: What a finished or abandoned form leaves behind for the next one: the order, once proved, stays known, and so do the
#: offers made, each with what it is about.
_LASTING = ("order_number", "verification", "ledger")
TRANSIENT = tuple(slot for slot in FORM_SLOTS if slot not in _LASTING)


def forget_answers(*, keep: tuple[str, ...] = ()) -> list[EventType]:
    """Return the events that make the next form start afresh."""
    return [SlotSet(slot, None) for slot in (*TRANSIENT, *_BESIDES, "outcome") if slot not in keep]


def finished(turn: Turn) -> list[EventType]:
    """Return the events after which the next form starts afresh, unless a form is only interrupted."""
    return [SlotSet("outcome", None)] if turn.tracker.active_loop.get("name") else forget_answers()


class Intake:
    """What a form knows: slots, the order once it is proved, and the policy's verdict."""

    def __init__(self, turn: Turn, context: Context) -> None:
        self.turn = turn
        self.context = context
        self.slots: dict[str, Any] = {slot: turn.tracker.get_slot(slot) for slot in (*FORM_SLOTS, *_BESIDES)}
        self.updates: dict[str, Any] = {}
        self.order: Order | None = None
        self.failed_proof = False
        self.is_locked = False
        self.known_cases: list[Case] = []
        """The earlier cases that make this message the beginning of a repeated contact, newest first."""
        self._contact_about: str | None = None
        self._verdict: tuple[Any, Verdict] | None = None

    def __getitem__(self, slot: str) -> Any:
        return self.slots.get(slot)

    def set(self, slot: str, value: Any) -> None:
        """Give a slot a value that the message implies."""
        if self.slots.get(slot) != value:
            self.slots[slot] = value
            self.updates[slot] = value

    def clear(self, *slots: str) -> None:
        """Make slots unknown again."""
        for slot in slots:
            self.set(slot, None)

    async def load_order(self) -> Order | None:
        """Return the order of this form if the conversation has proved it."""
        number = self["order_number"]
        if self.order is None and number and self["verification"]:
            self.order = await self.context.proved_order(self.turn, number)
        return self.order

    async def note_contact(self) -> None:
        """Note, once a message, that the customer comes about the order, where it is proved."""
        number, turn = self["order_number"], self.turn
        if not self["verification"] or number == self._contact_about:
            return
        self._contact_about = number
        async with self.context.uow() as uow:
            order = await uow.orders.read(number)
            if order is not None:
                self.known_cases = await contacts.note_contact(
                    uow, order.customer.id, number, turn.channel, turn.conversation_id, self.context.clock()
                )
                await uow.commit()

    @property
    def issue(self) -> IssueType | None:
        """Return the issue type settled so far, or None."""
        return IssueType(self["reason"]) if self["reason"] else None

    @property
    def lines(self) -> dict[int, int]:
        """Return the chosen pieces as positions and quantities; empty means the whole order."""
        quantities = {int(position): int(count) for position, count in (self["quantity"] or {}).items()}
        return {int(position): quantities.get(int(position), 1) for position in self["items"] or []}

    async def same_matter(self) -> Case | None:
        """Return the open case that these answers may be a repetition of, or None; needs a proved order."""
        if self.issue is None:
            return None
        async with self.context.uow() as uow:
            return await cases.same_matter(uow, self.turn.conversation_id, self["order_number"], self.issue, self.lines)

    @property
    def evidence_given(self) -> bool | None:
        """Return whether photos came, or None until that is known."""
        return {"given": True, "declined": False}.get(self["evidence"])

    @property
    def sealed(self) -> bool | None:
        """Return whether the seal of the goods is unbroken, or None until the customer was asked."""
        return {"yes": True, "no": False}.get(self["sealed"])

    def forget_verdict(self) -> None:
        """Have the next verdict decided anew, because the world has changed."""
        self._verdict = None

    async def verdict(self) -> Verdict:
        """Return what policy allows for what is known so far; needs an order and an issue."""
        order = await self.load_order()
        assert order is not None and self.issue is not None
        about = (order.number, self.issue, tuple(self.lines.items()), self.evidence_given, self.sealed)
        if self._verdict is None or self._verdict[0] != about:
            async with self.context.uow() as uow:
                found = await cases.decide(
                    uow,
                    self.context.policy,
                    order,
                    self.issue,
                    self.lines,
                    self.context.clock(),
                    evidence_given=self.evidence_given,
                    sealed=self.sealed,
                )
            self._verdict = (about, found)
        return self._verdict[1]
