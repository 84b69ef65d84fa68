"""What the desk suggests to do next with a handoff, and what it shows of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.aftersales.approval import Approval, ApprovalKind
from bot.aftersales.case import Case, CaseState
from bot.aftersales.escalation import Escalation, EscalationReason
from bot.aftersales.evidence import Evidence, EvidenceKind
from bot.aftersales.labels import IssueType, Payer, Priority, Remedy
from bot.aftersales.mood import Mood, MoodLevel
from bot.aftersales.offer import Offer, OfferState, Proposer
from bot.aftersales.order import Order
from bot.aftersales.return_ import Return, ReturnMethod
from bot.aftersales.sla import ALWAYS_OPEN, Metric, ServiceClock
from bot.conversations.handling import handler_of
from bot.conversations.model import Conversation
from bot.desk import handoff_panel
from bot.desk.case_panel import CaseView
from bot.desk.handoff_panel import HandoffPanel, Step
from bot.desk.workspace import Workspace
from bot.services.account import Account, Presence, Role
from tests.fakes import FakeUnitOfWork
from tests.unit.aftersales.builders import NOW, a_case, an_order, euros

TALK = "conversation-1"
R = EscalationReason
ORDER_KNOWN = {"known": {"order_number": "10482733"}}


def a_handoff(reason: EscalationReason = R.ASKED_FOR_HUMAN, *, minutes: int = 0, **facts: Any) -> Escalation:
    return Escalation(TALK, reason, Priority.NORMAL, NOW - timedelta(minutes=minutes), "de", facts=facts)


def held(handoff: Escalation) -> Escalation:
    handoff.assign("ana", NOW)
    return handoff


def a_view(case: Case | None = None, **changes: Any) -> CaseView:
    """Return a case of which nothing is known beside the case itself."""
    values: dict[str, Any] = {
        name: []
        for name in (
            "pieces", "returns", "exchanges", "repairs", "reshipments", "customs", "refunds", "coupons", "evidence",
            "findings", "tasks", "approvals", "variants", "duplicates", "products",
        )
    }  # fmt: skip
    values |= {"case": case or about(IssueType.WRONG_SIZE), "is_to_decide": False, "disputed": None, "left": euros(50)}
    return CaseView(**{**values, **changes})


def about(issue: IssueType, *offers: OfferState, state: CaseState = CaseState.INVESTIGATING) -> Case:
    case = a_case()
    case.issue_type, case.state = issue, state
    case.offers = [Offer(Remedy.REFUND_PARTIAL, Proposer.BOT, NOW, euros(5), [], offered) for offered in offers]
    return case


def a_workspace(handoff: Escalation | None, *views: CaseView, orders: tuple[Order, ...] = ()) -> Workspace:
    open_handoff = handoff if handoff is not None and handoff.is_open else None
    return Workspace(
        conversation=Conversation(TALK, "web", NOW, NOW, "de"), name=None, handled_by=handler_of(open_handoff),
        holder=None, is_mine=False, seen_holder="", handoff=handoff, messages=[], last_id=0, earlier=None, agents={},
        customer=None, cases=list(views), orders=list(orders), earlier_cases=[], identity=[], linked=[],
        undelivered={},
    )  # fmt: skip


async def shown(
    handoff: Escalation | None,
    *views: CaseView,
    orders: tuple[Order, ...] = (),
    clocks: tuple[ServiceClock, ...] = (),
    accounts: tuple[Account, ...] = (),
) -> HandoffPanel:
    uow = FakeUnitOfWork()
    if handoff is not None:
        uow.escalations.add(handoff)
    for clock in clocks:
        uow.service_clocks.add(clock)
    for account in accounts:
        uow.accounts.add(account)
    return await handoff_panel.load(uow, a_workspace(handoff, *views, orders=orders), ALWAYS_OPEN, "ana", NOW)


def an_approval() -> Approval:
    return Approval("C1000001", ApprovalKind.REFUND, euros(40), "late", "ana", NOW)


def a_return() -> Return:
    deadline = NOW.date() + timedelta(days=14)
    return Return("R1", "C1000001", "10482733", ReturnMethod.DROP_OFF, deadline, euros(50), Payer.SHOP, NOW)


def a_photo() -> Evidence:
    return Evidence("e1", TALK, EvidenceKind.IMAGE, "image/jpeg", 100, 10, 10, "0" * 64, NOW)


def ledger(*states: str) -> dict[str, Any]:
    offers = [{"remedy": "coupon", "state": state} for state in states]
    return {"known": {"order_number": "10482733", "ledger": offers}}


PROVED = (an_order(),)
DAMAGED = about(IssueType.DAMAGED)

SITUATIONS: list[tuple[Step, Escalation | None, tuple[CaseView, ...], tuple[Order, ...]]] = [
    (Step.SAFETY_FIRST, a_handoff(R.SAFETY), (), ()),
    (Step.AWAIT_APPROVAL, a_handoff(R.REVIEW_NEEDED), (a_view(approvals=[an_approval()]),), PROVED),
    (Step.DECIDE_CASE, a_handoff(R.REVIEW_NEEDED), (a_view(is_to_decide=True),), PROVED),
    (Step.DECIDE_CASE, a_handoff(R.REVIEW_NEEDED), (a_view(disputed=a_return()),), PROVED),
    (Step.PROVE_IDENTITY, a_handoff(R.IDENTIFICATION_LOCKED), (), PROVED),
    (Step.PROVE_IDENTITY, a_handoff(**ORDER_KNOWN), (), ()),
    # Handoffs that are older than ``known`` keep what the bot knew as the facts themselves.
    (Step.PROVE_IDENTITY, a_handoff(order_number="10482733"), (), ()),
    (Step.APOLOGISE, a_handoff(R.PROMISE_BROKEN), (), ()),
    (Step.ASK_WHAT_IS_OPEN, a_handoff(R.NOT_SOLVED), (), ()),
    (Step.OFFER_BETTER, a_handoff(), (a_view(about(IssueType.OTHER, OfferState.DECLINED)),), PROVED),
    (Step.OFFER_BETTER, a_handoff(), (a_view(about(IssueType.OTHER, OfferState.COUNTERED)),), PROVED),
    (Step.OFFER_BETTER, a_handoff(**ledger("declined")), (), ()),
    (Step.EXPLAIN_REFUSAL, a_handoff(R.POLICY_REFUSAL), (), ()),
    (Step.ASK_ORDER, a_handoff(), (), ()),
    (Step.ASK_ORDER, None, (), ()),
    (Step.ASK_PHOTO, a_handoff(), (a_view(DAMAGED),), PROVED),
    (Step.FIND_OUT, a_handoff(R.NOT_UNDERSTOOD), (), PROVED),
    (Step.GO_ON, a_handoff(), (), PROVED),
    (Step.GO_ON, a_handoff(), (a_view(DAMAGED, evidence=[a_photo()]),), PROVED),
    (Step.GO_ON, a_handoff(), (a_view(about(IssueType.WRONG_SIZE)),), PROVED),
    (Step.GO_ON, a_handoff(), (a_view(about(IssueType.OTHER, OfferState.DECLINED, OfferState.ACCEPTED)),), PROVED),
    (Step.GO_ON, a_handoff(), (a_view(about(IssueType.DAMAGED, state=CaseState.RESOLVED)),), PROVED),
]


@pytest.mark.parametrize(
    ("step", "handoff", "views", "orders"), SITUATIONS, ids=lambda value: getattr(value, "value", "")
)
async def test_the_next_step_fits_the_situation(
    step: Step, handoff: Escalation | None, views: tuple[CaseView, ...], orders: tuple[Order, ...]
) -> None:
    assert (await shown(handoff, *views, orders=orders)).step is step


def test_every_step_has_a_situation_here() -> None:
    assert {situation[0] for situation in SITUATIONS} == set(Step)


@pytest.mark.parametrize("issue", list(IssueType), ids=lambda issue: issue.value)
async def test_photos_are_asked_for_of_what_can_be_seen_on_them(issue: IssueType) -> None:
    is_seen = issue.value in {"damaged", "defective", "wrong_item", "not_as_described", "counterfeit"}
    step = (await shown(a_handoff(), a_view(about(issue)), orders=PROVED)).step
    assert step is (Step.ASK_PHOTO if is_seen else Step.GO_ON)


async def test_the_most_pressing_step_wins_over_all_that_also_apply() -> None:
    declined = about(IssueType.DAMAGED, OfferState.DECLINED)
    to_decide = a_view(declined, is_to_decide=True)
    waits = replace(to_decide, approvals=[an_approval()])
    ladder = [
        (Step.SAFETY_FIRST, R.SAFETY, waits),
        (Step.AWAIT_APPROVAL, R.PROMISE_BROKEN, waits),
        (Step.DECIDE_CASE, R.IDENTIFICATION_LOCKED, to_decide),
        (Step.PROVE_IDENTITY, R.IDENTIFICATION_LOCKED, a_view(declined)),
        (Step.APOLOGISE, R.PROMISE_BROKEN, a_view(declined)),
        (Step.ASK_WHAT_IS_OPEN, R.NOT_SOLVED, a_view(declined)),
        (Step.OFFER_BETTER, R.POLICY_REFUSAL, a_view(declined)),
        (Step.EXPLAIN_REFUSAL, R.POLICY_REFUSAL, a_view(DAMAGED)),
        (Step.ASK_ORDER, R.NOT_UNDERSTOOD, a_view(DAMAGED)),
    ]
    assert [(await shown(a_handoff(reason), view)).step for _, reason, view in ladder] == [
        step for step, _, _ in ladder
    ]


async def test_an_approval_that_was_answered_is_not_waited_for() -> None:
    answered = an_approval()
    answered.decline("root", "no", NOW)
    assert (await shown(a_handoff(), a_view(approvals=[answered]), orders=PROVED)).step is Step.GO_ON


async def test_what_the_bot_knew_and_how_the_customer_felt_is_on_the_card() -> None:
    known = {
        "order_number": "10482733", "reason": "damaged", "remedy": "exchange", "details": "It arrived in pieces.",
        "ledger": [{"remedy": "coupon", "state": "declined"}, {"remedy": "gold", "state": "declined"}, "nonsense"],
    }  # fmt: skip
    mood = Mood(MoodLevel.ANGRY, {"shouting": 2})
    panel = await shown(a_handoff(known=known, mood=mood.as_json(), last_words="A PERSON!!", question="evidence"))
    assert (panel.order_number, panel.is_order_proved) == ("10482733", False)
    assert (panel.issue, panel.wish, panel.story) == (IssueType.DAMAGED, Remedy.EXCHANGE, "It arrived in pieces.")
    assert (panel.mood, panel.last_words, panel.asked) == (mood, "A PERSON!!", "evidence")
    assert panel.offers == [("coupon", OfferState.DECLINED)]


async def test_a_case_says_more_than_what_the_bot_knew_before_it() -> None:
    case = replace(about(IssueType.DAMAGED, OfferState.PROPOSED), wish=Remedy.REPAIR, story="The handle came off.")
    known = {**ledger("declined")["known"], "order_number": "1", "reason": "other", "remedy": "exchange"}
    panel = await shown(a_handoff(known=known), a_view(case, evidence=[a_photo()]), orders=PROVED)
    assert (panel.order_number, panel.is_order_proved) == ("10482733", True)
    assert (panel.issue, panel.wish, panel.story) == (IssueType.DAMAGED, Remedy.REPAIR, "The handle came off.")
    assert panel.offers == [("refund_partial", OfferState.PROPOSED)]
    assert panel.pieces_of_evidence == 1
    assert panel.offerable == [case]


async def test_facts_that_make_no_sense_are_shown_as_unknown() -> None:
    panel = await shown(a_handoff(known={"reason": 7, "remedy": "gold", "details": ["x"]}, mood="bad", last_words=None))
    assert (panel.issue, panel.wish, panel.story, panel.mood) == (None, None, "", None)
    assert (panel.last_words, panel.asked, panel.offers) == ("", None, [])


@pytest.mark.parametrize(("minutes", "waits_long"), [(29, False), (30, True)])
async def test_half_an_hour_in_the_queue_is_a_long_wait(minutes: int, waits_long: bool) -> None:
    assert (await shown(a_handoff(minutes=minutes))).waits_long is waits_long
    assert not (await shown(held(a_handoff(minutes=minutes)))).waits_long


async def test_only_who_waits_has_a_place_in_the_queue() -> None:
    waiting = await shown(a_handoff())
    assert waiting.place is not None and (waiting.place.position, waiting.wait) == (1, timedelta(minutes=6))
    taken = await shown(held(a_handoff()))
    assert (taken.place, taken.wait) == (None, timedelta(0))


async def test_an_instruction_is_shown_once_the_bot_has_the_conversation_back() -> None:
    handoff = held(a_handoff())
    handoff.instruction = {"kind": "offer", "percent": 30, "note": "n"}
    assert (await shown(handoff)).instruction is None
    handoff.return_to_bot(NOW, handoff.instruction)
    panel = await shown(handoff)
    assert panel.instruction is not None and panel.instruction.percent == 30


def an_account(
    name: str, presence: Presence | None = Presence.ONLINE, *languages: str, disabled: bool = False
) -> Account:
    seen_at = NOW if presence else None
    return Account(
        name, name, name.title(), "", Role.AGENT, NOW, languages=list(languages), disabled_at=NOW if disabled else None,
        presence=presence or Presence.ONLINE, seen_at=seen_at,
    )  # fmt: skip


async def test_colleagues_who_are_there_and_write_the_language_come_first() -> None:
    accounts = (
        an_account("ana"),
        an_account("away", Presence.AWAY, "de"),
        an_account("chinese", Presence.ONLINE, "zh"),
        an_account("german", Presence.ONLINE, "de"),
        an_account("gone", None, "de"),
        an_account("left", Presence.ONLINE, "de", disabled=True),
    )
    panel = await shown(a_handoff(), accounts=accounts)
    assert [(one.account.id, one.speaks_it) for one in panel.colleagues] == [
        ("german", True), ("chinese", False), ("away", True), ("gone", True),
    ]  # fmt: skip


def a_clock(metric: Metric) -> ServiceClock:
    return ALWAYS_OPEN.clock("k", metric, TALK, "de", Priority.NORMAL, NOW)


@pytest.mark.parametrize(("handoff", "metric", "waits"), [
    (held(a_handoff()), Metric.RESOLUTION, True),
    (held(a_handoff()), Metric.NEXT_RESPONSE, False),
    (a_handoff(), Metric.RESOLUTION, False),
    (None, Metric.RESOLUTION, False),
], ids=["answered", "not answered", "queued", "with the bot"])  # fmt: skip
async def test_who_answered_last_waits_for_the_customer(
    handoff: Escalation | None, metric: Metric, waits: bool
) -> None:
    panel = await shown(handoff, clocks=(a_clock(metric),))
    assert panel.waits_for_customer is waits
    assert [view.metric for view in panel.clocks] == [metric]


async def test_a_clock_that_came_to_its_end_is_not_shown() -> None:
    clock = a_clock(Metric.RESOLUTION)
    clock.stop(NOW)
    assert (await shown(a_handoff(), clocks=(clock,))).clocks == []
