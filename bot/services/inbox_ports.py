"""What the inbox shows, and what it needs of a database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.aftersales.escalation import EscalationReason, EscalationState
from bot.aftersales.labels import IssueType, Label, Priority


class View(Label):
    """Which conversations the inbox shows."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    TEAM = "team"
    ALL = "all"
    BREACHED = "breached"
    SNOOZED = "snoozed"
    CLOSED = "closed"
    BOT = "bot"


class Sort(Label):
    """What comes first in the inbox."""

    PRIORITY = "priority"
    """What is late, then the most pressing, then who waits longest."""
    TIME_LEFT = "time_left"
    WAITING = "waiting"
    NEWEST = "newest"


class EntryKind(Label):
    """What the search found."""

    MESSAGE = "message"
    CASE = "case"
    ORDER = "order"
    CUSTOMER = "customer"


@dataclass(eq=False)
class Snooze:
    """A conversation that is out of sight until a moment.

    A message of the customer with an id above ``after_message`` ends it earlier.
    """

    conversation_id: str
    until: datetime
    began_at: datetime
    agent_id: str
    after_message: int


@dataclass(frozen=True)
class Filters:
    """What conversations must have in common; None stands for any."""

    language: str | None = None
    channel: str | None = None
    issue_type: IssueType | None = None
    country: str | None = None
    agent_id: str | None = None
    tag: str | None = None

    def __bool__(self) -> bool:
        return self != Filters()


@dataclass(frozen=True)
class Viewer:
    """Whose inbox it is, with the ids of the teams that this person belongs to."""

    agent_id: str
    teams: frozenset[str] = frozenset()


class Place(NamedTuple):
    """Where a row stands: rows are in ascending order of it, and a page goes on after one."""

    late: int
    rank: int
    moment: datetime
    conversation_id: str


@dataclass(frozen=True)
class Listed:
    """One conversation as the database lists it.

    ``waiting_since`` is set while the customer waits for a person. ``due_at`` and ``warn_at`` belong to the running
    clock that ends first; ``is_paused`` says that all clocks stand still.
    """

    conversation_id: str
    channel: str
    language: str | None
    newest_at: datetime
    place: Place
    state: EscalationState | None = None
    agent_id: str | None = None
    priority: Priority | None = None
    reason: EscalationReason | None = None
    issue_type: IssueType | None = None
    waiting_since: datetime | None = None
    due_at: datetime | None = None
    warn_at: datetime | None = None
    is_paused: bool = False
    is_late: bool = False
    snoozed_until: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True)
class Wanted:
    """Which conversations to list: those of a view that fit, from a place on, or only some of them by id."""

    viewer: Viewer
    view: View
    sort: Sort = Sort.PRIORITY
    filters: Filters = field(default_factory=Filters)
    after: Place | None = None
    only: Collection[str] | None = None
    limit: int = 50


class Choices(NamedTuple):
    """What the filters offer: what occurs among the conversations that people handle."""

    languages: Sequence[str]
    channels: Sequence[str]
    countries: Sequence[str]


class Inboxes(Protocol):
    """Conversations as people who work through them look at them."""

    async def listed(self, wanted: Wanted, now: datetime) -> list[Listed]:
        """Return the conversations of a view in order."""

    async def anywhere(self, conversation_ids: Collection[str], filters: Filters, now: datetime) -> list[Listed]:
        """Return those of some conversations that fit the filters, whichever view they are in, newest first."""

    async def counts(self, viewer: Viewer, now: datetime, most: int) -> dict[View, int]:
        """Return how many conversations each view holds; closed ones and the bot's are counted up to ``most``."""

    async def choices(self) -> Choices:
        """Return what the filters offer."""


class Tags(Protocol):
    """Tags of conversations, by the ids that the settings of the desk give them."""

    async def add(self, conversation_id: str, tag: str, agent_id: str, now: datetime) -> bool:
        """Give a conversation a tag; return False where it has it already."""

    async def remove(self, conversation_id: str, tag: str) -> bool:
        """Take a tag from a conversation; return False where it has it not."""

    async def of(self, conversation_ids: Collection[str]) -> dict[str, list[str]]:
        """Return the tags of conversations in the order they were added; those without any are left out."""


class Snoozes(Protocol):
    """Conversations that are out of sight."""

    def add(self, snooze: Snooze) -> None:
        """Keep a new snooze."""

    async def get(self, conversation_id: str) -> Snooze | None:
        """Return a conversation's snooze, over or not, or None."""

    async def remove(self, snooze: Snooze) -> None:
        """Forget a snooze."""

    async def ended(self, now: datetime, limit: int = 200) -> list[tuple[Snooze, bool]]:
        """Return the snoozes that are over, the oldest first, each with whether the customer ended it by writing."""

    async def until(self, conversation_id: str, now: datetime) -> datetime | None:
        """Return until when a conversation is out of sight, None where it is not."""

    async def newest_message(self, conversation_id: str) -> int:
        """Return the largest message id of a conversation, 0 where it has none."""


class Term(NamedTuple):
    """Words that must follow each other; the last one may go on where it ``is_begun``."""

    words: tuple[str, ...]
    is_begun: bool = False


class Hit(NamedTuple):
    """Where a conversation has what was searched: the newest such entry."""

    conversation_id: str
    entry_id: int


class Found(NamedTuple):
    """What an entry of the search is about; ``text`` is a message's or a story's, as it was written."""

    kind: EntryKind
    key: str
    text: str


class DueEntry(NamedTuple):
    """Something that changed and has to be looked at again."""

    id: int
    kind: EntryKind
    key: str


class Entry(NamedTuple):
    """Something to be found in a conversation, cut into words."""

    conversation_id: str
    kind: EntryKind
    key: str
    at: datetime
    words: tuple[str, ...]


class ProvedOrder(NamedTuple):
    """What the search may know of an order: it was proved in these conversations."""

    conversations: Mapping[str, datetime]
    texts: Sequence[str]
    customer: Sequence[str]


class SearchIndex(Protocol):
    """The words of everything that can be found."""

    async def take_due(self, limit: int) -> list[DueEntry]:
        """Take what changed out of the list of what is due, oldest first; somebody else gets other entries."""

    async def messages(self, ids: Collection[int]) -> dict[int, tuple[str, datetime, list[str]]]:
        """Return conversation, moment and all texts of messages by id, our announcements left out."""

    async def stories(self, numbers: Collection[str]) -> dict[str, tuple[str, datetime, list[str]]]:
        """Return conversation, moment and all texts of cases by number."""

    async def proved(self, order_numbers: Collection[str]) -> dict[str, ProvedOrder]:
        """Return what is to be found of orders, by number; those that nobody proved are left out."""

    async def orders_of(self, customer_id: str) -> list[str]:
        """Return the proved orders of a customer."""

    async def replace(self, kinds: Collection[EntryKind], keys: Collection[str], by: Sequence[Entry]) -> None:
        """Put entries in the place of all those of some kinds and keys."""

    async def find(self, term: Term, limit: int) -> list[Hit]:
        """Return where a term occurs, newest first; of very many entries only the newest ``limit`` are looked at."""

    async def found(self, entry_ids: Collection[int]) -> dict[int, Found]:
        """Return what entries are about, by id."""
