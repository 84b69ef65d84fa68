"""What is wrong with a request to the shop's API, as RFC 9457 wants it told; who serves the API makes the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.errors import ParleyError

Mistake = tuple[str, str]
"""Where something is wrong, as a JSON path or a parameter's name, and what."""


class ProblemError(ParleyError):
    """Raised when a request to the shop's API is not answered with what it asked for.

    ``detail`` is for the shop's developers, ``mistakes`` are told as ``errors``. ``members`` are told besides. None of
    them may quote what the request says of people: answers to writes are kept for a day.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        mistakes: Sequence[Mistake] = (),
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(status=status, problem=code)
        self.status = status
        self.code = code
        self.detail = detail
        self.mistakes = tuple(mistakes)
        self.headers = dict(headers or {})
        self.members = dict(members or {})

    def as_json(self, title: str) -> dict[str, Any]:
        """Return the problem; ``title`` is the phrase of its status."""
        body: dict[str, Any] = {
            "type": f"urn:parley:problem:{self.code}",
            "title": title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            **self.members,
        }
        if self.mistakes:
            body["errors"] = [{"path": path, "reason": reason} for path, reason in self.mistakes]
        return body
