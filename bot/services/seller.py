"""Reading and checking ``data/seller.yml``: who sells, as it is printed on documents."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from bot.aftersales.order import Address
from bot.errors import SettingsError
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
    section = Section(file.name, "", _read(file), problems)
    section.check_keys(_KEYS)
    address = Address(*(section.text(key) for key in ("name", "street", "postcode", "city", "country")))
    has_number = section.content.get("tax_number", "") is not None
    seller = Seller(address, section.text("email"), section.text("tax_number") if has_number else None)
    if problems:
        raise SettingsError("\n".join(str(problem) for problem in sorted(problems)))
    return seller


def _read(file: Path) -> dict[str, object]:
    try:
        content = YAML(typ="rt").load(file.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise SettingsError(f"{file.name}:{mark.line + 1 if mark else 1}: is not YAML: {error.problem}") from error
    except (YAMLError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{file}: cannot be read: {type(error).__name__}") from error
    if not isinstance(content, dict):
        raise SettingsError(f"{file.name}:1: must hold keys with values")
    return content
