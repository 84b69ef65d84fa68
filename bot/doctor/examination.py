"""The whole examination: everything that can be looked at without a running server, at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.doctor import doors, installation, variables
from bot.errors import ParleyError
from bot.findings import Finding, error
from bot.logs import described

_LONGEST_SECONDS = 60.0
_HIDDEN = "•••"

Check = Callable[[], Awaitable[list[Finding]]]


async def examine(environment: Mapping[str, str], untranslated: Callable[[], list[str]]) -> list[Finding]:
    """Return what is found, in the order in which it is best mended, with no secret in it.

    ``untranslated`` names what is missing in the catalogues. Where the settings are unusable nothing else is looked at.
    """
    settings, findings = variables.read(environment)
    if settings is not None:
        checks: dict[str, Check] = {
            "folder": lambda: asyncio.to_thread(installation.folder, settings),
            "database": lambda: installation.database(settings),
            "model": lambda: asyncio.to_thread(installation.model, settings),
            "rules": lambda: asyncio.to_thread(installation.rules, settings),
            "catalogues": lambda: installation.catalogues(untranslated),
            **{name: _channel(settings, name) for name in settings.channels},
            "translation": lambda: doors.translation(settings),
            "orders": lambda: doors.orders(settings),
            "actions": lambda: doors.actions(settings),
            "payments": lambda: asyncio.to_thread(doors.payments, settings),
            "public address": lambda: doors.public_address(settings),
        }
        for found in await asyncio.gather(*(_checked(about, check) for about, check in checks.items())):
            findings += found
    secrets = variables.secrets_in(environment)
    return [
        replace(found, what=_without(found.what, secrets), mend=_without(found.mend, secrets)) for found in findings
    ]


def _channel(settings, name: str) -> Check:  # type: ignore[no-untyped-def]
    return lambda: doors.channel(settings, name)


async def _checked(about: str, check: Check) -> list[Finding]:
    """Return what a check finds; one that fails or hangs keeps no other from being heard."""
    try:
        return await asyncio.wait_for(check(), _LONGEST_SECONDS)
    except asyncio.TimeoutError:
        what = f"there was no answer within {_LONGEST_SECONDS:.0f} seconds"
        return [error(about, what, "try again; check the network where it stays so")]
    except ParleyError as failure:
        return [error(about, str(failure), "see docs/operations.md")]
    except Exception as failure:
        # Whatever an examination meets is a finding, also what nobody thought of.
        return [
            error(about, f"looking at it failed: {described(failure)}", "please report this as a mistake of Parley")
        ]


def _without(text: str, secrets: set[str]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, _HIDDEN)
    return text
