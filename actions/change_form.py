"""The questions before an order that has not left yet is changed."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions import facts
from actions.forms import OrderForm
from actions.intake import Intake
from actions.replacement import read_variant
from actions.turn import NOT_UNDERSTOOD
from bot.aftersales.address import read_address
from bot.aftersales.order import Order
from bot.aftersales.order_change import MOST_PIECES, LineChange, obstacle

CHANGES = ("cancel_order", "change_address", "change_items", "ask_invoice")
"""What may be asked for; the slot ``request`` holds one of these."""

REMOVE = "remove"
"""What stands for a variant where a line shall be left out."""

_MEANT_AS_ADDRESS = frozenset({"inform", "change_address", NOT_UNDERSTOOD})
"""What an address is taken for; anything else in its place was a question or anger, and no address to complain of."""


class ValidateChangeForm(OrderForm):
    """The form for orders not shipped yet: cancel, another address, other items; and for invoices of any order."""

    form = "change_form"
    soothes = True
    questions = ("order_number", "verification", "items", "quantity", "variant", "address", "confirmation")
    left_to_rules = frozenset({"return_item", "exchange_item", "refund_order"})
    starts = frozenset(CHANGES)
    _decided_after = "verification"

    async def on_start(self, dispatcher: CollectingDispatcher, intake: Intake) -> None:
        if intake.turn.intent in CHANGES:
            intake.set("request", intake.turn.intent)

    async def reads(self, intake: Intake, slot: str) -> bool:
        # "That is all correct" names no goods where the whole order is meant.
        return slot not in ("items", "quantity") or intake["request"] in (None, "change_items")

    async def read_own(self, dispatcher: CollectingDispatcher, intake: Intake, asked: str | None) -> None:
        intent = intake.turn.intent
        if asked and intent in CHANGES and intent != intake["request"] and intake.turn.confidence >= 0.6:
            # "No, cancel it altogether": the wish is another one now.
            intake.set("request", intent)
            intake.clear("address", "variant", "quantity", "confirmation")
        if intake["request"] == "change_address":
            await _read_address(intake, asked == "address")
        if intake["request"] == "change_items":
            await _read_line_change(intake, asked == "variant")

    async def is_needed(self, dispatcher: CollectingDispatcher, intake: Intake, slot: str) -> bool:
        request = intake["request"]
        if slot in ("items", "variant"):
            if request != "change_items":
                return False
            return await self._items_needed(intake) if slot == "items" else not _is_told(intake)
        if slot == "quantity":
            # How many pieces there shall be is one way to say what shall change; it is never asked for.
            return False
        if slot == "address":
            is_missing = request == "change_address" and intake["address"] is None
            if is_missing and intake.turn.requested_slot == "address" and intake.turn.intent in _MEANT_AS_ADDRESS:
                dispatcher.utter_message(response="utter_address_unclear")
            return is_missing
        if slot == "confirmation" and request == "ask_invoice":
            return False
        return await super().is_needed(dispatcher, intake, slot)

    async def refuse(self, dispatcher: CollectingDispatcher, intake: Intake) -> bool:
        order = await intake.load_order()
        assert order is not None
        if intake["request"] == "ask_invoice" or intake["confirmation"] == "yes":
            return False
        reason = obstacle(order)
        if reason is None:
            return False
        say_unchangeable(dispatcher, intake, order, reason)
        return True


def say_unchangeable(dispatcher: CollectingDispatcher, intake: Intake, order: Order, reason: str) -> None:
    """Tell why an order stays as it is, and the nearest thing that is possible."""
    choices = []
    if reason == "already_shipped":
        is_late = any(shipment.is_late(intake.context.clock()) for shipment in order.shipments)
        if is_late and intake["request"] == "cancel_order":
            late = '/choose_reason{"reason": "late_delivery"}'
            choices.append(facts.choice(facts.label("label_choice_late"), late))
        choices.append(facts.choice(facts.label("label_choice_track"), "/track_order"))
    elif reason == "already_delivered":
        choices.append(facts.choice(facts.label("label_choice_return"), "/return_item"))
        if intake["request"] == "change_items":
            choices.append(facts.intent_choice("exchange_item"))
    choices.append(facts.person_choice())
    dispatcher.utter_message(
        response="utter_change_refused",
        why=facts.lines(facts.label(f"label_reason_{reason}")),
        facts={"reasons": [reason]},
        choices=choices,
    )


def line_change(intake: Intake) -> LineChange:
    """Return what the customer wants to become of the chosen line."""
    (position,) = intake["items"]
    if intake["variant"] == REMOVE:
        return LineChange(int(position))
    quantity = (intake["quantity"] or {}).get(str(position))
    return LineChange(int(position), sku=intake["variant"], quantity=int(quantity) if quantity else None)


def _is_told(intake: Intake) -> bool:
    return bool(intake["variant"] or intake["quantity"])


async def _read_address(intake: Intake, asked: bool) -> None:
    order = await intake.load_order()
    if order is None or intake.turn.is_payload:
        return
    if asked or intake["address"] is None:
        found = read_address(intake.turn.text, order.address)
        if found is not None and (asked or intake.turn.intent in ("change_address", "inform")):
            intake.set("address", {"street": found.street, "postcode": found.postcode, "city": found.city})
            intake.clear("confirmation")


async def _read_line_change(intake: Intake, asked: bool) -> None:
    order = await intake.load_order()
    turn = intake.turn
    if order is None or not intake["items"]:
        return
    if len(intake["items"]) > 1:
        # One line at a time; the next change follows after this one.
        intake.clear("items")
        return
    (position,) = intake["items"]
    line = order.line(int(position))
    if line is None:
        return
    if turn.value("variant") == REMOVE:
        intake.set("variant", REMOVE)
        intake.clear("quantity", "confirmation")
        return
    counts = {int(value) for value in turn.values("quantity") if str(value).isdecimal()} - {line.quantity}
    if len(counts) == 1 and 1 <= (count := counts.pop()) <= MOST_PIECES:
        intake.set("quantity", {str(position): count})
        intake.clear("confirmation")
    await read_variant(intake, asked)
