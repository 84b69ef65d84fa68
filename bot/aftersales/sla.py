"""Service levels: how soon customers are answered and helped, per team and priority, and the clocks that watch it.

The metrics are those of help desks, as Zendesk defines them (support.zendesk.com, articles 4408829459866 "Defining SLA
policies" and 4408834848154 "About native Support time duration metrics"): first reply time runs from creation to the
first reply, next reply time from the oldest unanswered message of the customer to the next reply of an agent, and the
time to resolution pauses while the customer has to do something.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

from bot.aftersales.business_calendar import ALWAYS, Calendar
from bot.aftersales.labels import Label, Priority


class Metric(Label):
    """What is measured."""

    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"


WAIT_KEY = Metric.NEXT_RESPONSE.value
"""What the keys of clocks of waits begin with; the handoff's number and the beginning (ISO 8601, UTC) follow."""


@dataclass(frozen=True)
class Targets:
    """How much working time each thing may take; ``around_the_clock`` counts every hour as working time.

    ``next_contact`` is the promise that the customer is given: until then at the latest we write again.
    """

    first_response: timedelta
    next_response: timedelta
    next_contact: timedelta
    resolution: timedelta
    around_the_clock: bool = False

    def of(self, metric: Metric) -> timedelta:
        """Return what a metric may take."""
        return {
            Metric.FIRST_RESPONSE: self.first_response,
            Metric.NEXT_RESPONSE: self.next_response,
            Metric.RESOLUTION: self.resolution,
        }[metric]


@dataclass(frozen=True)
class Team:
    """People who deal with customers of some languages (BCP 47), in their own working time."""

    name: str
    languages: frozenset[str]
    calendar: Calendar
    targets: Mapping[Priority, Targets]

    def calendar_for(self, priority: Priority) -> Calendar:
        """Return the working time that counts for a priority."""
        return ALWAYS if self.targets[priority].around_the_clock else self.calendar


@dataclass(eq=False)
class ServiceClock:
    """One running measurement of one case, or of a handoff without a case.

    ``key`` names the occasion, so that a clock is started once. ``priority`` is the one it was started with: what was
    promised stays promised when a case becomes more pressing later. ``pauses`` lists ``{"from", "until"}`` (ISO 8601).
    ``breached_at`` is the moment the target passed, ``warned_at`` the moment somebody was warned of it.
    """

    key: str
    metric: Metric
    conversation_id: str
    priority: Priority
    team: str
    started_at: datetime
    warn_at: datetime
    due_at: datetime
    case_number: str | None = None
    paused_at: datetime | None = None
    pauses: list[dict[str, str]] = field(default_factory=list)
    warned_at: datetime | None = None
    breached_at: datetime | None = None
    stopped_at: datetime | None = None
    id: int | None = None

    @property
    def is_running(self) -> bool:
        """Tell whether it has not come to its end, paused or not."""
        return self.stopped_at is None

    def pause(self, now: datetime) -> None:
        """Let time stand still; a second pause does nothing."""
        if self.is_running and self.paused_at is None:
            self.paused_at = max(now, self.started_at)

    def resume(self, calendar: Calendar, now: datetime) -> None:
        """Go on: what was left of the working time when it was paused is left now."""
        if self.paused_at is None:
            return
        paused_at, now = self.paused_at, max(now, self.paused_at)
        self.warn_at = _shifted(calendar, self.warn_at, paused_at, now)
        self.due_at = _shifted(calendar, self.due_at, paused_at, now)
        self.pauses = [*self.pauses, {"from": paused_at.isoformat(), "until": now.isoformat()}]
        self.paused_at = None

    def warn(self, now: datetime) -> None:
        """Note that most of the time has passed."""
        self.warned_at = now

    def breach(self) -> None:
        """Note that the target was missed."""
        self.breached_at = self.due_at

    def stop(self, now: datetime) -> None:
        """Come to the end, in time or not; a second one does nothing."""
        if not self.is_running:
            return
        self.stopped_at = max(now, self.started_at)
        # What came about while time stood still came at the moment it stopped.
        if (self.paused_at or self.stopped_at) > self.due_at:
            self.breach()


@dataclass(frozen=True)
class ServiceLevels:
    """All teams beside the default one; ``warn_share`` of a target's time has passed when a warning is due."""

    teams: tuple[Team, ...]
    default: Team
    warn_share: Fraction

    def team_for(self, language: str) -> Team:
        """Return the team of a language: by its full code, else by the language alone, else the default team."""
        for code in (language, language.split("-")[0]):
            for team in self.teams:
                if code in team.languages:
                    return team
        return self.default

    def team(self, name: str) -> Team:
        """Return a team by name, or the default one where it exists no longer."""
        return next((team for team in self.teams if team.name == name), self.default)

    def next_contact(self, language: str, priority: Priority, now: datetime) -> datetime:
        """Return until when a customer hears from us at the latest."""
        team = self.team_for(language)
        return team.calendar_for(priority).add_working_time(now, team.targets[priority].next_contact)

    def clock(
        self,
        key: str,
        metric: Metric,
        conversation_id: str,
        language: str,
        priority: Priority,
        started_at: datetime,
        case_number: str | None = None,
    ) -> ServiceClock:
        """Return a clock that has just been started."""
        team = self.team_for(language)
        calendar, target = team.calendar_for(priority), team.targets[priority].of(metric)
        share = timedelta(seconds=int(target.total_seconds() * self.warn_share))
        return ServiceClock(
            key=key,
            metric=metric,
            conversation_id=conversation_id,
            priority=priority,
            team=team.name,
            started_at=started_at,
            warn_at=calendar.add_working_time(started_at, share),
            due_at=calendar.add_working_time(started_at, target),
            case_number=case_number,
        )

    def calendar_of(self, clock: ServiceClock) -> Calendar:
        """Return the working time that counts for a clock."""
        return self.team(clock.team).calendar_for(clock.priority)


def _shifted(calendar: Calendar, moment: datetime, paused_at: datetime, now: datetime) -> datetime:
    if moment <= paused_at:
        return moment
    return calendar.add_working_time(now, calendar.working_time_between(paused_at, moment))


def _hours(first: float, following: float, contact: float, resolution: float) -> Targets:
    return Targets(
        first_response=timedelta(hours=first),
        next_response=timedelta(hours=following),
        next_contact=timedelta(hours=contact),
        resolution=timedelta(hours=resolution),
    )


ALWAYS_OPEN = ServiceLevels(
    teams=(),
    default=Team(
        "support",
        frozenset(),
        ALWAYS,
        {
            Priority.URGENT: _hours(0.25, 0.5, 4, 24),
            Priority.HIGH: _hours(0.5, 2, 24, 72),
            Priority.NORMAL: _hours(1, 8, 48, 120),
            Priority.LOW: _hours(2, 16, 72, 240),
        },
    ),
    warn_share=Fraction(3, 4),
)
"""What a shop without service levels of its own gives: people around the clock."""
