"""``parley doctor``: what is wrong with an installation, and how to mend it."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from bot import logs
from bot.commands import locale
from bot.doctor.examination import examine
from bot.findings import Finding, Level

_COLORS = {Level.OK: typer.colors.GREEN, Level.WARNING: typer.colors.YELLOW, Level.ERROR: typer.colors.RED}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.")] = False,
) -> None:
    """Examine settings, database, model, texts, channels, mail and clock; needs no running server, changes nothing.

    Ends with 1 where something is wrong, with 0 where there are only warnings.
    """
    # What a check runs into is in its findings.
    logs.configure("error")
    findings = asyncio.run(examine(os.environ, locale.problems))
    if as_json:
        typer.echo(json.dumps(report(findings), ensure_ascii=False, indent=2))
    else:
        for line in told(findings):
            typer.echo(line)
    if any(found.level is Level.ERROR for found in findings):
        raise typer.Exit(1)


def report(findings: Sequence[Finding]) -> dict[str, object]:
    """Return findings for programs, with how many there are of those that matter."""
    levels = [found.level for found in findings]
    return {
        "errors": levels.count(Level.ERROR),
        "warnings": levels.count(Level.WARNING),
        "findings": [found.as_json() for found in findings],
    }


def told(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield findings for people: a line each, and below it how to mend what is not in order."""
    width = max((len(found.about) for found in findings), default=0)
    for found in findings:
        level = typer.style(f"{found.level.value:8}", fg=_COLORS[found.level])
        yield f"{level} {found.about:{width}}  {found.what}"
        if found.mend:
            yield f"{'':{9 + width}}  → {found.mend}"
    counts = report(findings)
    yield f"{counts['errors']} errors, {counts['warnings']} warnings"
