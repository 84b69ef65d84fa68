"""What an administrator decides about somebody at the desk."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from bot.errors import InvalidInputError
from bot.services.account import CAPACITY, Account, Role

LONGEST_DISPLAY_NAME = 80
HIGHEST_CAPACITY = 50
HIGHEST_REFUND_LIMIT = Decimal(1_000_000)
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Profile:
    """Name, role, skills and limits; ``refund_limit`` is in the shop's currency, None for no limit."""

    display_name: str
    role: Role
    languages: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    capacity: int = CAPACITY
    refund_limit: Decimal | None = None

    @property
    def fingerprint(self) -> str:
        """Return what a form sends back, so that an edit is refused whose grounds changed meanwhile."""
        return hashlib.sha256(json.dumps(_plain(self), sort_keys=True).encode()).hexdigest()[:16]


def profile_of(account: Account) -> Profile:
    """Return the profile that an account has."""
    return Profile(
        account.display_name,
        account.role,
        tuple(account.languages),
        tuple(account.teams),
        account.capacity,
        account.refund_limit,
    )


def checked(profile: Profile) -> Profile:
    """Return a profile as it is kept, or raise InvalidInputError naming the field that cannot be."""
    display_name = " ".join(profile.display_name.split())
    if not display_name or len(display_name) > LONGEST_DISPLAY_NAME or not display_name.isprintable():
        raise InvalidInputError("display_name", "malformed")
    if not 1 <= profile.capacity <= HIGHEST_CAPACITY:
        raise InvalidInputError("capacity", "out_of_range")
    limit = profile.refund_limit
    if limit is not None:
        if not limit.is_finite() or not 0 <= limit <= HIGHEST_REFUND_LIMIT:
            raise InvalidInputError("refund_limit", "out_of_range")
        limit = limit.quantize(_CENT)
    languages, teams = (tuple(sorted(set(codes))) for codes in (profile.languages, profile.teams))
    return Profile(display_name, profile.role, languages, teams, profile.capacity, limit)


def apply(profile: Profile, account: Account) -> dict[str, Any]:
    """Give an account a profile and return what changed, before and after; of names only that they did."""
    before, after = _plain(profile_of(account)), _plain(profile)
    account.display_name, account.role = profile.display_name, profile.role
    account.languages, account.teams = list(profile.languages), list(profile.teams)
    account.capacity, account.refund_limit = profile.capacity, profile.refund_limit
    return {
        name: "changed" if name == "display_name" else [before[name], after[name]]
        for name in before
        if before[name] != after[name]
    }


def _plain(profile: Profile) -> dict[str, Any]:
    found: dict[str, Any] = {field.name: getattr(profile, field.name) for field in fields(profile)}
    limit = profile.refund_limit
    found.update(
        role=profile.role.value,
        languages=sorted(profile.languages),
        teams=sorted(profile.teams),
        refund_limit=None if limit is None else str(limit.quantize(_CENT)),
    )
    return found
