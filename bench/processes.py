"""Programs the benchmark runs: started in process groups of their own, measured, and always ended."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

_GRACE_SECONDS = 10
# Below those that Linux gives out by itself (net.ipv4.ip_local_port_range).
_PORTS = range(20_000, 32_000)


class BenchError(Exception):
    """Raised when something the benchmark needs did not happen; the message says what and where to look."""


class Program:
    """A running program whose output goes to a file."""

    def __init__(self, name: str, command: Sequence[str], folder: Path, env: Mapping[str, str], log: Path) -> None:
        self.name = name
        self._log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def check(self) -> None:
        """Raise BenchError with the end of the output if the program has ended."""
        if self._process.poll() is not None:
            raise BenchError(f"{self.name} ended with {self._process.returncode}: {self._last_words()}")

    def wait(self) -> None:
        """Wait for the end; raises BenchError unless it is a good one."""
        if self._process.wait() != 0:
            self.check()

    def memory_bytes(self) -> int:
        """Return the resident memory of the program and everything it started."""
        parent = psutil.Process(self._process.pid)
        total = 0
        for process in (parent, *parent.children(recursive=True)):
            try:
                total += process.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        return total

    def stop(self) -> None:
        """End the program and everything it started; by force if it does not end by itself."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_GRACE_SECONDS)
        # Children may outlive a parent that ended well.
        self._signal(signal.SIGKILL)
        self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return

    def _last_words(self) -> str:
        lines = [line.strip() for line in self._log.read_text("utf-8", "replace").splitlines() if line.strip()]
        return f"{lines[-1][:300] if lines else 'no output'} (whole output: {self._log})"


def run(name: str, command: Sequence[str], folder: Path, env: Mapping[str, str], log: Path) -> float:
    """Run a program to its end and return how many seconds it took; raises BenchError if it fails."""
    started = time.monotonic()
    program = Program(name, command, folder, env, log)
    try:
        program.wait()
    finally:
        program.stop()
    return time.monotonic() - started


def free_port() -> int:
    """Return a TCP port nobody listens on now, nor is likely to until somebody gets to it.

    A server takes long to start; meanwhile the system gives the ports of its own range to whoever asks for any.
    """
    while True:
        port = secrets.choice(_PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
