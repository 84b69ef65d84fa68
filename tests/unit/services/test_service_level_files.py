"""The service levels that ship are sound, and every mistake in such a file is named with its place."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.aftersales.labels import Priority
from bot.errors import SettingsError
from bot.services.service_level_files import load_service_levels
from bot.settings import ROOT

SOUND = """\
warn_at_percent: 80
teams:
  here:
    languages: others
    time_zone: Europe/Berlin
    hours:
      monday: ["08:00-12:00", "13:00-17:00"]
      sunday: ["00:00-24:00"]
    holidays: [12-25, 2027-03-29, "02-29"]
    targets:
      urgent: {first_response: 15m, next_response: 30m, next_contact: 4h, resolution: 24h, around_the_clock: true}
      high: {first_response: 15m, next_response: 1h, next_contact: 12h, resolution: 36h}
      normal: {first_response: 30m, next_response: 4h, next_contact: 24h, resolution: 60h}
      low: {first_response: 1h30m, next_response: 8h, next_contact: 36h, resolution: 120h}
"""
ANOTHER = SOUND.partition("teams:\n")[2].replace("here:", "there:")


def problems(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "sla.yml"
    file.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as error:
        load_service_levels(file)
    return str(error.value).splitlines()


def test_the_file_that_ships_is_sound_and_presses_harder_where_it_matters() -> None:
    levels = load_service_levels(ROOT / "data" / "sla.yml")
    for team in (levels.default, *levels.teams):
        for name in ("first_response", "next_response", "next_contact", "resolution"):
            times = [getattr(team.targets[priority], name) for priority in Priority]
            assert times == sorted(times), (team.name, name)


def test_a_sound_file_says_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "sla.yml").write_text(SOUND, "utf-8")
    team = load_service_levels(tmp_path / "sla.yml").default
    assert team.calendar.shifts == {0: ((480, 720), (780, 1020)), 6: ((0, 1440),)}
    assert team.calendar.holidays == frozenset({date(2027, 3, 29)})
    assert team.calendar.yearly_holidays == frozenset({(12, 25), (2, 29)})
    assert team.targets[Priority.LOW].first_response == timedelta(minutes=90)
    assert team.targets[Priority.URGENT].around_the_clock
    assert not team.targets[Priority.LOW].around_the_clock


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ("percent: 80", "percent: 100", "1: warn_at_percent: must be less than 100, not 100"),
        ("Europe/Berlin", "Europe", "5: teams.here.time_zone: Europe is no time zone such as Europe/Berlin"),
        ("Europe/Berlin", "../x", "5: teams.here.time_zone: ../x is no time zone such as Europe/Berlin"),
        ("08:00-12:00", "8-12", "7: teams.here.hours.monday: 8-12 are no hours such as 09:00-17:30"),
        ("08:00-", "08:70-", "7: teams.here.hours.monday: 08:70-12:00 are no hours such as 09:00-17:30"),
        ("13:00-", "11:00-", "7: teams.here.hours.monday: 11:00-17:00 must come after the hours before it"),
        ("sunday", "sun", "8: teams.here.hours.sun: is not known; known are friday, monday, saturday, sunday, "),
        ("12-25,", "12-32,", "9: teams.here.holidays: 12-32 is no day such as 12-25 or 2027-03-29"),
        ("1h30m", "90", "14: teams.here.targets.low.first_response: must be a text, not 90"),
        ("1h30m", "soon", "14: teams.here.targets.low.first_response: soon is no time such as 30m, 4h or 1h30m"),
        ("others", "[German]", "4: teams.here.languages: German is no code such as zh or pt-BR"),
        ("others", "[de]", '2: teams: no team says "languages: others" for those that remain'),
        ("      low:", "      lowest:", "10: teams.here.targets.low: is missing"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, right: str, wrong: str, expected: str) -> None:
    assert right in SOUND
    found = problems(tmp_path, SOUND.replace(right, wrong, 1))
    assert any(problem.startswith(f"sla.yml:{expected}") for problem in found), found


def test_a_second_team_for_the_same_language_is_named(tmp_path: Path) -> None:
    assert problems(tmp_path, SOUND + ANOTHER) == ["sla.yml:16: teams.there.languages: others is in here already"]


def test_a_file_that_is_not_there_or_no_yaml_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: FileNotFoundError"):
        load_service_levels(tmp_path / "none.yml")
    assert problems(tmp_path, "a: [") == ["sla.yml:1: is not YAML: expected the node content, but found '<stream end>'"]
    assert problems(tmp_path, "just words") == ["sla.yml:1: must hold keys with values"]


def test_an_empty_file_is_no_service_level(tmp_path: Path) -> None:
    assert "sla.yml:1: teams: is missing" in problems(tmp_path, "warn_at_percent: 75")
    assert problems(tmp_path, "warn_at_percent: 75\nteams: {}") == [
        'sla.yml:2: teams: no team says "languages: others" for those that remain'
    ]
