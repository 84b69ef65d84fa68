"""What after-sales writes: cases, offers, returns, exchanges, handoffs, identifications, audit and numbers.

Conversation ids carry no foreign key: under `rasa run` conversations are not ours, and business records
outlive the conversations they came from.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, Table, Text, text

from bot.aftersales.case import CaseState
from bot.aftersales.escalation import EscalationReason, EscalationState, GivenBy
from bot.aftersales.exchange import ExchangeState
from bot.aftersales.labels import IssueType, Liability, Payer, Priority, Remedy
from bot.aftersales.offer import OfferState, Proposer
from bot.aftersales.return_ import Refusal, ReturnMethod, ReturnState
from bot.store.tables.base import index, key, long, metadata, money, reference, row_version, short
from bot.store.types import Choice, Json, UtcDateTime, int_keyed_json, json_list, json_object

cases = Table(
    "cases",
    metadata,
    short("number", primary_key=True),
    short("conversation_id"),
    reference("customer_id", "customers.id", index=True),
    reference("order_number", "orders.number"),
    Column("issue_type", Choice(IssueType), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("next_contact_by", UtcDateTime, nullable=False),
    short("language"),
    short("channel"),
    short("source_message_id"),
    long("story"),
    Column("wish", Choice(Remedy), nullable=True),
    Column("lines", int_keyed_json(), nullable=False),
    Column("priority", Choice(Priority), nullable=False),
    Column("liability", Choice(Liability), nullable=False),
    short("policy_version", required=False),
    short("policy_name", required=False),
    Column("policy_rules", Json, nullable=False, server_default=text("'[]'")),
    Column("verdict", Json, nullable=True),
    short("merged_into", required=False, index=True),
    Column("decisions", Integer, nullable=False, server_default=text("0")),
    Column("state", Choice(CaseState), nullable=False),
    Column("resolved_at", UtcDateTime, nullable=True),
    Column("version", Integer, nullable=False),
    index("source_message_id", unique=True),
    index("order_number", "opened_at"),
    index("conversation_id", "opened_at"),
    index("state", "next_contact_by"),
    index("state", "resolved_at"),
)

offers = Table(
    "offers",
    metadata,
    key(),
    reference("case_number", "cases.number", index=True),
    Column("remedy", Choice(Remedy), nullable=False),
    Column("proposed_by", Choice(Proposer), nullable=False),
    Column("proposed_at", UtcDateTime, nullable=False),
    *money("amount", required=False),
    Column("reasons", json_list(), nullable=False),
    Column("terms", Json, nullable=False),
    Column("state", Choice(OfferState), nullable=False),
    short("agent_id", required=False),
    Column("answered_at", UtcDateTime, nullable=True),
    Column("note", Text, nullable=False, server_default=text("''")),
)

returns = Table(
    "returns",
    metadata,
    short("rma", primary_key=True),
    reference("case_number", "cases.number", index=True),
    reference("order_number", "orders.number"),
    Column("method", Choice(ReturnMethod), nullable=False),
    Column("deadline", Date, nullable=False),
    *money("refund"),
    Column("return_shipping", Choice(Payer), nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("state", Choice(ReturnState), nullable=False),
    Column("refunds_shipping", Boolean, nullable=False),
    Column("refunds_duties", Boolean, nullable=False),
    short("warehouse", required=False),
    short("carrier", required=False),
    short("tracking_number", required=False, index=True),
    Column("shipped_at", UtcDateTime, nullable=True),
    Column("received_at", UtcDateTime, nullable=True),
    Column("inspected_at", UtcDateTime, nullable=True),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("decline_reason", Choice(Refusal), nullable=True),
    Column("pay_by", Date, nullable=True),
    row_version(),
    index("order_number", "requested_at"),
    index("state", "deadline"),
)

return_lines = Table(
    "return_lines",
    metadata,
    key(),
    reference("rma", "returns.rma"),
    Column("position", Integer, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("reason", Choice(IssueType), nullable=False),
    Column("received", Integer, nullable=False),
    Column("damaged", Integer, nullable=False),
    Column("as_described", Integer, nullable=False),
    Column("damaged_by_customer", Integer, nullable=False),
    Column("wrong_item", Integer, nullable=False),
    index("rma", "position"),
)

exchanges = Table(
    "exchanges",
    metadata,
    key(),
    reference("rma", "returns.rma", index=True),
    reference("case_number", "cases.number", index=True),
    reference("order_number", "orders.number", index=True),
    reference("sku", "variants.sku"),
    Column("quantity", Integer, nullable=False),
    *money("price_difference"),
    Column("reserved_until", Date, nullable=False),
    Column("state", Choice(ExchangeState), nullable=False),
    Column("in_advance", Boolean, nullable=False),
    Column("difference_settled", Boolean, nullable=False),
    short("carrier", required=False),
    short("tracking_number", required=False, index=True),
    Column("shipped_at", UtcDateTime, nullable=True),
    Column("ended_at", UtcDateTime, nullable=True),
    row_version(),
    index("state"),
)

OPEN_ESCALATION = text("state IN ('queued', 'assigned')")

escalations = Table(
    "escalations",
    metadata,
    key(),
    short("conversation_id"),
    Column("reason", Choice(EscalationReason), nullable=False),
    Column("priority", Choice(Priority), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    short("language"),
    reference("case_number", "cases.number", required=False, index=True),
    Column("facts", json_object(), nullable=False),
    Column("state", Choice(EscalationState), nullable=False),
    short("agent_id", required=False),
    Column("assigned_at", UtcDateTime, nullable=True),
    Column("ended_at", UtcDateTime, nullable=True),
    short("team", required=False),
    Column("given_by", Choice(GivenBy), nullable=True),
    Column("passed_over", json_list(), nullable=False, server_default=text("'[]'")),
    Column("instruction", Json, nullable=True),
    Column("first_assigned_at", UtcDateTime, nullable=True, index=True),
    Column("promised_for", UtcDateTime, nullable=True),
    Column("followed_at", UtcDateTime, nullable=True),
    Column("version", Integer, nullable=False),
    index("conversation_id", "id"),
    # A conversation waits for one person at most: of two handoffs at once the second is a conflict.
    Index(
        "uq_escalations_open",
        "conversation_id",
        unique=True,
        sqlite_where=OPEN_ESCALATION,
        postgresql_where=OPEN_ESCALATION,
    ),
    index("state", "opened_at"),
)

identifications = Table(
    "identifications",
    metadata,
    key(),
    short("conversation_id"),
    short("order_number"),
    Column("wrong_tries", Integer, nullable=False),
    Column("proved_at", UtcDateTime, nullable=True),
    Column("locked_until", UtcDateTime, nullable=True),
    row_version(),
    index("conversation_id", "order_number", unique=True),
)

# The shop knows customers whose orders may not be here yet, so there is no foreign key.
known_customers = Table(
    "known_customers",
    metadata,
    short("conversation_id", primary_key=True),
    short("customer_id", index=True),
    Column("known_since", UtcDateTime, nullable=False),
    Column("known_until", UtcDateTime, nullable=False),
)

# Over all conversations and processes; see TryLimit.
try_counts = Table(
    "try_counts",
    metadata,
    short("subject", primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("since", UtcDateTime, nullable=False, index=True),
)

audit_events = Table(
    "audit_events",
    metadata,
    key(),
    Column("at", UtcDateTime, nullable=False),
    short("actor"),
    short("action"),
    short("subject"),
    short("conversation_id", required=False, index=True),
    Column("data", Json, nullable=False),
    index("subject", "id"),
    index("actor", "id"),
    index("action", "id"),
    index("at"),
    sqlite_autoincrement=True,
)

sequences = Table(
    "sequences",
    metadata,
    short("name", primary_key=True),
    Column("value", BigInteger, nullable=False),
)
