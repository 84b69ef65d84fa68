"""Settings of the desk: what the files say, what was changed, and what cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.aftersales.audit import AuditEvent
from bot.aftersales.labels import IssueType, Priority
from bot.aftersales.sla import ServiceLevels
from bot.errors import ConflictError, SettingRefusedError, SettingsError
from bot.services import desk_settings
from bot.services.desk_settings import DeskSettings, SettingKey, load_desk_settings
from bot.services.desk_settings_changes import change, value_of
from bot.services.service_level_documents import hours_of, length_text, merged, targets_of
from bot.services.service_level_files import load_service_levels
from bot.settings import ROOT
from tests.fakes import FakeDatabase, fake_unit_of_work_factory
from tests.unit.aftersales.builders import NOW

LEVELS = load_service_levels(ROOT / "data" / "sla.yml")


class Shop:
    def __init__(self) -> None:
        self.database = FakeDatabase()
        self.uow = fake_unit_of_work_factory(self.database)

    async def settings(self) -> DeskSettings:
        async with self.uow() as uow:
            return await desk_settings.read(uow)

    async def levels(self) -> ServiceLevels:
        async with self.uow() as uow:
            return await desk_settings.service_levels(uow, LEVELS)

    async def change(self, key: SettingKey, value: Any, version: int = 0) -> int:
        async with self.uow() as uow:
            return await change(uow, LEVELS, key, value, version, "agent:root", NOW)

    @property
    def events(self) -> list[AuditEvent]:
        return self.database.all(AuditEvent)


def a_team(**fields: Any) -> dict[str, Any]:
    usual = {"id": "asia", "name": "Asia", "languages": ["ja"], "issue_types": [], "calendar": "east_asia"}
    return {**usual, **fields}


async def test_without_changes_everything_is_as_the_files_say() -> None:
    shop = Shop()
    assert await shop.settings() == DeskSettings(
        **{**vars(load_desk_settings(desk_settings.FILE)), "versions": dict.fromkeys(SettingKey, 0)}
    )
    assert await shop.levels() == LEVELS


async def test_every_team_of_the_file_has_a_calendar_that_exists() -> None:
    names = {calendar["name"] for calendar in hours_of(LEVELS)}
    assert {team.calendar for team in (await Shop().settings()).teams} <= names


async def test_a_change_counts_at_once_and_is_written_down_with_what_was_before() -> None:
    shop = Shop()
    assert await shop.change(SettingKey.TAGS, [{"id": "vip", "name": "Gold"}]) == 1
    settings = await shop.settings()
    assert [tag.name for tag in settings.tags] == ["Gold"]
    assert settings.versions[SettingKey.TAGS] == 1
    (event,) = shop.events
    assert (event.actor, event.action, event.subject) == ("agent:root", "settings.changed", "settings:tags")
    assert event.data["after"] == [{"id": "vip", "name": "Gold"}]
    assert {"id": "legal", "name": "Legal threat"} in event.data["before"]


async def test_saving_what_is_in_force_is_no_change() -> None:
    shop = Shop()
    for key in SettingKey:
        assert await shop.change(key, value_of(await shop.settings(), LEVELS, key)) == 0
    assert shop.events == []


async def test_of_two_administrators_the_second_one_overwrites_nothing() -> None:
    shop = Shop()
    await shop.change(SettingKey.BOT_OFF, ["web"], version=0)
    with pytest.raises(ConflictError):
        await shop.change(SettingKey.BOT_OFF, ["rest"], version=0)
    assert (await shop.settings()).bot_off == {"web"}
    assert await shop.change(SettingKey.BOT_OFF, [], version=1) == 2


@pytest.mark.parametrize(
    ("key", "value", "field"),
    [
        (SettingKey.TEAMS, [a_team(), a_team(name="Other")], "teams.1.id"),
        (SettingKey.TEAMS, [a_team(), a_team(id="b", name="ASIA")], "teams.1.name"),
        (SettingKey.TEAMS, [a_team(name="")], "teams.0.name"),
        (SettingKey.TEAMS, [a_team(name="x" * 61)], "teams.0.name"),
        (SettingKey.TEAMS, [a_team(languages=["klingon"])], "teams.0.languages"),
        (SettingKey.TEAMS, [a_team(issue_types=["bad_mood"])], "teams.0.issue_types"),
        (SettingKey.TEAMS, [a_team(calendar="mars")], "teams.0.calendar"),
        (SettingKey.TAGS, [{"id": "A B", "name": "x"}], "tags.0.id"),
        (SettingKey.TAGS, [{"id": str(n), "name": str(n)} for n in range(201)], "tags"),
        (SettingKey.TAGS, ["vip"], "tags"),
        (SettingKey.ROUTING, {"mode": "throw", "answer_within_seconds": 60}, "routing.mode"),
        (SettingKey.ROUTING, {"mode": "push", "answer_within_seconds": 5}, "routing.answer_within_seconds"),
        (SettingKey.SURVEY, {"is_on": True, "questions": {"de": "x" * 301}}, "survey.questions.de"),
        (SettingKey.SURVEY, {"is_on": True, "questions": {"xx": "?"}}, "survey.questions.xx"),
        (SettingKey.BOT_OFF, ["no channel"], "bot_off"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_field(key: SettingKey, value: Any, field: str) -> None:
    shop = Shop()
    with pytest.raises(SettingRefusedError) as refusal:
        await shop.change(key, value)
    assert field in [path for path, _ in refusal.value.problems]
    assert shop.events == []


async def test_changed_hours_and_targets_are_those_that_clocks_go_by() -> None:
    shop = Shop()
    hours, targets = hours_of(LEVELS), targets_of(LEVELS)
    hours[0]["hours"] = {"wednesday": ["10:00-11:00"]}
    targets["teams"]["europe"]["normal"]["next_contact"] = "30m"
    await shop.change(SettingKey.HOURS, hours)
    await shop.change(SettingKey.TARGETS, targets)
    levels = await shop.levels()
    promised = levels.next_contact("de", Priority.NORMAL, NOW)
    assert (promised.weekday(), promised.astimezone(levels.default.calendar.zone).strftime("%H:%M")) == (2, "10:30")
    assert levels.team("east_asia") == LEVELS.team("east_asia")


async def test_a_new_calendar_has_the_targets_of_the_one_for_all_others() -> None:
    hours = [*hours_of(LEVELS), {**hours_of(LEVELS)[1], "name": "japan", "languages": ["vi"]}]
    shop = Shop()
    await shop.change(SettingKey.HOURS, hours)
    levels = await shop.levels()
    assert levels.team_for("vi").name == "japan"
    assert levels.team("japan").targets == levels.default.targets


@pytest.mark.parametrize(
    ("change_one", "field"),
    [
        ({"hours": {"monday": ["25:00-26:00"]}}, "teams.europe.hours.monday"),
        ({"hours": {}}, "teams.europe.hours"),
        ({"holidays": ["13-45"]}, "teams.europe.holidays"),
        ({"time_zone": "Mars/Base"}, "teams.europe.time_zone"),
        ({"languages": ["zh"]}, "teams"),
        ({"name": "Not a name"}, "teams.0.name"),
        ({"holidays": ["12-25"] * 201}, "teams"),
    ],
)
async def test_hours_that_cannot_be_are_refused(change_one: dict[str, Any], field: str) -> None:
    hours = hours_of(LEVELS)
    with pytest.raises(SettingRefusedError) as refusal:
        await Shop().change(SettingKey.HOURS, [{**hours[0], **change_one}, *hours[1:]])
    assert field in [path for path, _ in refusal.value.problems]


async def test_a_calendar_that_a_team_uses_stays() -> None:
    with pytest.raises(SettingRefusedError) as refusal:
        await Shop().change(SettingKey.HOURS, hours_of(LEVELS)[:1])
    assert "East Asia" in refusal.value.problems[0][1]


async def test_clocks_go_on_where_what_was_saved_does_not_fit_the_file_any_more() -> None:
    settings = DeskSettings(hours=[{"name": "europe", "languages": "others", "time_zone": "Nowhere/None"}])
    assert settings.service_levels(LEVELS) is LEVELS


def test_service_levels_survive_being_written_as_json() -> None:
    assert merged(LEVELS, hours_of(LEVELS), targets_of(LEVELS)) == LEVELS
    lengths = [LEVELS.default.targets[Priority.URGENT].first_response, LEVELS.default.targets[Priority.LOW].resolution]
    assert [length_text(length) for length in lengths] == ["15m", "120h"]


async def test_teams_that_name_an_issue_or_a_language_come_first() -> None:
    shop = Shop()
    teams = [
        a_team(id="all", name="All", languages=[], calendar="europe"),
        a_team(id="de", name="German", languages=["de"]),
        a_team(id="customs", name="Customs", languages=[], issue_types=["customs_hold"]),
    ]
    await shop.change(SettingKey.TEAMS, teams)
    settings = await shop.settings()
    assert [team.id for team in settings.teams_for("de-AT", IssueType.CUSTOMS_HOLD)] == ["customs", "de", "all"]
    assert [team.id for team in settings.teams_for("fr", None)] == ["all"]


def test_mistakes_in_the_file_are_named_with_their_lines(tmp_path: Path) -> None:
    text = desk_settings.FILE.read_text("utf-8").replace("id: vip", "id: VIP!").replace("mode: pull", "mode: throw")
    file = tmp_path / "desk.yml"
    file.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as error:
        load_desk_settings(file)
    lines = str(error.value).splitlines()
    assert len(lines) == 2
    assert all(line.startswith("desk.yml:") for line in lines)
