"""Changing the settings of the desk: checked as a whole, versioned, and written down with what was before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.aftersales.audit import AuditEvent
from bot.aftersales.sla import ServiceLevels
from bot.errors import ConflictError, SettingRefusedError
from bot.services import desk_settings
from bot.services.desk_settings import DeskSettings, SettingKey
from bot.services.desk_settings_documents import CHANNEL
from bot.services.policy_section import Problem, Section
from bot.services.ports import UnitOfWork
from bot.services.service_level_documents import document, hours_of, targets_of
from bot.services.service_level_files import read_service_levels

MOST_CALENDARS, MOST_HOLIDAYS = 20, 200


async def change(
    uow: UnitOfWork, levels: ServiceLevels, key: SettingKey, value: Any, version: int, actor: str, now: datetime
) -> int:
    """Put a setting in place of the version that somebody saw, and return its new version; the same value does nothing.

    ``levels`` are those of ``data/sla.yml``. Raises SettingRefusedError where the value does not fit itself or the
    other settings, ConflictError where the setting has been changed since.
    """
    settings = await desk_settings.read(uow)
    if settings.versions[key] != version:
        raise ConflictError(setting=key.value)
    before = value_of(settings, levels, key)
    if value == before:
        return version
    _check(settings, levels, key, value)
    if not await uow.desk_settings.put(key.value, value, version):
        raise ConflictError(setting=key.value)
    data = {"before": before, "after": value}
    uow.audit.add(AuditEvent(now, actor, "settings.changed", f"settings:{key.value}", data=data))
    await uow.commit()
    return version + 1


def value_of(settings: DeskSettings, levels: ServiceLevels, key: SettingKey) -> Any:
    """Return a setting in force as JSON; ``levels`` are those of ``data/sla.yml``."""
    values: dict[SettingKey, Any] = {
        SettingKey.TEAMS: [
            {
                "id": team.id,
                "name": team.name,
                "languages": sorted(team.languages),
                "issue_types": sorted(issue.value for issue in team.issue_types),
                "calendar": team.calendar,
            }
            for team in settings.teams
        ],
        SettingKey.TAGS: [{"id": tag.id, "name": tag.name} for tag in settings.tags],
        SettingKey.ROUTING: {
            "mode": settings.routing.mode.value,
            "answer_within_seconds": settings.routing.answer_within_seconds,
        },
        SettingKey.SURVEY: {"is_on": settings.survey.is_on, "questions": dict(settings.survey.questions)},
        SettingKey.BOT_OFF: sorted(settings.bot_off),
        SettingKey.HOURS: hours_of(levels) if settings.hours is None else settings.hours,
        SettingKey.TARGETS: targets_of(levels) if settings.targets is None else settings.targets,
    }
    return values[key]


def _check(settings: DeskSettings, levels: ServiceLevels, key: SettingKey, value: Any) -> None:
    problems: list[Problem] = []
    if key in (SettingKey.HOURS, SettingKey.TARGETS):
        _check_levels(settings, levels, key, value, problems)
    else:
        desk_settings.check(key, value, problems)
    if key is SettingKey.TEAMS and not problems:
        known = {calendar["name"] for calendar in value_of(settings, levels, SettingKey.HOURS)}
        # One that the file has lost may stay until somebody chooses another one; the default counts meanwhile.
        _check_calendars(value, known | {team.calendar for team in settings.teams}, problems)
    if problems:
        raise SettingRefusedError(tuple((problem.field, problem.message) for problem in problems))


def _check_levels(
    settings: DeskSettings, levels: ServiceLevels, key: SettingKey, value: Any, problems: list[Problem]
) -> None:
    hours = value if key is SettingKey.HOURS else value_of(settings, levels, SettingKey.HOURS)
    targets = value if key is SettingKey.TARGETS else value_of(settings, levels, SettingKey.TARGETS)
    names = [str(calendar["name"]) for calendar in hours]
    for index, name in enumerate(names):
        if not CHANNEL.fullmatch(name):
            problems.append(Problem("settings", 1, f"teams.{index}.name", "must have small letters, digits, - or _"))
        elif name in names[:index]:
            problems.append(Problem("settings", 1, f"teams.{index}.name", f"{name} is listed twice"))
    if len(names) > MOST_CALENDARS or any(len(calendar["holidays"]) > MOST_HOLIDAYS for calendar in hours):
        problems.append(Problem("settings", 1, "teams", "holds too much"))
    if not problems:
        read_service_levels(Section("settings", "", document(levels, hours, targets), problems))
    if not problems and key is SettingKey.HOURS:
        gone = {calendar["name"] for calendar in value_of(settings, levels, SettingKey.HOURS)} - set(names)
        used = [team for team in settings.teams if team.calendar in gone]
        problems += [
            Problem("settings", 1, "teams", f"{team.calendar} is used by the team {team.name}") for team in used
        ]


def _check_calendars(teams: list[dict[str, Any]], names: set[str], problems: list[Problem]) -> None:
    for index, team in enumerate(teams):
        if team["calendar"] not in names:
            problems.append(Problem("settings", 1, f"teams.{index}.calendar", "is no calendar"))
