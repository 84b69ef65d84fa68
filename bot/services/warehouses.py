"""Reading and checking ``data/warehouses.yml``: where returned goods travel to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from bot.aftersales.order import Address
from bot.aftersales.warehouse import Warehouse, Warehouses
from bot.errors import SettingsError
from bot.services.checked_file import read_mapping
from bot.services.policy_section import Problem, Section

OTHERS = "others"
"""What ``serves`` says of the warehouse that takes what no other one does."""

FILE = Path(__file__).resolve().parents[2] / "data" / "warehouses.yml"

_KEYS = frozenset({"name", "street", "postcode", "city", "country", "serves"})


@lru_cache(maxsize=1)
def shop_warehouses() -> Warehouses:
    """Return the shop's warehouses, read once; raises SettingsError where the file is wrong."""
    return load_warehouses(FILE)


def load_warehouses(file: Path) -> Warehouses:
    """Return the warehouses that a file states.

    Raises SettingsError with one line for every mistake: file, line, field, and what is wrong.
    """
    problems: list[Problem] = []
    top = Section(file.name, "", read_mapping(file, "warehouses by their ids"), problems)
    found: list[Warehouse] = []
    fallbacks: list[Warehouse] = []
    served: dict[str, str] = {}
    for warehouse_id in top.content:
        section = top.section(str(warehouse_id))
        section.check_keys(_KEYS)
        is_fallback = section.content.get("serves") == OTHERS
        serves = frozenset() if is_fallback else frozenset(_countries(section, str(warehouse_id), served))
        warehouse = Warehouse(str(warehouse_id), _address(section), serves)
        found.append(warehouse)
        if is_fallback:
            fallbacks.append(warehouse)
    if len(fallbacks) != 1:
        problems.append(Problem(file.name, 1, "", f'exactly one warehouse must serve "{OTHERS}", not {len(fallbacks)}'))
    if problems:
        raise SettingsError("\n".join(str(problem) for problem in sorted(problems)))
    return Warehouses(tuple(found), fallbacks[0])


def _address(section: Section) -> Address:
    return Address(
        section.text("name"),
        section.text("street"),
        section.text("postcode"),
        section.text("city"),
        section.text("country"),
    )


def _countries(section: Section, warehouse_id: str, served: dict[str, str]) -> Iterator[str]:
    """Yield the countries a warehouse serves; each belongs to one warehouse only."""
    for code, line in section.texts("serves", f'"{OTHERS}" or a list of ISO 3166 codes such as [DE, FR]'):
        if not (len(code) == 2 and code.isascii() and code.isalpha() and code.isupper()):
            section.problem("serves", f"{code} is no ISO 3166 code of two capital letters", line)
        elif code in served:
            section.problem("serves", f"{code} is served by {served[code]} already", line)
        else:
            served[code] = warehouse_id
            yield code
