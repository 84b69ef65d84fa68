"""How far a case and what was started for it have come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from bot.aftersales.case import AWAITS_CUSTOMER, Case
from bot.aftersales.customs import CustomsMatter
from bot.aftersales.exchange import Exchange
from bot.aftersales.refund import Refund
from bot.aftersales.repair import Repair
from bot.aftersales.reship import Reshipment
from bot.aftersales.return_ import Return, ReturnState
from bot.services import wording
from bot.services.ports import UnitOfWork

_TO_BE_SENT = frozenset({ReturnState.APPROVED, ReturnState.LABEL_ISSUED})


@dataclass(frozen=True)
class Progress:
    """A case with everything that was started for it, in the order in which it is told."""

    case: Case
    returns: list[Return]
    exchanges: list[Exchange]
    repairs: list[Repair]
    reshipments: list[Reshipment]
    customs: list[CustomsMatter]
    refunds: list[Refund]

    def told(self) -> tuple[str, dict[str, Any]]:
        """Return the response that tells where the case stands, and its values."""
        case, lines = self.case, list(self._lines())
        if lines:
            response = "utter_case_status_progress"
        elif case.state in AWAITS_CUSTOMER:
            response = "utter_case_status_waiting"
        else:
            response = "utter_case_status" if case.is_open else "utter_case_status_closed"
        return response, {
            "case": case.number,
            "issue": wording.label(f"label_issue_{case.issue_type}"),
            "state": wording.label(f"label_case_state_{case.state}"),
            "until": wording.moment(case.next_contact_by),
            "progress": wording.lines(*lines),
        }

    def _lines(self) -> Iterator[dict[str, Any]]:
        for return_ in self.returns:
            yield _line("return", return_.state, number=return_.rma)
            if return_.state in _TO_BE_SENT:
                yield wording.label("label_progress_deadline", deadline=wording.day(return_.deadline))
        for exchange in self.exchanges:
            yield _line("exchange", exchange.state)
        for repair in self.repairs:
            yield _line("repair", repair.state, number=repair.number)
        for reshipment in self.reshipments:
            yield _line("reship", reshipment.state)
        for matter in self.customs:
            yield _line("customs", matter.state)
        for refund in self.refunds:
            yield _line("refund", refund.state, amount=wording.money(refund.amount))


async def progress_of(uow: UnitOfWork, case: Case) -> Progress:
    """Return how far a case has come."""
    order = case.order_number
    return Progress(
        case,
        _of(case, await uow.returns.of_order(order)),
        _of(case, await uow.exchanges.of_order(order)),
        _of(case, await uow.repairs.of_order(order)),
        _of(case, await uow.reshipments.of_order(order)),
        _of(case, await uow.customs.of_order(order)),
        _of(case, await uow.refunds.of_order(order)),
    )


class _OfCase(Protocol):
    @property
    def case_number(self) -> str | None: ...


_T = TypeVar("_T", bound=_OfCase)


def _of(case: Case, started: Sequence[_T]) -> list[_T]:
    return [one for one in started if one.case_number == case.number]


def _line(kind: str, state: Any, **values: Any) -> dict[str, Any]:
    return wording.label(f"label_progress_{kind}", state=wording.label(f"label_{kind}_state_{state}"), **values)
