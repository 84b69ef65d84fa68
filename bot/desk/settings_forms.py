"""The forms of the settings: what a browser sends as the JSON of a setting."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from typing import Any

from multidict import MultiDictProxy

from bot.aftersales.labels import Priority
from bot.l10n.languages import SPOKEN
from bot.services.desk_settings import SettingKey
from bot.services.service_level_files import METRICS, OTHERS, WEEKDAYS

Form = MultiDictProxy[Any]

LONGEST_FIELD = 4000
MOST_ROWS = 400
_ROW = re.compile(r"(?P<row>\d{1,6})-(?P<field>.+)", re.ASCII)


def value_of(key: SettingKey, form: Form) -> Any:
    """Return what a form says about a setting; whatever it holds, the result is JSON of the right shape."""
    return _READERS[key](form)


def _teams(form: Form) -> list[dict[str, Any]]:
    rows = _rows(form)
    ids = _ids(form, rows)
    return [
        {
            "id": team_id,
            "name": _text(form, f"{row}-name"),
            "languages": _texts(form, f"{row}-languages"),
            "issue_types": _texts(form, f"{row}-issue_types"),
            "calendar": _text(form, f"{row}-calendar"),
        }
        for row, team_id in zip(rows, ids, strict=True)
    ]


def _tags(form: Form) -> list[dict[str, Any]]:
    rows = _rows(form)
    return [
        {"id": tag_id, "name": _text(form, f"{row}-name")} for row, tag_id in zip(rows, _ids(form, rows), strict=True)
    ]


def _routing(form: Form) -> dict[str, Any]:
    minutes = _text(form, "answer_within_minutes")
    seconds = int(minutes) * 60 if re.fullmatch(r"\d{1,5}", minutes, re.ASCII) else 0
    return {"mode": _text(form, "mode"), "answer_within_seconds": seconds}


def _survey(form: Form) -> dict[str, Any]:
    questions = {code: _text(form, f"question-{code}") for code in SPOKEN}
    return {"is_on": bool(form.get("is_on")), "questions": {code: text for code, text in questions.items() if text}}


def _bot_off(form: Form) -> list[str]:
    # A box is ticked where the bot answers, and a browser does not send the others.
    on = set(_texts(form, "on"))
    return sorted(set(_texts(form, "channel")) - on)


def _hours(form: Form) -> list[dict[str, Any]]:
    return [
        {
            "name": _text(form, f"{row}-name"),
            "languages": OTHERS if _text(form, "default") == str(row) else _texts(form, f"{row}-languages"),
            "time_zone": _text(form, f"{row}-time_zone"),
            "hours": {weekday: shifts for weekday in WEEKDAYS if (shifts := _listed(_text(form, f"{row}-{weekday}")))},
            "holidays": _listed(_text(form, f"{row}-holidays")),
        }
        for row in _rows(form)
    ]


def _targets(form: Form) -> dict[str, Any]:
    percent = _text(form, "warn_at_percent")
    return {
        "warn_at_percent": int(percent) if re.fullmatch(r"\d{1,3}", percent, re.ASCII) else 0,
        "teams": {
            _text(form, f"{row}-name"): {
                priority.value: {
                    **{metric: _text(form, f"{row}-{priority}-{metric}") for metric in METRICS},
                    "around_the_clock": bool(form.get(f"{row}-{priority}-around_the_clock")),
                }
                for priority in Priority
            }
            for row in _rows(form)
        },
    }


_READERS: dict[SettingKey, Callable[[Form], Any]] = {
    SettingKey.TEAMS: _teams,
    SettingKey.TAGS: _tags,
    SettingKey.ROUTING: _routing,
    SettingKey.SURVEY: _survey,
    SettingKey.BOT_OFF: _bot_off,
    SettingKey.HOURS: _hours,
    SettingKey.TARGETS: _targets,
}


def _rows(form: Form) -> list[int]:
    """Return the numbers of the rows of a form, in its order; each has a field ``<number>-name``."""
    found = (_ROW.fullmatch(name) for name in form)
    return list(dict.fromkeys(int(row["row"]) for row in found if row and row["field"] == "name"))[:MOST_ROWS]


def _ids(form: Form, rows: list[int]) -> list[str]:
    """Return the id of each row: the one it has, or for a new row one that is made from its name."""
    taken = {known for row in rows if (known := _text(form, f"{row}-id"))}
    ids = []
    for row in rows:
        known = _text(form, f"{row}-id") or new_id(_text(form, f"{row}-name"), taken)
        taken.add(known)
        ids.append(known)
    return ids


def new_id(name: str, taken: Collection[str]) -> str:
    """Return an id in the letters of ASCII that looks like a name and is not taken."""
    letters = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    base = re.sub(r"[^a-z0-9]+", "_", letters).strip("_")[:32] or "new"
    tries = (base if number == 1 else f"{base}_{number}" for number in range(1, MOST_ROWS + 2))
    return next(one for one in tries if one not in taken)


def _text(form: Form, name: str) -> str:
    given = form.get(name)
    return given.strip()[:LONGEST_FIELD] if isinstance(given, str) else ""


def _texts(form: Form, name: str) -> list[str]:
    return sorted({given[:100] for given in form.getall(name, []) if isinstance(given, str)})


def _listed(text: str) -> list[str]:
    """Return the parts of what people write with commas, semicolons or on several lines; a dash may be a long one."""
    parts = re.split(r"[,;\n]", text.replace("–", "-").replace("—", "-"))
    return [re.sub(r"\s*-\s*", "-", part.strip()) for part in parts if part.strip()]
