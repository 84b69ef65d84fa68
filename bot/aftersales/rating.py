"""A rating: how satisfied a customer was with what became of a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

LOWEST, HIGHEST = 1, 5
LOW = 2
"""Ratings up to this one reach a supervisor."""


@dataclass(eq=False)
class Rating:
    """The answer to the survey after closing; there is one a case, the newest answer counts."""

    case_number: str
    conversation_id: str
    customer_id: str
    rating: int
    rated_at: datetime
    comment: str | None = None
    id: int | None = None

    @property
    def is_low(self) -> bool:
        """Tell whether somebody should look into it."""
        return self.rating <= LOW
