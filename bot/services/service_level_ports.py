"""What service levels and follow-up need of a database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.aftersales.case import Case
from bot.aftersales.contact import Contact
from bot.aftersales.rating import Rating
from bot.aftersales.sla import ServiceClock


class OutOfStep(NamedTuple):
    """A clock that does not go as its case does: the case waits for the customer or not, or is over."""

    clock: ServiceClock
    case: Case
    waits_for_customer: bool


class ServiceClocks(Protocol):
    """All clocks of service levels."""

    def add(self, clock: ServiceClock) -> None:
        """Keep a new clock."""

    async def by_key(self, key: str) -> ServiceClock | None:
        """Return the clock of an occasion, or None."""

    async def of_case(self, case_number: str) -> list[ServiceClock]:
        """Return a case's clocks, oldest first."""

    async def answered_first(self) -> list[str]:
        """Return the keys of the running clocks of first responses whose customers have been answered."""

    async def outlived(self) -> dict[str, datetime | None]:
        """Return the keys of the running clocks of waits whose handoffs are over, with when those ended."""

    async def out_of_step_waits(self) -> list[str]:
        """Return the conversations in a handoff whose clocks of waits may have to be started or stopped.

        Without reading transcripts: there somebody wrote what the newest of the clocks does not know.
        """

    async def due(self, now: datetime, limit: int = 200) -> list[ServiceClock]:
        """Return the clocks, not paused, whose warning or breach has yet to be noted, the most urgent first."""

    async def out_of_step(self, case_number: str | None = None, limit: int = 200) -> list[OutOfStep]:
        """Return the clocks of resolutions, of one case or of all, to be paused, resumed or stopped.

        A case waits for the customer while an offer or a question is open, and while a parcel has to be handed over.
        """

    async def unwatched_cases(self, case_number: str | None = None, limit: int = 200) -> list[Case]:
        """Return the open cases, or this very one, whose time to resolution nothing measures, longest open first."""

    async def running_in(self, conversation_id: str) -> list[ServiceClock]:
        """Return the clocks of a conversation that have not stopped, the most urgent first."""

    async def breached_in(self, conversation_ids: Collection[str]) -> set[str]:
        """Return in which of these conversations somebody waits for what is overdue."""


class Ratings(Protocol):
    """All ratings."""

    def add(self, rating: Rating) -> None:
        """Keep a new rating."""

    async def of_case(self, case_number: str) -> Rating | None:
        """Return a case's rating, or None."""


class Contacts(Protocol):
    """All contacts of customers about orders."""

    def add(self, contact: Contact) -> None:
        """Keep a new contact."""

    async def newest(self, conversation_id: str, order_number: str) -> Contact | None:
        """Return when a conversation was last about an order, or None."""
