"""The audit log in words: actions that no history of a case tells of, and the things that actions are done to."""

from __future__ import annotations

ACTIONS = {
    "account.activated": "Account activated",
    "account.changed": "Account changed",
    "account.created": "Account created",
    "account.deactivated": "Account deactivated",
    "account.desk_language_changed": "Language of the desk changed",
    "account.invitation_accepted": "Invitation accepted",
    "account.invited_again": "Invited again",
    "account.locked": "Account locked after wrong passwords",
    "account.logged_in": "Logged in",
    "account.logged_out": "Logged out",
    "account.other_sessions_ended": "Other sessions ended",
    "account.password_changed": "Password changed",
    "account.password_reset": "Password reset",
    "account.presence_changed": "Presence changed",
    "account.recovery_code_used": "Recovery code used",
    "account.recovery_codes_renewed": "Recovery codes renewed",
    "account.second_factor_off": "Second factor switched off",
    "account.second_factor_on": "Second factor switched on",
    "account.second_factor_removed": "Second factor removed by an administrator",
    "account.session_ended": "Session ended",
    "api_token.created": "API token created",
    "api_token.revoked": "API token revoked",
    "audit.exported": "Audit log exported",
    "canned_response.added": "Canned response added",
    "canned_response.changed": "Canned response changed",
    "canned_response.removed": "Canned response removed",
    "contact.joined": "Customer goes on with the case",
    "contact.repeated": "Customer came back about the case",
    "conversation.assigned": "Conversation assigned",
    "conversation.handed_over": "Conversation handed over to people",
    "conversation.requeued": "Conversation put back into the queue",
    "conversation.resolved": "Conversation resolved",
    "conversation.returned_to_bot": "Conversation returned to the bot",
    "conversation.snoozed": "Conversation snoozed",
    "conversation.tagged": "Tag added",
    "conversation.taken_over": "Conversation taken over",
    "conversation.untagged": "Tag removed",
    "conversation.whispered": "Whispered to the agent",
    "conversation.woken": "Conversation no longer snoozed",
    "customer.added": "Customer added by the shop",
    "customer.changed": "Customer changed by the shop",
    "customer.erased": "Customer data erased",
    "customer.exported": "Customer data exported",
    "customer.introduced": "Customer introduced by the shop",
    "message.edited": "Message edited",
    "message.resent": "Message sent again",
    "message.retracted": "Message retracted",
    "message.sent": "Message sent",
    "note.added": "Internal note added",
    "order.added": "Order added by the shop",
    "order.address_changed": "Delivery address changed",
    "order.canceled": "Order canceled",
    "order.changed": "Order changed by the shop",
    "order.identification_locked": "Identification locked after wrong answers",
    "order.identified": "Order matched to the customer",
    "order.items_changed": "Items of the order changed",
    "order.refreshed": "Order brought up to date",
    "order.taken_over": "Order fetched from the shop",
    "pattern.found": "Rising pattern found",
    "product.added": "Product added by the shop",
    "product.changed": "Product changed by the shop",
    "settings.changed": "Settings changed",
    "statistics.exported": "Statistics exported",
    "transcripts.forgotten": "Old transcripts deleted",
    "webhook.added": "Webhook added",
    "webhook.disabled": "Webhook disabled after failures",
    "webhook.enabled": "Webhook enabled again",
    "webhook.removed": "Webhook removed",
}
"""Actions and their English words; those of cases are ``HAPPENED`` in ``bot/desk/case_codes.py``."""

GROUPS = {
    "account": "Accounts",
    "api_token": "API tokens",
    "approval": "Approvals",
    "audit": "Audit log",
    "canned_response": "Canned responses",
    "case": "Cases",
    "claim": "Claims",
    "contact": "Contacts",
    "conversation": "Conversations",
    "coupon": "Coupons",
    "customer": "Customers",
    "customs": "Customs",
    "evidence": "Evidence",
    "exchange": "Exchanges",
    "liability": "Liability",
    "message": "Messages",
    "note": "Internal notes",
    "offer": "Offers",
    "order": "Orders",
    "pattern": "Patterns",
    "product": "Products",
    "refund": "Refunds",
    "repair": "Repairs",
    "reshipment": "Reshipments",
    "return": "Returns",
    "settings": "Settings",
    "sla": "Service levels",
    "statistics": "Statistics",
    "task": "Tasks",
    "transcripts": "Transcripts",
    "warranty": "Warranties",
    "webhook": "Webhooks",
}
"""What stands before the dot of an action, as a group of the filter."""


def code_of(action: str) -> str:
    """Return an action such as ``case.opened`` as the label it has: ``case_opened``."""
    return action.replace(".", "_")


def group_code(group: str) -> str:
    """Return the label of a group, which is another one than that of a single thing of it."""
    return f"all_of_{group}"


AUDIT_CODES = {
    **{code_of(action): words for action, words in ACTIONS.items()},
    **{group_code(group): words for group, words in GROUPS.items()},
}
"""The labels and their English words."""
