"""Carrying out what the customer wants changed about an order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import facts
from actions.change_form import line_change, say_unchangeable
from actions.context import context
from actions.intake import Intake, forget_answers
from actions.outcomes import complaint_of
from actions.summaries import change_text
from actions.turn import Turn
from bot.aftersales.case import Case
from bot.aftersales.labels import IssueType
from bot.errors import IllegalStateError, InvalidInputError, OutOfStockError, PolicyRefusalError, RefundTooHighError
from bot.services import order_changes
from bot.services.document_links import DocumentKind


class ActionChangeOrder(Action):
    """Cancel the order, change its address or a line of it, or hand out its invoice."""

    def name(self) -> str:
        return "action_change_order"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        intake = Intake(Turn(tracker), context())
        carry_out = {
            "cancel_order": self._cancel,
            "change_address": self._change_address,
            "change_items": self._change_items,
            "ask_invoice": self._invoice,
        }[intake["request"]]
        try:
            await carry_out(dispatcher, intake)
        except PolicyRefusalError as refusal:
            order = await intake.load_order()
            assert order is not None
            say_unchangeable(dispatcher, intake, order, refusal.reasons[0])
        except (OutOfStockError, InvalidInputError, RefundTooHighError, IllegalStateError) as error:
            _say_impossible(dispatcher, error.problem if isinstance(error, InvalidInputError) else error.code)
        return forget_answers()

    async def _cancel(self, dispatcher: CollectingDispatcher, intake: Intake) -> None:
        order = await intake.load_order()
        assert order is not None
        left = "_refunded" if order.paid else "_unpaid"
        complaint = complaint_of(with_issue(intake, IssueType.CHANGED_MIND), None)
        async with intake.context.uow() as uow:
            case, refund = await order_changes.cancel(uow, intake.context.policy, complaint, intake.context.clock())
        terms = intake.context.policy.for_country(order.address.country)
        dispatcher.utter_message(
            response="utter_order_canceled" if refund else f"utter_order_canceled{left}",
            order_number=intake["order_number"],
            refund=facts.money(refund.amount) if refund else "",
            days=terms.days_to_refund,
            case=case.number,
            facts=_facts(case),
        )

    async def _change_address(self, dispatcher: CollectingDispatcher, intake: Intake) -> None:
        order = await intake.load_order()
        assert order is not None
        address = replace(order.address, **intake["address"])
        complaint = complaint_of(with_issue(intake, IssueType.OTHER), None)
        async with intake.context.uow() as uow:
            case = await order_changes.change_address(
                uow, intake.context.policy, complaint, address, intake.context.clock()
            )
        dispatcher.utter_message(
            response="utter_address_changed",
            order_number=order.number,
            address=f"{address.street}, {address.postcode} {address.city}",
            case=case.number,
            facts=_facts(case),
        )

    async def _change_items(self, dispatcher: CollectingDispatcher, intake: Intake) -> None:
        order = await intake.load_order()
        assert order is not None
        text = change_text(intake, order)
        complaint = complaint_of(with_issue(intake, IssueType.CHANGED_MIND), None)
        async with intake.context.uow() as uow:
            case, due = await order_changes.change_items(
                uow, intake.context.policy, complaint, line_change(intake), intake.context.clock()
            )
        response = "utter_items_changed"
        if due:
            response += "_to_pay" if due.minor > 0 else "_paid_back"
        dispatcher.utter_message(
            response=response,
            order_number=order.number,
            change=text,
            amount=facts.money(max(due, due * -1)),
            case=case.number,
            facts=_facts(case),
        )

    async def _invoice(self, dispatcher: CollectingDispatcher, intake: Intake) -> None:
        now = intake.context.clock()
        path = intake.context.links.link(DocumentKind.INVOICE, intake["order_number"], intake.turn.language, now)
        dispatcher.utter_message(
            response="utter_invoice_ready",
            order_number=intake["order_number"],
            facts={"document": {"kind": "invoice", "url": path}},
        )


_OBSTACLES = frozenset({"out_of_stock", "changed", "none_left", "out_of_range", "unchanged"})


def _say_impossible(dispatcher: CollectingDispatcher, reason: str) -> None:
    """Tell what stands against a change that the order as such allows, and the nearest thing that is possible."""
    why = f"label_obstacle_{reason}" if reason in _OBSTACLES else "label_reason_decided_by_a_person"
    choices = [facts.person_choice()]
    if reason == "none_left":
        choices.insert(0, facts.intent_choice("cancel_order"))
    dispatcher.utter_message(
        response="utter_change_impossible",
        why=facts.lines(facts.label(why)),
        facts={"reasons": [reason]},
        choices=choices,
    )


def with_issue(intake: Intake, usual: IssueType) -> Intake:
    """Return the intake with the reason a change usually has, unless the customer named another."""
    if intake.issue is None:
        intake.set("reason", intake.turn.issue or usual.value)
    return intake


def _facts(case: Case) -> dict[str, Any]:
    return {"case": facts.case_fact(case)}
