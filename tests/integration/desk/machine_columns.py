"""The columns into which nobody outside writes a text of their own, by the reason why.

Whatever is not here is spoilt by the test of stored scripts; so is a column that is new.
"""

from __future__ import annotations

_BY_REASON = {
    "the program makes it up, and finds the row by it": """
        accounts.id sessions.token_digest sessions.csrf_token cases.number customers.id products.id variants.sku
        orders.number payments.id shipments.id claims.number claims.key coupons.number coupons.code
        customs_matters.number evidence.id refunds.number refunds.key repairs.number reshipments.number returns.rma
        notifications.key service_clocks.key tasks.key warranty_extensions.key sequences.name job_leases.name
        journal_entries.id payment_instructions.key shop_events.id inbox.id translations.key webhook_subscriptions.id
        webhook_deliveries.event_id idempotency_keys.key api_changes.kind api_changes.key search_entries.key
        search_due.key cases.source_message_id cases.policy_version read_states.reader case_goods.kind
    """,
    "it names a row that the program wrote": """
        audit_events.conversation_id audit_events.subject audit_events.actor conversation_tags.conversation_id
        conversation_tags.agent_id correspondents.conversation_id dialogue_turns.conversation_id
        identifications.conversation_id inbox.conversation_id known_customers.conversation_id
        try_counts.subject
        read_states.conversation_id search_entries.conversation_id snoozes.conversation_id snoozes.agent_id
        contacts.conversation_id contacts.order_number messages.agent_id cases.conversation_id cases.merged_into
        mentions.conversation_id message_revisions.conversation_id message_revisions.account_id outbox.conversation_id
        approvals.asked_by approvals.decided_by escalations.conversation_id escalations.agent_id
        escalations.passed_over evidence.agent_id notifications.conversation_id offers.agent_id ratings.conversation_id
        service_clocks.conversation_id payment_instructions.order_number payment_instructions.refund_number
        payment_instructions.payment_id webhook_noted.case_number conversation_tags.tag escalations.team
        service_clocks.team accounts.teams
    """,
    "a digest or a secret, or a name under the rules of logins": """
        accounts.name accounts.password_hash accounts.totp_secret accounts.totp_pending accounts.recovery_digests
        accounts.invitation_digest api_tokens.digest idempotency_keys.request_digest order_origins.address_digest
        evidence.sha256 webhook_subscriptions.secret
    """,
    "one of a list in the program, which would refuse another": """
        accounts.languages accounts.desk_language audit_events.action desk_settings.key evidence.media_type
        escalations.instruction offers.terms approvals.terms reshipments.lines cases.lines service_clocks.pauses
        cases.verdict idempotency_keys.answer api_tokens.scopes webhook_subscriptions.events
    """,
    "three letters by the type of the column": """
        payment_instructions.amount_currency journal_postings.amount_currency orders.shipping_fee_currency
        orders.total_currency orders.duties_currency variants.price_currency order_lines.unit_price_currency
        order_lines.discount_currency order_lines.tax_currency payments.amount_currency approvals.amount_currency
        case_facts.refund_currency case_goods.refund_currency claims.amount_currency claims.accepted_currency
        claims.paid_currency coupons.amount_currency customs_matters.charges_currency offers.amount_currency
        refunds.amount_currency repairs.quote_currency returns.refund_currency exchanges.price_difference_currency
        refund_parts.amount_currency
    """,
    "a day that the program counts by": """
        case_facts.day case_facts.week case_facts.month case_goods.day case_goods.week case_goods.month
    """,
}  # fmt: skip

MACHINES = {column: reason for reason, columns in _BY_REASON.items() for column in columns.split()}
