"""How the desk works for everybody: teams, tags, routing, survey, channels, hours and targets.

What an administrator changed counts, all else is as ``data/desk.yml`` and ``data/sla.yml`` say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog

from bot.aftersales.labels import IssueType, Label
from bot.aftersales.sla import ServiceLevels
from bot.errors import SettingsError
from bot.services import desk_settings_documents as documents
from bot.services.checked_file import read_mapping
from bot.services.desk_settings_documents import DeskTeam, Routing, RoutingMode, Survey, Tag
from bot.services.policy_section import Problem, Section
from bot.services.ports import UnitOfWork
from bot.services.service_level_documents import merged

__all__ = [
    "DeskSettings", "DeskTeam", "Routing", "RoutingMode", "SettingKey", "Survey", "Tag", "read", "service_levels",
]  # fmt: skip

log = structlog.get_logger()

FILE = Path(__file__).resolve().parents[2] / "data" / "desk.yml"


class SettingKey(Label):
    """What is changed, and versioned, as one."""

    TEAMS = "teams"
    TAGS = "tags"
    ROUTING = "routing"
    SURVEY = "survey"
    BOT_OFF = "bot_off"
    HOURS = "hours"
    TARGETS = "targets"


IN_FILE = (SettingKey.TEAMS, SettingKey.TAGS, SettingKey.ROUTING, SettingKey.SURVEY, SettingKey.BOT_OFF)
"""What ``data/desk.yml`` holds; hours and targets begin with those of ``data/sla.yml``."""


@dataclass(frozen=True)
class DeskSettings:
    """The settings in force; ``hours`` and ``targets`` are None while those of ``data/sla.yml`` hold.

    ``versions`` tells what each setting was when it was read, 0 where nobody has changed it.
    """

    teams: tuple[DeskTeam, ...] = ()
    tags: tuple[Tag, ...] = ()
    routing: Routing = field(default_factory=Routing)
    survey: Survey = field(default_factory=Survey)
    bot_off: frozenset[str] = frozenset()
    hours: list[dict[str, Any]] | None = None
    targets: dict[str, Any] | None = None
    versions: Mapping[SettingKey, int] = field(default_factory=dict)

    def team(self, team_id: str) -> DeskTeam | None:
        """Return a team, or None where it exists no longer."""
        return next((team for team in self.teams if team.id == team_id), None)

    def teams_for(self, language: str, issue: IssueType | None) -> list[DeskTeam]:
        """Return the teams that deal with a language and an issue, those that name them before those that take all."""
        found = [team for team in self.teams if team.takes(language, issue)]
        return sorted(found, key=lambda team: team.breadth)

    def tag(self, tag_id: str) -> Tag | None:
        """Return a tag, or None where it exists no longer."""
        return next((tag for tag in self.tags if tag.id == tag_id), None)

    def bot_answers_on(self, channel: str) -> bool:
        """Tell whether the bot answers on a channel; elsewhere people do from the first message on."""
        return channel not in self.bot_off

    def service_levels(self, defaults: ServiceLevels) -> ServiceLevels:
        """Return the service levels with the hours and targets that were changed."""
        if self.hours is None and self.targets is None:
            return defaults
        try:
            return merged(defaults, self.hours, self.targets)
        except SettingsError as error:
            # The file was changed so that what was saved does not fit it any more. Clocks must go on.
            log.error("desk_settings.levels_unusable", problems=str(error))
            return defaults


async def read(uow: UnitOfWork) -> DeskSettings:
    """Return the settings in force."""
    kept = await uow.desk_settings.all()
    values = {key: kept[key.value].value for key in SettingKey if key.value in kept}
    problems: list[Problem] = []
    content = {**_file_content(), **{key.value: value for key, value in values.items() if key in IN_FILE}}
    settings = _settings(Section("settings", "", content, problems))
    if problems:
        log.error("desk_settings.unusable", problems="; ".join(str(problem) for problem in problems))
        settings = defaults()
    return DeskSettings(
        settings.teams,
        settings.tags,
        settings.routing,
        settings.survey,
        settings.bot_off,
        values.get(SettingKey.HOURS),
        values.get(SettingKey.TARGETS),
        {key: kept[key.value].version if key.value in kept else 0 for key in SettingKey},
    )


async def service_levels(uow: UnitOfWork, defaults: ServiceLevels) -> ServiceLevels:
    """Return the service levels in force, those of ``data/sla.yml`` with what was changed in the browser."""
    return (await read(uow)).service_levels(defaults)


@lru_cache(maxsize=1)
def defaults() -> DeskSettings:
    """Return what ``data/desk.yml`` says; raises SettingsError naming line and field of each mistake."""
    return load_desk_settings(FILE)


def load_desk_settings(file: Path) -> DeskSettings:
    """Return the settings that a file states.

    Raises SettingsError with one line for every mistake: file, line, field, and what is wrong.
    """
    problems: list[Problem] = []
    section = Section(file.name, "", read_mapping(file), problems)
    section.check_keys(frozenset(key.value for key in IN_FILE))
    settings = _settings(section)
    if problems:
        raise SettingsError("\n".join(str(problem) for problem in sorted(problems)))
    return settings


def check(key: SettingKey, value: Any, problems: list[Problem]) -> None:
    """Note what is wrong with a value for one of ``IN_FILE``."""
    _settings(Section("settings", "", {**_file_content(), key.value: value}, problems))


def _settings(section: Section) -> DeskSettings:
    return DeskSettings(
        documents.teams(section, SettingKey.TEAMS.value),
        documents.tags(section, SettingKey.TAGS.value),
        documents.routing(section.section(SettingKey.ROUTING.value)),
        documents.survey(section.section(SettingKey.SURVEY.value)),
        documents.channels(section, SettingKey.BOT_OFF.value),
    )


@lru_cache(maxsize=1)
def _file_content() -> Mapping[str, Any]:
    return dict(read_mapping(FILE))
