"""A case with everything that was started for it, as ``bot.services.case_report`` tells it."""

from __future__ import annotations

from bot.aftersales.case import CaseState
from bot.aftersales.claim import ClaimAgainst, ClaimState
from bot.aftersales.customs import CustomsState, Paper
from bot.aftersales.evidence import EvidenceKind
from bot.aftersales.exchange import ExchangeState
from bot.aftersales.grant import CouponState
from bot.aftersales.labels import IssueType, Liability, Payer, Priority, Remedy
from bot.aftersales.offer import OfferState, Proposer
from bot.aftersales.refund import RefundState
from bot.aftersales.repair import RepairState
from bot.aftersales.reship import ReshipState
from bot.aftersales.return_ import Refusal, ReturnMethod, ReturnState
from bot.api.schemas.kinds import (
    AMOUNT,
    CURRENCY,
    DAY,
    MAYBE_MONEY,
    MOMENT,
    NO_OR_MONEY,
    NUMBER,
    TEXT,
    TRUTH,
    Schema,
    choice,
    many,
    named,
    nullable,
    record,
)

_MAYBE_AMOUNT = {"amount": nullable(AMOUNT), "currency": nullable(CURRENCY)}
_LINES = many(record(line=NUMBER, quantity=NUMBER))
_MAYBE_TEXT, _MAYBE_MOMENT, _MAYBE_DAY = nullable(TEXT), nullable(MOMENT), nullable(DAY)

OFFER = record(
    remedy=choice(Remedy), state=choice(OfferState), proposed_by=choice(Proposer), reasons=many(TEXT), **_MAYBE_AMOUNT
)
FINDING = record(
    at=MOMENT, by=TEXT, liable=choice(Liability), rule=TEXT, confidence=AMOUNT, facts={"type": "object"}, reason=TEXT
)
RETURN = record(
    rma=TEXT, state=choice(ReturnState), method=choice(ReturnMethod), deadline=DAY, warehouse=_MAYBE_TEXT,
    carrier=_MAYBE_TEXT, tracking_number=_MAYBE_TEXT, shipped_at=_MAYBE_MOMENT, received_at=_MAYBE_MOMENT,
    inspected_at=_MAYBE_MOMENT, ended_at=_MAYBE_MOMENT, decline_reason=nullable(choice(Refusal)),
    return_shipping=choice(Payer), refund=MAYBE_MONEY,
    lines=many(
        record(
            line=NUMBER, quantity=NUMBER, reason=choice(IssueType), received=NUMBER, damaged=NUMBER,
            as_described=NUMBER, damaged_by_customer=NUMBER, wrong_item=NUMBER,
        )
    ),
)  # fmt: skip
EXCHANGE = record(
    rma=TEXT, sku=TEXT, quantity=NUMBER, state=choice(ExchangeState), price_difference=MAYBE_MONEY, reserved_until=DAY,
    in_advance=TRUTH, difference_settled=TRUTH, carrier=_MAYBE_TEXT, tracking_number=_MAYBE_TEXT,
)  # fmt: skip
REPAIR = record(
    number=TEXT, state=choice(RepairState), line=NUMBER, quantity=NUMBER, in_warranty=TRUTH, deadline=_MAYBE_DAY,
    quote=NO_OR_MONEY, quote_until=_MAYBE_DAY, carrier=_MAYBE_TEXT, tracking_number=_MAYBE_TEXT, repaired=TRUTH,
    decline_reason=nullable(choice(Refusal)),
)  # fmt: skip
RESHIPMENT = record(
    number=TEXT, state=choice(ReshipState), lines=_LINES, search_until=_MAYBE_MOMENT, lost_tracking_number=_MAYBE_TEXT,
    carrier=_MAYBE_TEXT, tracking_number=_MAYBE_TEXT,
)  # fmt: skip
CUSTOMS = record(
    number=TEXT, state=choice(CustomsState), authority=TEXT, reference=TEXT, tracking_number=_MAYBE_TEXT,
    papers=many(choice(Paper)), due_on=_MAYBE_DAY, payer=choice(Payer), charges=NO_OR_MONEY, reason=TEXT,
)  # fmt: skip
REFUND = record(
    number=TEXT, state=choice(RefundState), reason=TEXT, agreed_at=MOMENT, sent_at=_MAYBE_MOMENT,
    settled_at=_MAYBE_MOMENT, **_MAYBE_AMOUNT,
    breakdown=record(
        lines=many(record(line=NUMBER, quantity=NUMBER, share=TEXT, goods=AMOUNT, tax=AMOUNT)), shipping=AMOUNT,
        duties=AMOUNT, goodwill=AMOUNT, overpaid=AMOUNT, deductions=many(record(reason=TEXT, amount=AMOUNT)),
    ),
    payments=many(record(payment=TEXT, method=TEXT, amount=AMOUNT)),
)  # fmt: skip
COUPON = record(
    number=TEXT, state=choice(CouponState), percent=nullable(AMOUNT), **_MAYBE_AMOUNT, expires_at=MOMENT,
    redeemed_at=_MAYBE_MOMENT,
)  # fmt: skip
CLAIM = record(
    number=TEXT, against=choice(ClaimAgainst), party=TEXT, state=choice(ClaimState), reason=TEXT, reference=_MAYBE_TEXT,
    **_MAYBE_AMOUNT, accepted=MAYBE_MONEY, paid=MAYBE_MONEY,
)  # fmt: skip
EVIDENCE = record(
    id=TEXT, kind=choice(EvidenceKind), media_type=TEXT, bytes=NUMBER, width=nullable(NUMBER), height=nullable(NUMBER),
    received_at=MOMENT,
)  # fmt: skip
SUMMARY: dict[str, Schema] = {
    "number": TEXT, "order": TEXT, "customer": TEXT, "conversation": TEXT, "issue_type": choice(IssueType),
    "state": choice(CaseState), "priority": choice(Priority), "liability": choice(Liability),
    "wish": nullable(choice(Remedy)), "lines": _LINES, "language": TEXT, "channel": TEXT, "opened_at": MOMENT,
    "resolved_at": _MAYBE_MOMENT, "merged_into": _MAYBE_TEXT, "next_contact_by": MOMENT, "updated_at": MOMENT,
}  # fmt: skip
CASE_SUMMARY = record("A case in a list.", **SUMMARY)
CASE = record(
    "A case with everything that was started for it.",
    **SUMMARY,
    story={**TEXT, "description": "What happened, in the customer's words."},
    policy=_MAYBE_TEXT,
    policy_version=_MAYBE_TEXT,
    policy_rules=many({"type": "object"}),
    offers=many(named("Offer")),
    liability_history=many(named("Finding")),
    returns=many(named("Return")),
    exchanges=many(named("Exchange")),
    repairs=many(named("Repair")),
    reshipments=many(named("Reshipment")),
    customs=many(named("CustomsMatter")),
    refunds=many(named("Refund")),
    coupons=many(named("Coupon")),
    warranty_extensions=many(record(line=NUMBER, months=NUMBER, until=DAY)),
    claims=many(named("Claim")),
    evidence=many(named("Evidence")),
)

CASES: dict[str, Schema] = {
    "Offer": OFFER,
    "Finding": FINDING,
    "Return": RETURN,
    "Exchange": EXCHANGE,
    "Repair": REPAIR,
    "Reshipment": RESHIPMENT,
    "CustomsMatter": CUSTOMS,
    "Refund": REFUND,
    "Coupon": COUPON,
    "Claim": CLAIM,
    "Evidence": EVIDENCE,
    "CaseSummary": CASE_SUMMARY,
    "Case": CASE,
}
