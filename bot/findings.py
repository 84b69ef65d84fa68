"""What an examination finds: something in order, something to look at, or something wrong, and how to mend it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import Enum


class Level(str, Enum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    ``about`` is the part of the installation (``database``, ``telegram``), ``what`` a sentence without secrets,
    ``mend`` what to do, naming the variable or the command; empty where nothing needs to be done.
    """

    about: str
    level: Level
    what: str
    mend: str = ""

    def as_json(self) -> dict[str, str]:
        """Return it for programs."""
        return {**asdict(self), "level": self.level.value}


def ok(about: str, what: str) -> Finding:
    """Return that something is in order."""
    return Finding(about, Level.OK, what)


def warning(about: str, what: str, mend: str) -> Finding:
    """Return that something works, but may not stay so, or not as it should."""
    return Finding(about, Level.WARNING, what, mend)


def error(about: str, what: str, mend: str) -> Finding:
    """Return that something does not work."""
    return Finding(about, Level.ERROR, what, mend)
