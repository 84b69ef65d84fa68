"""The whole error tree: every error carries a code and fields, never a text for customers."""

from __future__ import annotations

from typing import Any


class ParleyError(Exception):
    """Raised when Parley cannot do what was asked; base of all our errors.

    ``fields`` are facts for logs, answers and tests; they must hold no personal data.
    """

    code = "error"

    def __init__(self, **fields: Any) -> None:
        self.fields = fields
        super().__init__(", ".join(f"{name}={value}" for name, value in fields.items()) or self.code)


class StartupError(ParleyError):
    """Raised when the process cannot start; ``message`` is one line saying what is wrong and how to mend it."""

    code = "startup"

    def __init__(self, message: str) -> None:
        super().__init__(message=message)
        self.message = message

    def __str__(self) -> str:
        return self.message


class SettingsError(StartupError):
    """Raised when an environment variable or a configuration file is unusable."""

    code = "settings"


class IllegalStateError(ParleyError):
    """Raised when a verb does not apply in the present state; names both states."""

    code = "illegal_state"

    def __init__(self, kind: str, current: str, wanted: str) -> None:
        super().__init__(kind=kind, current=current, wanted=wanted)


class NotFoundError(ParleyError):
    """Raised when something that was named does not exist."""

    code = "not_found"

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(kind=kind, key=key)


class NotIdentifiedError(ParleyError):
    """Raised when order data is asked for in a conversation that has not proved whose order it is."""

    code = "not_identified"


class OtherCustomerError(ParleyError):
    """Raised when the shop says that a conversation is with somebody else than it was with before."""

    code = "other_customer"


class IdentificationLockedError(ParleyError):
    """Raised when too many wrong tries have locked an order for this conversation."""

    code = "identification_locked"


class PolicyRefusalError(ParleyError):
    """Raised when law and policy do not allow what was asked; ``reasons`` are machine-readable codes."""

    code = "policy_refusal"

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__(reasons=reasons)
        self.reasons = reasons


class OutOfStockError(ParleyError):
    """Raised when a replacement variant has fewer pieces left than were asked for."""

    code = "out_of_stock"

    def __init__(self, sku: str, left: int) -> None:
        super().__init__(sku=sku, left=left)


class RefundTooHighError(ParleyError):
    """Raised when a refund exceeds what is left of what the customer paid; amounts are in the order's currency."""

    code = "refund_too_high"

    def __init__(self, order_number: str, asked: str, left: str) -> None:
        super().__init__(order=order_number, asked=asked, left=left)


class UnbalancedEntryError(ParleyError):
    """Raised when the postings of a journal entry do not add up to nothing."""

    code = "unbalanced_entry"

    def __init__(self, entry: str) -> None:
        super().__init__(entry=entry)


class PaymentRefusedError(ParleyError):
    """Raised when a payment provider will not carry out an instruction; ``reason`` is the provider's code."""

    code = "payment_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)
        self.reason = reason


class PaymentUnavailableError(ParleyError):
    """Raised when it is not known whether a payment provider has taken an instruction; ask again with its key."""

    code = "payment_unavailable"


class ConflictError(ParleyError):
    """Raised when somebody else has changed the same thing in the meantime."""

    code = "conflict"


class ErasureRefusedError(ParleyError):
    """Raised when data is still needed; ``unfinished`` names open cases, handoffs and refunds, and whose they are."""

    code = "erasure_refused"

    def __init__(self, unfinished: tuple[str, ...]) -> None:
        super().__init__(unfinished=", ".join(unfinished))
        self.unfinished = unfinished

    def __str__(self) -> str:
        return f"still open: {self.fields['unfinished']}; end that first, or erase all the same with --force"


class ImportRejectedError(ParleyError):
    """Raised when a shop file has errors; ``problems`` lists ``(path, message)`` pairs, nothing was written."""

    code = "import_rejected"

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__(problems=len(problems))
        self.problems = problems


class EvidenceRefusedError(ParleyError):
    """Raised when a file that a customer sends is not taken; ``reason`` is a code such as ``too_large``."""

    code = "evidence_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=str(reason))
        self.reason = reason


class AuthenticationError(ParleyError):
    """Raised when a name and password do not match an account, or the account is locked."""

    code = "authentication"


class InvalidInputError(ParleyError):
    """Raised when a form field cannot be accepted; ``problem`` is a code such as ``too_short`` or ``taken``."""

    code = "invalid_input"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(field=field, problem=problem)
        self.field = field
        self.problem = problem


class SettingRefusedError(ParleyError):
    """Raised when a setting of the desk cannot be accepted; ``problems`` are pairs of a field and what is wrong."""

    code = "setting_refused"

    def __init__(self, problems: tuple[tuple[str, str], ...]) -> None:
        super().__init__(fields=", ".join(field for field, _ in problems))
        self.problems = problems


class MessageFixedError(ParleyError):
    """Raised when a message can no longer be changed.

    ``reason`` is ``too_late``, ``channel``, ``retracted``, ``under_way``, ``refused`` or ``unsure``.
    """

    code = "message_fixed"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)
        self.reason = reason


class DeliveryError(ParleyError):
    """Raised when a platform did not take a message, or did not give a file.

    What is ``permanent`` is not tried again. ``retry_after_seconds`` is what the platform asked for;
    ``holds_channel`` means that nothing else would get through either (too many requests, a token that ran out).
    """

    code = "delivery_failed"

    def __init__(
        self,
        reason: str,
        *,
        is_permanent: bool = False,
        retry_after_seconds: float | None = None,
        holds_channel: bool = False,
    ) -> None:
        super().__init__(reason=reason, permanent=is_permanent)
        self.reason = reason
        self.is_permanent = is_permanent
        self.retry_after_seconds = retry_after_seconds
        self.holds_channel = holds_channel
