"""Customers are told of moments by the clocks of the team that serves their language."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.aftersales.sla import ALWAYS_OPEN
from bot.services.desk_settings import DeskSettings
from bot.services.service_level_documents import hours_of
from bot.services.service_level_files import load_service_levels
from bot.services.team_zones import TeamZones

LEVELS = load_service_levels(Path(__file__).resolve().parents[3] / "data" / "sla.yml")


@pytest.mark.parametrize(
    ("language", "zone"),
    [("de", "Europe/Berlin"), ("pt-BR", "Europe/Berlin"), ("zh", "Asia/Shanghai"), ("zh-TW", "Asia/Shanghai")],
)
def test_the_zone_is_that_of_the_language_s_team(language: str, zone: str) -> None:
    assert TeamZones(LEVELS).of(language) == zone


def test_people_around_the_clock_are_everywhere() -> None:
    assert TeamZones(ALWAYS_OPEN).of("de") == "UTC"


def test_a_zone_that_was_changed_in_the_browser_counts_from_then_on_and_until_it_is_changed_back() -> None:
    zones, changed = TeamZones(LEVELS), hours_of(LEVELS)
    for team in changed:
        team["time_zone"] = "America/Sao_Paulo"
    zones.follow(DeskSettings(hours=changed))
    assert zones.of("zh") == "America/Sao_Paulo"
    zones.follow(DeskSettings())
    assert zones.of("zh") == "Asia/Shanghai"
