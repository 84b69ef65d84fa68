"""The file of warehouses says where every country's parcels go, and every mistake in it is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import NotFoundError, SettingsError
from bot.services.warehouses import load_warehouses, shop_warehouses

GOOD = """
north:
  name: Returns
  street: Way 1
  postcode: "1000"
  city: Oslo
  country: "NO"
  serves: ["NO", SE]
south:
  name: Returns
  street: Way 2
  postcode: "2000"
  city: Rome
  country: IT
  serves: others
"""


def test_the_shipped_file_is_good() -> None:
    found = shop_warehouses()
    assert found.nearest("DE").address.country == "DE"
    assert found.nearest("GB").id == "daventry"
    assert found.nearest("ZZ") is found.fallback


def test_a_country_goes_to_its_warehouse_and_all_others_to_the_last(tmp_path: Path) -> None:
    (tmp_path / "w.yml").write_text(GOOD)
    found = load_warehouses(tmp_path / "w.yml")
    assert (found.nearest("SE").id, found.nearest("FR").id, found.get("south").address.city) == (
        "north",
        "south",
        "Rome",
    )
    with pytest.raises(NotFoundError):
        found.get("west")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("serves: others", "serves: [FR]", "exactly one warehouse must serve"),
        ('["NO", SE]', '["NO", SE, SE]', "w.yml:8: north.serves: SE is served by north already"),
        ('["NO", SE]', "[Norway]", "Norway is no ISO 3166 code"),
        ("  city: Oslo\n", "", "north.city: is missing"),
        ("  city: Oslo\n", "  city: Oslo\n  phone: 12\n", "north.phone: is not known"),
        (GOOD, "- a\n", "must hold warehouses by their ids"),
        (GOOD, "a: [", "is not YAML"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, old: str, new: str, problem: str) -> None:
    (tmp_path / "w.yml").write_text(GOOD.replace(old, new))
    with pytest.raises(SettingsError) as refusal:
        load_warehouses(tmp_path / "w.yml")
    assert problem in str(refusal.value)


def test_a_missing_file_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_warehouses(tmp_path / "nothing.yml")
