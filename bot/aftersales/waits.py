"""Whom a case that is carried out waits for, where that is not us: its customer, a carrier, an authority, or a day.

Each set names the states of one kind of thing in which the next step is somebody else's, or ours by a day of its own.
"""

from __future__ import annotations

from bot.aftersales.customs import CustomsState
from bot.aftersales.exchange import ExchangeState
from bot.aftersales.refund import DUE
from bot.aftersales.repair import RepairState
from bot.aftersales.reship import ReshipState
from bot.aftersales.return_ import AWAITED, ReturnState

RETURNS = AWAITED | {ReturnState.SHIPPED, ReturnState.PARTIALLY_RECEIVED}
REPAIRS = frozenset({RepairState.APPROVED, RepairState.SHIPPED, RepairState.QUOTED, RepairState.SHIPPED_BACK})
EXCHANGES = frozenset({ExchangeState.REPLACEMENT_SHIPPED})
RESHIPMENTS = frozenset({ReshipState.SEARCHING, ReshipState.SHIPPED})
CUSTOMS = frozenset({CustomsState.SUBMITTED, CustomsState.RELEASED})
REFUNDS = DUE

STEPS = ("return:", "repair:", "reshipment:", "customs:")
"""What the keys of tasks begin with that are steps of what is carried out, and have a time of their own."""

TRACES = frozenset({"trace_return", "trace_parcel", "search_parcel"})
"""What is done about a parcel that is lost: whoever waits for it waits for us once the time for that is over."""

SEARCH = ":search"
"""What the key of a search ends with that a reshipment waits for: it goes on until a day that the customer knows."""
