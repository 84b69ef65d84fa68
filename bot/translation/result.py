"""What comes of a translation: a text, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bot.errors import ParleyError


class Reason(str, Enum):
    """Why there is no translation; stable codes for logs and for what people are shown."""

    OFF = "off"
    SAME_LANGUAGE = "same_language"
    NOTHING_TO_TRANSLATE = "nothing_to_translate"
    UNSUPPORTED = "unsupported"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    REFUSED = "refused"
    GARBAGE = "garbage"
    DAMAGED = "damaged"
    PAUSED = "paused"
    DEADLINE = "deadline"


@dataclass(frozen=True)
class Translation:
    """A text in the target language, the engine that made it, and whether it was remembered from before."""

    text: str
    engine: str
    is_cached: bool = False


@dataclass(frozen=True)
class Unavailable:
    """No translation: show the original. ``tried`` lists what became of each engine, in order."""

    reason: Reason
    tried: tuple[tuple[str, Reason], ...] = ()


class EngineError(ParleyError):
    """Raised when an engine gives no usable translation; holds neither text nor key.

    ``retry_after`` is what the server asked for, in seconds.
    """

    code = "translation_engine"

    def __init__(self, reason: Reason, retry_after: float | None = None) -> None:
        super().__init__(reason=reason.value)
        self.reason = reason
        self.retry_after = retry_after

    @property
    def is_transient(self) -> bool:
        """Tell whether the same request may succeed in a moment."""
        return self.reason in (Reason.TIMEOUT, Reason.UNREACHABLE, Reason.RATE_LIMITED, Reason.SERVER_ERROR)

    @property
    def is_fault(self) -> bool:
        """Tell whether it speaks against the engine, rather than against this request."""
        return self.is_transient or self.reason in (Reason.REFUSED, Reason.GARBAGE)
