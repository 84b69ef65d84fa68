"""One case as the desk's panel shows it: what is known, what was decided and by which rules, and what can be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any

from bot.aftersales.approval import Approval
from bot.aftersales.case import Case
from bot.aftersales.catalogue import Product, Variant
from bot.aftersales.customs import MACHINE as CUSTOMS_MACHINE
from bot.aftersales.customs import CustomsMatter, CustomsState
from bot.aftersales.evidence import Evidence
from bot.aftersales.exchange import Exchange
from bot.aftersales.grant import Coupon
from bot.aftersales.labels import FAULTS, IssueType, Liability, Priority
from bot.aftersales.liability import LiabilityFinding
from bot.aftersales.money import Money
from bot.aftersales.order import Customer, Order
from bot.aftersales.policy import Policy
from bot.aftersales.refund import MACHINE as REFUND_MACHINE
from bot.aftersales.refund import STUCK, Refund, RefundState
from bot.aftersales.repair import MACHINE as REPAIR_MACHINE
from bot.aftersales.repair import Repair, RepairState
from bot.aftersales.reship import Reshipment
from bot.aftersales.return_ import MACHINE as RETURN_MACHINE
from bot.aftersales.return_ import Refusal, Return, ReturnState
from bot.aftersales.task import BY_HAND, Task
from bot.conversations.ports import UnitOfWork
from bot.conversations.translating import is_same
from bot.desk.route import route_of
from bot.services import agent_decisions, agent_limits, agent_terms, exchanges, merging, refunds, reviews, traces
from bot.services.agent_terms import OFFERED_BY_AGENTS
from bot.services.deciding import Decider
from bot.services.document_links import DocumentKind, DocumentLinks
from bot.services.ports import Clock
from bot.services.tasks import DUE_IN

_LONG_AGO = datetime(2000, 1, 1, tzinfo=timezone.utc)
_MOST_EARLIER = 20


@dataclass(frozen=True)
class CaseView:
    """A case with everything that belongs to it; ``pieces`` and ``replacements`` name goods as people do.

    ``is_to_decide`` says that somebody has to approve or decline it, ``disputed`` is the return to be settled.
    ``left`` is what can still be refunded of the order, None where no order data may be shown; ``variants`` are what
    an exchange could send; ``duplicates`` are cases of the same order. ``products`` are those whose page tells what the
    customer was promised, where it matters.
    """

    case: Case
    pieces: list[str]
    returns: list[Return]
    exchanges: list[tuple[Exchange, str]]
    repairs: list[Repair]
    reshipments: list[Reshipment]
    customs: list[CustomsMatter]
    refunds: list[Refund]
    coupons: list[Coupon]
    evidence: list[Evidence]
    findings: list[LiabilityFinding]
    tasks: list[Task]
    approvals: list[Approval]
    is_to_decide: bool
    disputed: Return | None
    left: Money | None
    variants: list[Variant]
    duplicates: list[Case]
    products: list[Product]

    @property
    def waits_for_approval(self) -> bool:
        """Tell whether nothing else can be decided before a supervisor has answered."""
        return any(approval.is_waiting for approval in self.approvals)

    def is_lost(self, sent: Exchange | Reshipment) -> bool:
        """Tell whether the carrier has lost what is on its way to the customer, and nobody has traced it yet."""
        return sent.has_left and traces.is_lost(sent, self.tasks)

    @property
    def may_change(self) -> bool:
        """Tell whether decisions about this case are possible at all."""
        return self.case.merged_into is None and not self.waits_for_approval


async def view_of(uow: UnitOfWork, case: Case, orders: list[Order]) -> CaseView:
    """Return a case for the panel; ``orders`` are those proved in its conversation."""
    order = next((order for order in orders if order.number == case.order_number), None)
    waiting = await reviews.return_awaiting(uow, case)
    number = case.order_number
    newest = case.offers[-1] if case.offers else None
    by_agent = newest is not None and newest.agent_id is not None
    is_return = waiting is not None and waiting.state is ReturnState.MANUAL_REVIEW
    return CaseView(
        case=case,
        pieces=[_piece(order, position, quantity) for position, quantity in sorted(case.lines.items())],
        returns=[r for r in await uow.returns.of_order(number) if r.case_number == case.number],
        exchanges=[
            (exchange, _replacement(order, exchange))
            for exchange in await uow.exchanges.of_order(number)
            if exchange.case_number == case.number
        ],
        repairs=[r for r in await uow.repairs.of_order(number) if r.case_number == case.number],
        reshipments=[r for r in await uow.reshipments.of_order(number) if r.case_number == case.number],
        customs=[m for m in await uow.customs.of_order(number) if m.case_number == case.number],
        refunds=[r for r in await uow.refunds.of_order(number) if r.case_number == case.number],
        coupons=await uow.coupons.of_case(case.number),
        evidence=await uow.evidence.of_case(case.number),
        findings=(await uow.liability.of_case(case.number))[::-1],
        tasks=await uow.tasks.of_case(case.number),
        approvals=(await uow.approvals.of_case(case.number))[::-1],
        is_to_decide=is_return or (reviews.awaits_decision(case) and not by_agent),
        disputed=waiting if waiting is not None and waiting.is_disputed else None,
        left=await refunds.left(uow, order) if order is not None else None,
        variants=_variants(order, case),
        duplicates=await merging.candidates(uow, case) if order is not None else [],
        products=_promised(order, case),
    )


@dataclass(frozen=True)
class Stake:
    """What approving a case costs, None for no money, and whether that is above the limit of whoever looks."""

    cost: Money | None
    is_above_limit: bool


async def stakes_of(
    uow: UnitOfWork, policy: Policy, views: Sequence[CaseView], by: Decider, now: datetime
) -> dict[str, Stake]:
    """Return what is at stake in the cases that somebody has to approve or decline, by their numbers."""
    found = {}
    for case in (view.case for view in views if view.is_to_decide):
        cost = await agent_decisions.at_stake(uow, policy, case, now)
        is_within = cost is None or await agent_limits.may_give(uow, policy, case, by, cost, now)
        found[case.number] = Stake(cost, not is_within)
    return found


async def earlier_of(uow: UnitOfWork, customer: Customer | None, known: set[str]) -> list[Case]:
    """Return a proved customer's other cases, newest first; of nobody in particular there are none."""
    if customer is None:
        return []
    found = await uow.cases.of_customer(customer.id, _LONG_AGO)
    return [case for case in found if case.number not in known][:_MOST_EARLIER]


def globals_of(links: DocumentLinks | None, clock: Clock) -> dict[str, Any]:
    """Return what the panel's templates know beside the page's values."""

    def slip(kind: str, number: str, language: str) -> str | None:
        # Without links this is not the process that prints papers.
        return links.link(DocumentKind(kind), number, language, clock()) if links is not None else None

    found: dict[str, Callable[..., Any] | list[Any]] = {
        "refusals": list(Refusal),
        "liabilities": list(Liability),
        "priorities": list(Priority),
        "tasks_by_hand": list(BY_HAND.items()),
        "departments": list(DUE_IN.items()),
        "is_same_language": is_same,
        "offered_remedies": list(OFFERED_BY_AGENTS),
        "slip": slip,
        "route_of": route_of,
        "offer_waits": agent_terms.is_waiting,
        "kept_money": lambda kept: Money(Decimal(kept["amount"]), kept["currency"]),
        "kept_day": date.fromisoformat,
        "may_have_papers": lambda matter: (
            CustomsState.PAPERS_RECEIVED in CUSTOMS_MACHINE.changes.get(matter.state, frozenset())
        ),
        "may_be_lost": lambda repair: repair.state is RepairState.SHIPPED,
        "may_be_quoted": lambda repair: RepairState.QUOTED in REPAIR_MACHINE.changes.get(repair.state, frozenset()),
        "is_stuck": lambda refund: refund.state in STUCK,
        "may_be_called_off": lambda refund: (
            RefundState.CANCELED in REFUND_MACHINE.changes.get(refund.state, frozenset())
            and refund.unsent == refund.parts
        ),
        "may_be_given_up": lambda return_: return_.state is ReturnState.SHIPPED,
        "refund_methods": list(refunds.METHODS),
        "may_have_label": lambda return_: (
            ReturnState.LABEL_ISSUED in RETURN_MACHINE.changes.get(return_.state, frozenset())
        ),
    }
    return found


def _variants(order: Order | None, case: Case) -> list[Variant]:
    if order is None or len(case.lines) != 1:
        return []
    ((position, quantity),) = case.lines.items()
    line = order.line(position)
    return exchanges.alternatives(line, quantity, IssueType(case.issue_type)) if line is not None else []


def _promised(order: Order | None, case: Case) -> list[Product]:
    """Return the goods that a complaint holds against what the shop's page says of them, each once."""
    if order is None or case.issue_type not in FAULTS:
        return []
    lines = [line for line in order.lines if line.position in case.lines] or order.lines
    return list({line.product.id: line.product for line in lines if line.product.description}.values())


def _piece(order: Order | None, position: int, quantity: int) -> str:
    line = order.line(position) if order else None
    if line is None:
        return f"{quantity} × {position}."
    return f"{quantity} × {line.product.title}" + (f" ({line.variant_label})" if line.variant_label else "")


def _replacement(order: Order | None, exchange: Exchange) -> str:
    variants = {v.sku: (line.product, v) for line in (order.lines if order else []) for v in line.product.variants}
    if exchange.sku not in variants:
        return f"{exchange.quantity} × {exchange.sku}"
    product, variant = variants[exchange.sku]
    return f"{exchange.quantity} × {product.title}" + (f" ({variant.label})" if variant.label else "")
