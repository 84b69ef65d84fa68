"""How far a case and what was started for it have come."""

from __future__ import annotations

from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions import facts
from bot.aftersales.case import Case
from bot.aftersales.return_ import ReturnState
from bot.services.ports import UnitOfWork

_TO_BE_SENT = frozenset({ReturnState.APPROVED, ReturnState.LABEL_ISSUED})


async def progress_of(uow: UnitOfWork, case: Case) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return a line for everything started for a case, and the facts of it for clients."""
    order = case.order_number
    lines: list[dict[str, Any]] = []
    known: dict[str, Any] = {}
    for return_ in await uow.returns.of_order(order):
        if return_.case_number == case.number:
            lines.append(_line("return", return_.state, number=return_.rma))
            if return_.state in _TO_BE_SENT:
                lines.append(facts.label("label_progress_deadline", deadline=facts.day(return_.deadline)))
            known["return"] = facts.return_fact(return_)
    for exchange in await uow.exchanges.of_order(order):
        if exchange.case_number == case.number:
            lines.append(_line("exchange", exchange.state))
            known["exchange"] = facts.exchange_fact(exchange)
    for repair in await uow.repairs.of_order(order):
        if repair.case_number == case.number:
            lines.append(_line("repair", repair.state, number=repair.number))
            known["repair"] = {"number": repair.number, "state": repair.state.value}
    for reshipment in await uow.reshipments.of_order(order):
        if reshipment.case_number == case.number:
            lines.append(_line("reship", reshipment.state))
            known["reship"] = {"number": reshipment.number, "state": reshipment.state.value}
    for matter in await uow.customs.of_order(order):
        if matter.case_number == case.number:
            lines.append(_line("customs", matter.state))
            known["customs"] = {"number": matter.number, "state": matter.state.value}
    for refund in await uow.refunds.of_order(order):
        if refund.case_number == case.number:
            lines.append(_line("refund", refund.state, amount=facts.money(refund.amount)))
            known["refund"] = facts.refund_fact(refund)
    return lines, known


def say_status(
    dispatcher: CollectingDispatcher, case: Case, progress: list[dict[str, Any]], known: dict[str, Any]
) -> None:
    """Tell where a case stands, with what ``progress_of`` returned for it."""
    plain = "utter_case_status" if case.is_open else "utter_case_status_closed"
    dispatcher.utter_message(
        response="utter_case_status_progress" if progress else plain,
        case=case.number,
        issue=facts.label(f"label_issue_{case.issue_type}"),
        state=facts.label(f"label_case_state_{case.state}"),
        until=facts.moment(case.next_contact_by),
        progress=facts.lines(*progress),
        facts={"case": facts.case_fact(case), **known},
    )


def _line(kind: str, state: Any, **values: Any) -> dict[str, Any]:
    return facts.label(f"label_progress_{kind}", state=facts.label(f"label_{kind}_state_{state}"), **values)
