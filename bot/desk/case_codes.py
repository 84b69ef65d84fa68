"""Codes of cases that the desk shows as words and that no type lists: the catalogues take them from here."""

from __future__ import annotations

HAPPENED = (
    "approval_asked", "approval_declined", "approval_granted", "approval_withdrawn", "case_absorbed",
    "case_approved", "case_asked_whether_solved", "case_closed", "case_contact_promised", "case_declined",
    "case_delayed", "case_merged", "case_prioritised", "case_rated", "case_refunded", "case_registered",
    "case_reopened", "case_resolved", "case_withdrawn", "claim_accepted", "claim_amended", "claim_filed",
    "claim_opened", "claim_paid", "claim_rejected", "claim_withdrawn", "coupon_expired", "coupon_issued",
    "coupon_redeemed", "customs_abandoned", "customs_closed", "customs_papers_received",
    "customs_papers_requested", "customs_refused", "customs_released", "customs_reported", "customs_submitted",
    "evidence_added", "evidence_attached", "evidence_erased", "evidence_expired", "evidence_sent",
    "exchange_difference_paid", "exchange_opened", "exchange_replacement_delivered",
    "exchange_replacement_shipped", "exchange_replacement_unavailable", "handoff_opened", "liability_found",
    "liability_overruled", "offer_accepted", "offer_declined", "offer_expired", "offer_made", "offer_proposed",
    "refund_agreed",
    "refund_canceled", "refund_failed", "refund_sent", "refund_settled", "repair_approved", "repair_completed",
    "repair_declined", "repair_expired", "repair_opened", "repair_quote_accepted", "repair_quote_declined",
    "repair_quoted", "repair_received", "repair_shipped", "repair_shipped_back", "reshipment_canceled",
    "reshipment_delivered", "reshipment_found_meanwhile", "reshipment_opened", "reshipment_reserved",
    "reshipment_shipped", "reshipment_unavailable", "return_approved", "return_completed", "return_declined",
    "return_expired", "return_inspected", "return_label_issued", "return_opened", "return_received",
    "return_settled", "return_shipped", "sla_breached", "sla_warned", "task_canceled", "task_finished", "task_given",
    "task_opened", "task_overdue", "task_released", "task_taken", "warranty_extended",
)  # fmt: skip
"""What a case's history tells of, as audit events name it, with an underscore for the dot."""

REASONS = (
    "already_delivered", "already_returned", "already_shipped", "decided_by_a_person", "digital_content",
    "faulty_goods", "goods_stay", "goodwill", "hygiene_goods", "legal_guarantee", "made_to_measure",
    "not_delivered_yet", "not_for_this_reason", "not_late_yet", "order_canceled", "paid_right",
    "perishable_goods", "refund_on_its_way", "return_first", "service_failure", "unsealed_media", "window_closed",
    "within_return_window", "within_warranty",
)  # fmt: skip
"""Why law and policy grant or refuse something."""

TASKS = (
    "answer_customer", "arrange_pickup", "ask_customs", "ask_for_proof_of_delivery", "bill_repair",
    "check_authenticity", "check_duties", "check_payment", "check_refund", "check_safety", "check_shop_event",
    "collect_difference", "decide", "decide_customs", "decide_return", "file_carrier_claim", "file_supplier_claim",
    "first_response_overdue", "inspect_return", "issue_return_label", "look_into_pattern", "low_rating",
    "new_address", "new_items", "next_response_overdue", "offer_refund", "other", "parcel_came_back", "pay_customs",
    "pay_difference_back", "promise_broken_again", "quote_repair", "reach_customer", "reclaim_duties", "repair",
    "repair_failed", "resolution_overdue", "search_parcel", "send_goods_back", "send_papers", "ship_again",
    "ship_replacement", "speed_parcel_up", "stop_order", "trace_parcel", "trace_refund", "trace_return",
    "unexpected_return",
)  # fmt: skip
"""What departments have to do."""

TOLD = (
    "ask_offer", "case_approved", "case_closed", "case_declined", "coupon_issued", "customs_abandoned",
    "customs_papers", "customs_refused", "customs_released", "delay", "delay_handed_over", "difference_due",
    "exchange_opened",
    "label_ready", "parcel_found", "parcel_lost", "parcel_sent_back", "refund_keeps_goods", "refund_sent",
    "refund_settled", "repair_approved", "repair_declined", "repair_expired", "repair_quoted", "repair_received",
    "repair_returned_unrepaired",
    "repair_shipped_back", "repair_started", "replacement_delivered", "replacement_shipped",
    "replacement_unavailable", "reship_delivered", "reship_opened", "reship_searching", "reship_shipped",
    "reship_unavailable", "return_approved", "return_comes_back", "return_completed", "return_declined",
    "return_disputed", "return_expired", "return_inspected", "return_partly_received", "return_received",
    "return_shipped", "warranty_extended",
)  # fmt: skip
"""What customers were told, as responses are named."""

DETAILS = (
    "after", "amount", "announced", "approval", "asked_by", "assigned_at", "before", "bot", "carrier", "charged",
    "confidence", "customer", "department", "due_at", "duplicate", "ended_at", "failure", "in_warranty", "into",
    "is_repaired", "kind", "liable", "metric", "months", "note", "percent", "policy", "policy_version", "priority",
    "received", "reference", "result", "rule", "shop", "sku", "state", "subject", "system", "team", "tracking_number",
    "what", "worth",
)  # fmt: skip
"""What else entries of a history are about."""

CASE_CODES = (*HAPPENED, *REASONS, *TASKS, *TOLD, *DETAILS)
"""All of them."""
