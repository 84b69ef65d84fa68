"""Folders that this process writes to."""

from __future__ import annotations

from pathlib import Path

from bot.errors import SettingsError


def make_writable(folder: Path, variable: str, mode: int = 0o777) -> None:
    """Make a folder where there is none and write to it; raises SettingsError naming its variable where one cannot."""
    try:
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink(missing_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise SettingsError(f"{folder} is no folder, or in none: set {variable} to another one") from error
    except OSError as error:
        raise SettingsError(f"cannot write to {folder}: {error.strerror}; set {variable} to another folder") from error
