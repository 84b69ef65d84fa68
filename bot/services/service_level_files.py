"""Reading and checking ``data/sla.yml``; what the keys mean is explained in docs/service-levels.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.aftersales.business_calendar import MINUTES_A_DAY, Calendar, Shift
from bot.aftersales.labels import Priority
from bot.aftersales.sla import ALWAYS_OPEN, ServiceLevels, Targets, Team
from bot.errors import SettingsError
from bot.services.checked_file import read_mapping
from bot.services.policy_section import Problem, Section

OTHERS = "others"
"""What ``languages`` says of the team that takes all that remain."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
METRICS = ("first_response", "next_response", "next_contact", "resolution")
_TARGETS = frozenset({*METRICS, "around_the_clock"})
_SHIFT = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})", re.ASCII)
_LENGTH = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,4})m)?", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z]{2})?", re.ASCII)
_HARMLESS = Calendar(ZoneInfo("UTC"), {0: ((0, MINUTES_A_DAY),)})


def load_service_levels(file: Path) -> ServiceLevels:
    """Return the service levels that a file states.

    Raises SettingsError with one line for every mistake in it: file, line, field, and what is wrong.
    """
    problems: list[Problem] = []
    levels = read_service_levels(Section(file.name, "", read_mapping(file), problems))
    if problems:
        raise SettingsError("\n".join(str(problem) for problem in sorted(problems)))
    return levels


def read_service_levels(root: Section) -> ServiceLevels:
    """Return the service levels of a mapping; they mean nothing where it notes a problem."""
    root.check_keys(frozenset({"warn_at_percent", "teams"}))
    percent = root.whole_number("warn_at_percent", least=1)
    if percent is not None and percent > 99:
        root.problem("warn_at_percent", f"must be less than 100, not {percent}")
    section = root.section("teams")
    teams = {str(name): _team(section.section(name)) for name in section.content}
    default = _check_languages(section)
    return ServiceLevels(
        teams=tuple(team for name, team in teams.items() if name != default),
        default=teams.get(default, ALWAYS_OPEN.default),
        warn_share=Fraction(percent or 1, 100),
    )


def _team(section: Section) -> Team:
    section.check_keys(frozenset({"languages", "time_zone", "hours", "holidays", "targets"}))
    targets = section.section("targets")
    targets.check_keys(frozenset(priority.value for priority in Priority))
    return Team(
        name=section.path.rpartition(".")[2],
        languages=frozenset(code for code, _ in _languages(section)),
        calendar=_calendar(section),
        targets={priority: _targets(targets.section(priority.value)) for priority in Priority},
    )


def _languages(section: Section) -> Iterator[tuple[str, int]]:
    """Yield the well-formed codes of languages, each with its line."""
    if section.content.get("languages") == OTHERS:
        return
    for code, line in section.texts("languages", f'"{OTHERS}" or a list of codes such as [zh, pt-BR]'):
        if _LANGUAGE.fullmatch(code):
            yield code, line
        else:
            section.problem("languages", f"{code} is no code such as zh or pt-BR", line)


def _check_languages(teams: Section) -> str:
    """Return the name of the default team; note languages of two teams, and no or a second default."""
    first: dict[str, str] = {}
    for name in teams.content:
        unheard = Section(teams.file, "", teams.section(name).content, [])
        is_default = unheard.content.get("languages") == OTHERS
        for code, line in [(OTHERS, None)] if is_default else _languages(unheard):
            if code in first:
                teams.section(name).problem("languages", f"{code} is in {first[code]} already", line)
            first.setdefault(code, str(name))
    if OTHERS not in first:
        teams.problems.append(
            Problem(teams.file, teams.line, teams.path, f'no team says "languages: {OTHERS}" for those that remain')
        )
    return first.get(OTHERS, "")


def _calendar(section: Section) -> Calendar:
    zone, problems = _zone(section), len(section.problems)
    hours = section.section("hours")
    hours.check_keys(frozenset(WEEKDAYS))
    shifts = {number: _shifts(hours, weekday) for number, weekday in enumerate(WEEKDAYS) if weekday in hours.content}
    single, yearly = _holidays(section)
    if not any(shifts.values()):
        if "hours" in section.content and len(section.problems) == problems:
            section.problem("hours", "must give working time on one day at least")
        return _HARMLESS
    return Calendar(zone, shifts, single, yearly)


def _zone(section: Section) -> ZoneInfo:
    name = section.text("time_zone")
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        # ZoneInfoNotFoundError is a KeyError; a name such as "Europe" is a folder.
        if isinstance(section.content.get("time_zone"), str):
            section.problem("time_zone", f"{name} is no time zone such as Europe/Berlin")
        return ZoneInfo("UTC")


def _shifts(hours: Section, weekday: str) -> tuple[Shift, ...]:
    shifts: list[Shift] = []
    for text, line in hours.texts(weekday, 'a list of hours such as ["09:00-17:30"]'):
        found = _SHIFT.fullmatch(text)
        begins, ends = _minutes(found) if found else (0, 0)
        if not begins < ends <= MINUTES_A_DAY or (found and not (int(found[2]) < 60 and int(found[4]) < 60)):
            hours.problem(weekday, f"{text} are no hours such as 09:00-17:30", line)
        elif shifts and begins < shifts[-1][1]:
            hours.problem(weekday, f"{text} must come after the hours before it", line)
        else:
            shifts.append((begins, ends))
    return tuple(shifts)


def _minutes(found: re.Match[str]) -> Shift:
    hour, minute, until_hour, until_minute = (int(part) for part in found.groups())
    return hour * 60 + minute, until_hour * 60 + until_minute


def _holidays(section: Section) -> tuple[frozenset[date], frozenset[tuple[int, int]]]:
    single, yearly = set(), set()
    given = section.content.get("holidays")
    if not isinstance(given, list):
        section.problem("holidays", 'must be a list of days such as ["12-25", "2027-03-29"], or an empty one')
        return frozenset(), frozenset()
    for item in given:
        # YAML itself makes a date of 2027-03-29 without quotes.
        text = item.isoformat() if isinstance(item, date) else str(item)
        try:
            if re.fullmatch(r"\d{2}-\d{2}", text, re.ASCII):
                # A leap year, so that the 29th of February is a day.
                day = date.fromisoformat(f"2000-{text}")
                yearly.add((day.month, day.day))
            else:
                single.add(date.fromisoformat(text))
        except ValueError:
            section.problem("holidays", f"{text} is no day such as 12-25 or 2027-03-29")
    return frozenset(single), frozenset(yearly)


def _targets(section: Section) -> Targets:
    section.check_keys(_TARGETS)
    return Targets(
        first_response=_length(section, "first_response"),
        next_response=_length(section, "next_response"),
        next_contact=_length(section, "next_contact"),
        resolution=_length(section, "resolution"),
        around_the_clock="around_the_clock" in section.content and section.yes_or_no("around_the_clock"),
    )


def _length(section: Section, key: str) -> timedelta:
    text = section.text(key)
    found = _LENGTH.fullmatch(text)
    length = timedelta(hours=int(found[1] or 0), minutes=int(found[2] or 0)) if found else timedelta(0)
    if not length and isinstance(section.content.get(key), str) and text.strip():
        section.problem(key, f"{text} is no time such as 30m, 4h or 1h30m")
    return length
