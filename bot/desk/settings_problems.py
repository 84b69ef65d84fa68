"""What is wrong with a setting, in words, and at which field of its form."""

from __future__ import annotations

import re
from typing import Any

from bot.desk.texts import Texts, mark
from bot.errors import SettingRefusedError
from bot.services.desk_settings import SettingKey
from bot.services.service_level_files import METRICS, WEEKDAYS

_TEXTS = {
    "id": mark("This entry cannot be kept. Remove it and add it again."),
    "name": mark("Give each entry a name of its own, up to 60 characters."),
    "languages": mark("Each language belongs to one calendar only, and one calendar takes all that remain."),
    "issue_types": mark("Choose among the issues that are offered."),
    "calendar": mark("Choose a calendar that exists."),
    "mode": mark("Choose how conversations come to people."),
    "answer_within_seconds": mark("Give a time between 1 minute and 24 hours."),
    "time_zone": mark("Choose a time zone such as Europe/Berlin."),
    "hours": mark("Give working time on one day at least."),
    "holidays": mark("Write days such as 12-25 for every year, or 2027-03-29 for once."),
    "warn_at_percent": mark("Give a share between 1 and 99 per cent."),
    "questions": mark("A question has up to 300 characters."),
    "bot_off": mark("Choose among the channels that are offered."),
}
_WEEKDAY = mark("Write hours such as 09:00-12:30, 13:00-18:00, in order; leave free days empty.")
_LENGTH = mark("Write working time such as 30m, 4h or 1h30m.")
_IN_USE = mark("A team uses a calendar that would be gone. Give the team another one first.")
_CALENDAR_NAME = mark("Give each calendar a name of its own, of small letters, digits, - or _.")
_OTHERWISE = mark("This cannot be kept as it is.")


def problems_of(error: SettingRefusedError, key: SettingKey, value: Any, _: Texts) -> dict[str, str]:
    """Return what is wrong by the field of the form, the first thing for each."""
    found: dict[str, str] = {}
    for path, message in error.problems:
        found.setdefault(_field(path, key, value), _(_text(path, message, key)))
    return found


def _text(path: str, message: str, key: SettingKey) -> str:
    name = re.sub(r"^.*\.", "", path)
    if name in WEEKDAYS:
        return _WEEKDAY
    if name in METRICS:
        return _LENGTH
    if key is SettingKey.HOURS and "is used by the team" in message:
        return _IN_USE
    if key is SettingKey.HOURS and name == "name":
        return _CALENDAR_NAME
    if key is SettingKey.HOURS and path == "teams":
        return _TEXTS["languages"]
    if ".questions." in path:
        return _TEXTS["questions"]
    return _TEXTS.get(name, _OTHERWISE)


def _field(path: str, key: SettingKey, value: Any) -> str:
    """Return the name of a form's field for a path such as ``teams.3.name`` or ``teams.europe.hours.monday``."""
    parts = path.split(".")
    if key is SettingKey.SURVEY and len(parts) > 2:
        return f"question-{parts[2]}"
    if key is SettingKey.ROUTING:
        return {"answer_within_seconds": "answer_within_minutes"}.get(parts[-1], parts[-1])
    if len(parts) < 3:
        return parts[-1]
    row = parts[1]
    if key in (SettingKey.HOURS, SettingKey.TARGETS) and not row.isdigit():
        names = [one["name"] for one in value] if key is SettingKey.HOURS else list(value["teams"])
        row = str(names.index(row)) if row in names else "0"
    rest = parts[3:] if key is SettingKey.TARGETS else parts[-1:]
    return "-".join((row, *(part for part in rest if part != "targets"))) if rest else row
