"""What belongs to this machine: folder, database, model, texts, rules."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import tarfile
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

from bot import bootstrap, training
from bot.clocks import MOST_SECONDS, apart
from bot.errors import SettingsError, StartupError
from bot.findings import Finding, error, ok, warning
from bot.settings import Settings
from bot.store import diagnosis
from bot.store.diagnosis import DatabaseReport

_MEGABYTE = 1024 * 1024
_TOO_LITTLE, _LITTLE = 200 * _MEGABYTE, 2048 * _MEGABYTE
# SQLite answers with RETURNING since 3.35; older PostgreSQL gets no more corrections of its makers.
_OLDEST = {"SQLite": (3, 35), "PostgreSQL": (12,)}
_MOST_NAMED = 5


def folder(settings: Settings) -> list[Finding]:
    """Look at PARLEY_VAR: may we write there, may others read it, is there space."""
    var = settings.var
    if not var.exists():
        if os.access(_nearest(var), os.W_OK):
            return [ok("folder", f"{var} does not exist yet; the first start makes it")]
        return [error("folder", f"{var} does not exist and cannot be made", "make it, or set PARLEY_VAR to another")]
    findings = []
    if not os.access(var, os.W_OK | os.X_OK):
        mend = f"give the account that runs Parley the folder (chown), or set PARLEY_VAR to another than {var}"
        findings.append(error("folder", f"{var} cannot be written to", mend))
    open_to_all = [path for path in (var, *sorted(var.iterdir())) if _is_open(path)]
    # What is in a closed folder is closed, whatever it says itself.
    if open_to_all and open_to_all[0] == var:
        what = f"everybody on this machine can read {var}, where customers' data is"
        findings.append(warning("folder", what, f"chmod o-rwx {var}"))
    free = shutil.disk_usage(var).free
    if free < _LITTLE:
        report = error if free < _TOO_LITTLE else warning
        mend = "free some, or set PARLEY_VAR to a folder on another disk"
        findings.append(report("folder", f"{free // _MEGABYTE} MB are left on the disk of {var}", mend))
    return findings or [ok("folder", f"{var}: {free // _MEGABYTE // 1024} GB free")]


async def database(settings: Settings) -> list[Finding]:
    """Look at the database: reachable, migrated, writable, of a version that will do, its clock ours."""
    try:
        file = diagnosis.file_of(settings.database_url)
        if file is not None and not file.exists():
            return [
                warning("database", f"{file} does not exist yet", "start `parley serve`, or run `parley db migrate`")
            ]
        asked_at = datetime.now(timezone.utc)
        report = await diagnosis.diagnose(settings.database_url)
    except StartupError as unreachable:
        mend = "check PARLEY_DATABASE_URL, and that the server runs and lets this machine in"
        return [error("database", f"the database cannot be used: {unreachable}", mend)]
    findings = [*_schema(report), *_version(report)]
    if report.refusal:
        mend = "give the account of PARLEY_DATABASE_URL the right to write, and check that the server is no replica"
        findings.append(error("database", f"nothing can be written: {report.refusal}", mend))
    if not findings:
        findings = [ok("database", f"{report.product} {report.version}, schema {report.revision}")]
    if report.now is not None:
        findings.append(_clock(report.now, asked_at, datetime.now(timezone.utc)))
    return findings


def _schema(report: DatabaseReport) -> list[Finding]:
    if report.revision is None or report.revision < report.newest:
        what = f"the schema is {report.revision or 'not there yet'}, this version needs {report.newest}"
        return [error("database", what, "run `parley db migrate`, or start `parley serve`, which does so itself")]
    if report.revision > report.newest:
        what = f"the schema {report.revision} is that of a newer version, this one knows {report.newest}"
        return [warning("database", what, "update Parley here, too")]
    return []


def _version(report: DatabaseReport) -> list[Finding]:
    parts = tuple(int(part) for part in report.version.split(".")[:2] if part.isdigit())
    oldest = _OLDEST[report.product]
    if parts >= oldest:
        return []
    wanted = ".".join(map(str, oldest))
    return [error("database", f"{report.product} {report.version} is too old", f"update it to {wanted} or newer")]


def _clock(theirs: datetime, before: datetime, after: datetime) -> Finding:
    seconds = apart(theirs, theirs, before, after)
    if abs(seconds) <= MOST_SECONDS:
        return ok("clock", "agrees with the database's")
    mend = "keep both clocks right by NTP (timedatectl set-ntp true)"
    return warning("clock", f"this machine's clock and the database's are {abs(seconds):.0f} s apart", mend)


def model(settings: Settings) -> list[Finding]:
    """Look for the model that fits the training data, and whether it is whole."""
    path = training.model_path(settings)
    if not path.exists():
        others = len(list(settings.models.glob("*.tar.gz"))) if settings.models.is_dir() else 0
        what = f"there is no {path.name} in {settings.models}, which is the one for the present training data"
        mend = "run `parley train`, which takes some minutes; `parley serve` would do so first"
        return [error("model", what + (f"; the {others} others do not fit" if others else ""), mend)]
    try:
        with tarfile.open(path) as archive:
            size = sum(member.size for member in archive)
    except (tarfile.TarError, OSError, EOFError) as damage:
        return [error("model", f"{path.name} is damaged: {type(damage).__name__}", "run `parley train --force`")]
    made = datetime.fromtimestamp(path.stat().st_mtime, timezone.utc)
    age = max(timedelta(), datetime.now(timezone.utc) - made)
    return [ok("model", f"{path.name}, {age.days} days old, {size // _MEGABYTE} MB")]


def rules(settings: Settings) -> list[Finding]:
    """Read policy, service levels, warehouses and the desk's settings as a start would."""
    try:
        policy = bootstrap.read_policy(settings)
    except SettingsError as wrong:
        return [error("rules", str(wrong), "correct the file; `parley policy check` reads the policy's anew")]
    return [ok("rules", f"policy {policy.version}, {len(policy.destinations)} destinations, service levels")]


async def catalogues(problems: Callable[[], list[str]]) -> list[Finding]:
    """Look whether every text is translated into every language; ``problems`` names what is not."""
    found = await asyncio.to_thread(problems)
    if not found:
        return [ok("catalogues", "every text is there in every language")]
    more = f", and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    named = "; ".join(found[:_MOST_NAMED])
    mend = "run `parley locale update`, translate what is missing, and see `parley locale check`"
    return [warning("catalogues", f"customers or agents would read English: {named}{more}", mend)]


def _nearest(path: Path) -> Path:
    """Return the nearest folder above a path that exists."""
    return next(parent for parent in path.absolute().parents if parent.exists())


def _is_open(path: Path) -> bool:
    return bool(path.lstat().st_mode & (stat.S_IROTH | stat.S_IWOTH)) and not path.is_symlink()
