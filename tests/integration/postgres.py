"""A throw-away PostgreSQL cluster from the binaries of this machine."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

from typing_extensions import Self

_BINARIES = ("initdb", "pg_ctl", "psql")


def missing_binaries() -> str | None:
    """Return why there can be no cluster here, or None where there can."""
    if _folder() is None:
        return "PostgreSQL's server binaries (initdb, pg_ctl) are neither on the PATH nor in /usr/lib/postgresql"
    if os.geteuid() == 0 and _user() is None:
        return "PostgreSQL does not run as root, and there is no user to run it as"
    return None


class Cluster:
    """A cluster on a free port of this host that lives as long as the ``with`` block."""

    def __init__(self) -> None:
        folder = _folder()
        assert folder is not None
        self._binaries = folder
        self._port = _free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="parley-postgres-"))

    def url(self, database: str) -> str:
        """Return the URL of a database of the cluster."""
        return f"postgresql://parley@127.0.0.1:{self._port}/{database}"

    def psql(self, *commands: str) -> None:
        """Run SQL in the maintenance database."""
        arguments = [part for command in commands for part in ("-c", command)]
        self._run("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", self.url("postgres"), *arguments)

    def __enter__(self) -> Self:
        data = str(self._folder / "data")
        if os.geteuid() == 0:
            shutil.chown(self._folder, _user())
        self._run("initdb", "-D", data, "-U", "parley", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        settings = {
            "port": self._port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": f"'{self._folder}'",
            # Nobody needs this data after a crash.
            "fsync": "off",
            "full_page_writes": "off",
            "synchronous_commit": "off",
        }
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self._run("pg_ctl", "-D", data, "-l", str(self._folder / "log"), "-o", options, "-w", "start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, command: str, *arguments: str) -> None:
        options: dict[str, Any] = {}
        if os.geteuid() == 0:
            user = _user()
            options = {"user": user, "extra_groups": []}
        done = subprocess.run(
            [str(self._binaries / command), *arguments],
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
            check=False,
            **options,
        )
        if done.returncode:
            raise RuntimeError(f"{command} failed: {done.stderr.strip()}")


def _folder() -> Path | None:
    """Return the folder with the newest server binaries."""
    found = shutil.which("pg_ctl")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name, reverse=True)
    return next((folder for folder in folders if all((folder / name).exists() for name in _BINARIES)), None)


def _user() -> str | None:
    import pwd

    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    return None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
