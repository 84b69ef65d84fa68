"""Routing: which team and which person a waiting conversation comes to, and how long its customer waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import NamedTuple

from bot.aftersales.labels import IssueType, Priority
from bot.aftersales.sla import ServiceLevels, Team
from bot.services import presence
from bot.services.account import Account
from bot.services.desk_settings import DeskSettings
from bot.services.ports import UnitOfWork
from bot.services.routing_ports import Held, Past, Waiting

HANDLING = timedelta(minutes=6)
"""What a conversation takes an agent, until there are figures."""

LOOKS_BACK = timedelta(days=7)
WAITS_FOR_SPEAKER = timedelta(minutes=3)
"""After this time a conversation goes to somebody who does not write its language, where nobody who does is free."""

_SHORTEST_WAIT = timedelta(minutes=1)
_ENOUGH = 4
"""Fewer handoffs than these make no figure."""


@dataclass(frozen=True)
class Pace:
    """How fast the desk works: ``handling`` a conversation takes, ``pick_up`` passes until somebody free begins."""

    handling: timedelta = HANDLING
    pick_up: timedelta = timedelta(0)


class Room(NamedTuple):
    """How many conversations a team holds at once, and how many of those places are free."""

    places: int
    free: int


@dataclass(frozen=True)
class Floor:
    """Who is there and holds how much: the state of the desk at one moment."""

    agents: Sequence[Account]
    load: Counter[str]

    def free(self, account: Account) -> int:
        """Return how many more conversations somebody takes."""
        return max(0, account.capacity - self.load[account.id])

    def of_team(self, team: str | None) -> list[Account]:
        """Return those who are there for a team."""
        return [account for account in self.agents if is_in_team(account, team)]

    def room(self, team: str | None) -> Room:
        """Return how many conversations those who are there for a team hold at once, and how many more they take."""
        there = self.of_team(team)
        return Room(sum(account.capacity for account in there), sum(self.free(account) for account in there))


async def floor_of(uow: UnitOfWork, now: datetime, held: Sequence[Held] | None = None) -> Floor:
    """Return who is there now and holds how much."""
    everybody = await uow.accounts.all()
    held = await uow.routing.held() if held is None else held
    return Floor(presence.online(everybody, now), Counter(one.agent_id for one in held))


def is_in_team(account: Account, team: str | None) -> bool:
    """Tell whether somebody works for a team; who has no teams works for all."""
    return team is None or not account.teams or team in account.teams


def speaks(account: Account, language: str) -> bool:
    """Tell whether somebody writes a language; who names none is taken to write all."""
    codes = {code.split("-")[0] for code in account.languages}
    return not account.languages or language in account.languages or language.split("-")[0] in codes


def team_of(settings: DeskSettings, language: str, issue: IssueType | None) -> str | None:
    """Return the id of the team that a conversation belongs to, None where no team takes it."""
    found = settings.teams_for(language, issue)
    return found[0].id if found else None


async def give_teams(uow: UnitOfWork, settings: DeskSettings) -> int:
    """Give handoffs that have no team the one that takes them now, and return how many; commits nothing.

    They are older than teams, or than the team that takes them. Without it they would form a queue of their own.
    """
    given = 0
    for found in await uow.routing.without_team() if settings.teams else []:
        team = team_of(settings, found.language, found.issue)
        handoff = await uow.escalations.open_of(found.conversation_id) if team else None
        if handoff is not None and handoff.team is None:
            handoff.team = team
            given += 1
    return given


def hours_of(settings: DeskSettings, levels: ServiceLevels, team: str | None, language: str) -> Team:
    """Return the service levels whose hours count for a team."""
    chosen = settings.team(team) if team else None
    return levels.team(chosen.calendar) if chosen else levels.team_for(language)


def choose(
    waiting: Waiting,
    floor: Floor,
    speakers: Collection[str],
    now: datetime,
    last_given: dict[str, datetime],
    *,
    again: bool = True,
) -> Account | None:
    """Return who gets a conversation, or None where it has to wait.

    Somebody of its team who has room and did not pass it over: of those the ones who write its language, then who is
    least busy for their capacity, then who got nothing for longest. ``speakers`` are all who could ever come and write
    it; while there are any, a conversation waits a while for one of them before it goes to somebody who does not.
    Where nobody else is there at all, those who passed it over get it ``again``: waiting for nobody helps nobody.
    """
    there = floor.of_team(waiting.team)
    others = [account for account in there if account.id not in waiting.passed_over]
    able = [account for account in (others or (there if again else [])) if floor.free(account) > 0]
    fitting = [account for account in able if speaks(account, waiting.language)]
    is_pressing = waiting.priority is Priority.URGENT or now - waiting.opened_at >= WAITS_FOR_SPEAKER
    if not fitting and (is_pressing or not speakers):
        fitting = able
    never = datetime.min.replace(tzinfo=now.tzinfo)

    def business(account: Account) -> tuple[float, datetime, str]:
        return floor.load[account.id] / account.capacity, last_given.get(account.id, never), account.name

    return min(fitting, key=business, default=None)


async def pace_of(uow: UnitOfWork, now: datetime) -> Pace:
    """Return how fast the desk worked in the last week; what too few handoffs tell is left at its default."""
    return pace(await uow.routing.lately(now - LOOKS_BACK))


def pace(lately: Sequence[Past]) -> Pace:
    """Return the usual time of a conversation, and how soon those who waited least were taken.

    The median, since a few conversations that stay open over night say nothing of the others; of the waits the lower
    quartile, since the rest of the wait is that for others to end.
    """
    ended = [(past.assigned_at, past.ended_at) for past in lately if past.ended_at is not None]
    handled = [(until - since).total_seconds() for since, until in ended if until > since]
    waited = [(p.first_assigned_at - p.opened_at).total_seconds() for p in lately if p.first_assigned_at > p.opened_at]
    handling = timedelta(seconds=median(handled)) if len(handled) >= _ENOUGH else HANDLING
    pick_up = timedelta(seconds=quantiles(waited, n=4)[0]) if len(waited) >= _ENOUGH else timedelta(0)
    return Pace(handling, min(pick_up, handling))


def expected_wait(position: int, room: Room, known: Pace) -> timedelta:
    """Return how long whoever stands at a place in a team's queue waits: those ahead have to be helped first."""
    to_end = max(0, position - room.free)
    return max(_SHORTEST_WAIT, known.pick_up + known.handling * to_end / max(1, room.places))


def opens_at(hours: Team, team: str | None, floor: Floor, now: datetime) -> datetime | None:
    """Return when people are there again, by their own clocks; None while they are.

    They are in their hours, or because somebody works late.
    """
    if floor.of_team(team):
        return None
    begins = hours.calendar.next_working_moment(now)
    return begins.astimezone(hours.calendar.zone) if begins > now else None
