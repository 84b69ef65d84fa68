"""Whose turn it is in a case, as conditions on the table of cases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, or_

from bot.aftersales import waits
from bot.aftersales.case import AWAITS_CUSTOMER, AWAITS_SHOP, CaseState
from bot.aftersales.exchange import ExchangeState
from bot.aftersales.repair import RepairState
from bot.aftersales.return_ import AWAITED, UNDECIDED
from bot.aftersales.task import TaskState
from bot.store.tables import aftersales, follow_up, lifecycles, money

_cases = aftersales.cases
_returns, _exchanges, _tasks = aftersales.returns, aftersales.exchanges, follow_up.tasks


def _has(table: Any, *conditions: Any) -> Any:
    return exists().where(and_(table.c.case_number == _cases.c.number, *conditions))


def _is_in(table: Any, states: Any) -> Any:
    return _has(table, table.c.state.in_(sorted(states)))


FOR_CUSTOMER: Any = or_(
    _cases.c.state.in_(sorted(AWAITS_CUSTOMER)),
    and_(
        _cases.c.state == CaseState.EXECUTING,
        or_(_is_in(_returns, AWAITED), _is_in(lifecycles.repairs, {RepairState.APPROVED})),
    ),
)
"""The customer has to answer, or to hand a parcel over."""

_FOR_OTHERS: Any = or_(
    *(
        _is_in(table, states)
        for table, states in (
            (_returns, waits.RETURNS),
            (_exchanges, waits.EXCHANGES),
            (lifecycles.repairs, waits.REPAIRS),
            (lifecycles.reshipments, waits.RESHIPMENTS),
            (lifecycles.customs_matters, waits.CUSTOMS),
            (money.refunds, waits.REFUNDS),
        )
    ),
    _has(
        _returns, _returns.c.state.in_(sorted(UNDECIDED)), _returns.c.refund_minor > 0, _returns.c.pay_by.is_not(None)
    ),
    _has(
        _exchanges,
        _exchanges.c.state == ExchangeState.REPLACEMENT_RESERVED,
        _exchanges.c.price_difference_minor > 0,
        _exchanges.c.difference_settled.is_(False),
    ),
)


def for_us(now: datetime) -> Any:
    """Return the condition that a case's customer waits for us; see ``Cases.waits_for_us``."""
    is_step = or_(*(_tasks.c.key.startswith(step) for step in waits.STEPS))
    in_time = _has(_tasks, _tasks.c.state == TaskState.OPEN, _tasks.c.due_at > now, is_step)
    is_trace = and_(_tasks.c.what.in_(sorted(waits.TRACES)), ~_tasks.c.key.endswith(waits.SEARCH))
    is_missing = _has(_tasks, _tasks.c.state == TaskState.OPEN, _tasks.c.due_at <= now, is_trace)
    carried_out = and_(_cases.c.state == CaseState.EXECUTING, ~in_time, or_(~_FOR_OTHERS, is_missing))
    return or_(_cases.c.state.in_(sorted(AWAITS_SHOP)), carried_out)
