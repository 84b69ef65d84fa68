"""A moment is told by the clocks of who keeps the promise, and says whose they are."""

from __future__ import annotations

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import pytest

from bot.l10n import formats
from bot.l10n.languages import SPOKEN
from bot.services import wording

OPENS = datetime(2026, 11, 23, 7, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("language", "zone", "expected"),
    [
        ("de", "Europe/Berlin", "23. November, 08:00 (Mitteleuropäische Normalzeit)"),
        ("en", "America/New_York", "November 23, 2:00 AM (Eastern Standard Time)"),
        ("ja", "Asia/Tokyo", "11月23日 16:00 (日本標準時)"),
        ("de", "UTC", "23. November, 07:00 UTC"),
    ],
)
def test_a_moment_names_its_zone(language: str, zone: str, expected: str) -> None:
    # CLDR puts a narrow space before AM and PM.
    assert formats.moment(OPENS, zone, language).replace("\u202f", " ") == expected


def test_summer_time_has_a_name_of_its_own() -> None:
    summer = OPENS.replace(month=7)
    assert formats.moment(summer, "Europe/Berlin", "de") == "23. Juli, 09:00 (Mitteleuropäische Sommerzeit)"


@pytest.mark.parametrize("language", SPOKEN)
def test_every_language_has_names_for_zones(language: str) -> None:
    told = formats.moment(OPENS, "Europe/Berlin", language)
    assert "(" in told and "Berlin" not in told


def test_a_value_for_a_response_keeps_the_zone() -> None:
    berlin = OPENS.astimezone(ZoneInfo("Europe/Berlin"))
    assert wording.moment(berlin) == {
        "type": "datetime",
        "datetime": "2026-11-23T08:00:00+01:00",
        "zone": "Europe/Berlin",
    }
    assert wording.moment(OPENS)["zone"] == "UTC"
