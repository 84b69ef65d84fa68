"""Hours and targets of service levels as JSON: as ``data/sla.yml`` says them, and as administrators change them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.aftersales.business_calendar import Calendar
from bot.aftersales.labels import Priority
from bot.aftersales.sla import ServiceLevels, Targets, Team
from bot.errors import SettingsError
from bot.services.policy_section import Problem, Section
from bot.services.service_level_files import METRICS, OTHERS, WEEKDAYS, read_service_levels


def hours_of(levels: ServiceLevels) -> list[dict[str, Any]]:
    """Return the calendars of service levels: name, languages, time zone, hours by weekday and holidays."""
    return [
        {
            "name": team.name,
            "languages": OTHERS if team is levels.default else sorted(team.languages),
            "time_zone": team.calendar.zone.key,
            "hours": _hours(team.calendar),
            "holidays": _holidays(team.calendar),
        }
        for team in (levels.default, *levels.teams)
    ]


def targets_of(levels: ServiceLevels) -> dict[str, Any]:
    """Return the targets of service levels by calendar and priority, and the share after which a warning comes."""
    teams = (levels.default, *levels.teams)
    return {
        "warn_at_percent": int(levels.warn_share * 100),
        "teams": {team.name: _targets_of(team) for team in teams},
    }


def merged(
    defaults: ServiceLevels, hours: list[dict[str, Any]] | None, targets: Mapping[str, Any] | None
) -> ServiceLevels:
    """Return service levels with other hours, other targets or both; a calendar without targets has the default's.

    Raises SettingsError with one line for every mistake.
    """
    problems: list[Problem] = []
    levels = read_service_levels(Section("settings", "", document(defaults, hours, targets), problems))
    if problems:
        raise SettingsError("\n".join(str(problem) for problem in problems))
    return levels


def document(
    defaults: ServiceLevels, hours: list[dict[str, Any]] | None, targets: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return hours and targets in the form of ``data/sla.yml``."""
    hours = hours_of(defaults) if hours is None else hours
    targets = targets_of(defaults) if targets is None else targets
    by_default = targets_of(defaults)["teams"]
    known = {**by_default, **targets["teams"]}
    fallback = known[defaults.default.name]
    return {
        "warn_at_percent": targets["warn_at_percent"],
        "teams": {
            str(one.get("name")): {
                **{key: value for key, value in one.items() if key != "name"},
                "targets": known.get(str(one.get("name")), fallback),
            }
            for one in hours
        },
    }


def length_text(length: timedelta) -> str:
    """Return a length of time as ``1h30m``."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    return (f"{hours}h" if hours else "") + (f"{minutes}m" if minutes or not hours else "")


def _hours(calendar: Calendar) -> dict[str, list[str]]:
    return {
        weekday: [f"{_clock(begins)}-{_clock(ends)}" for begins, ends in calendar.shifts.get(number, ())]
        for number, weekday in enumerate(WEEKDAYS)
        if calendar.shifts.get(number)
    }


def _clock(minutes: int) -> str:
    return "{:02}:{:02}".format(*divmod(minutes, 60))


def _holidays(calendar: Calendar) -> list[str]:
    yearly = [f"{month:02}-{day:02}" for month, day in sorted(calendar.yearly_holidays)]
    return [*yearly, *(day.isoformat() for day in sorted(calendar.holidays))]


def _targets_of(team: Team) -> dict[str, dict[str, Any]]:
    return {priority.value: _of_priority(team.targets[priority]) for priority in Priority}


def _of_priority(targets: Targets) -> dict[str, Any]:
    lengths = {metric: length_text(getattr(targets, metric)) for metric in METRICS}
    return {**lengths, "around_the_clock": targets.around_the_clock}
