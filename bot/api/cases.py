"""Cases as they stand, one or many."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.aftersales.case import Case
from bot.aftersales.order import normalised_number
from bot.api import cursor
from bot.api.operation import Answer, Call
from bot.services.api_ports import CaseFilter
from bot.services.case_report import report
from bot.services.lifecycle_report import when
from bot.services.problem import ProblemError

DEFAULT_LIMIT = 50


async def show(call: Call) -> Answer:
    """Answer a case with everything that was started for it."""
    number = call.values["number"].upper()
    async with call.uow() as uow:
        case = await uow.cases.get(number)
        if case is None:
            raise ProblemError(404, "not_found", "there is no case of this number")
        found = (await report(uow, case.order_number))["cases"]
        changed_at = await uow.changes.of_case(number)
    mine = next(entry for entry in found if entry["number"] == number)
    return Answer(200, {**mine, **_summary(case, changed_at or case.opened_at)})


async def index(call: Call) -> Answer:
    """Answer a page of cases, the longest unchanged first."""
    limit = call.values["limit"] or DEFAULT_LIMIT
    wanted = CaseFilter(call.values["state"], normalised_number(call.values["order"] or ""))
    async with call.uow() as uow:
        places = await uow.changes.cases(call.values["updated_since"], call.values["cursor"], limit + 1, wanted)
        found = [(await uow.cases.get(place.key), place.moment) for place in places[:limit]]
    following = cursor.write(places[limit - 1]) if len(places) > limit else None
    return Answer(200, {"cases": [_summary(case, at) for case, at in found if case], "next": following})


def _summary(case: Case, changed_at: datetime) -> dict[str, Any]:
    return {
        "number": case.number,
        "order": case.order_number,
        "customer": case.customer_id,
        "conversation": case.conversation_id,
        "issue_type": case.issue_type.value,
        "state": case.state.value,
        "priority": case.priority.value,
        "liability": case.liability.value,
        "wish": case.wish.value if case.wish else None,
        "lines": [{"line": line, "quantity": quantity} for line, quantity in case.lines.items()],
        "language": case.language,
        "channel": case.channel,
        "opened_at": when(case.opened_at),
        "resolved_at": when(case.resolved_at),
        "merged_into": case.merged_into,
        "next_contact_by": when(case.next_contact_by),
        "updated_at": when(changed_at),
    }
