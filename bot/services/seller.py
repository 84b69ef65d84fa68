"""Reading and checking ``data/seller.yml``: who sells, as it is printed on documents."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.aftersales.order import Address
from bot.errors import SettingsError
from bot.services.checked_file import read_mapping
from bot.services.policy_section import Problem, Section

FILE = Path(__file__).resolve().parents[2] / "data" / "seller.yml"

_KEYS = frozenset({"name", "street", "postcode", "city", "country", "tax_number", "email"})


@dataclass(frozen=True)
class Seller:
    """Whose shop it is; ``tax_number`` is None where there is none."""

    address: Address
    email: str
    tax_number: str | None = None

    @property
    def name(self) -> str:
        """Return what the shop is called."""
        return self.address.name


@lru_cache(maxsize=1)
def shop_seller() -> Seller:
    """Return who sells, read once; raises SettingsError where the file is wrong."""
    return load_seller(FILE)


def load_seller(file: Path) -> Seller:
    """Return the seller that a file states.

    Raises SettingsError with one line for every mistake: file, line, field, and what is wrong.
    """
    problems: list[Problem] = []
    section = Section(file.name, "", read_mapping(file), problems)
    section.check_keys(_KEYS)
    address = Address(*(section.text(key) for key in ("name", "street", "postcode", "city", "country")))
    has_number = section.content.get("tax_number", "") is not None
    seller = Seller(address, section.text("email"), section.text("tax_number") if has_number else None)
    if problems:
        raise SettingsError("\n".join(str(problem) for problem in sorted(problems)))
    return seller
