"""An Apertium server of this machine for tests: APY and the language pairs that are installed."""

from __future__ import annotations

import shutil
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType

from typing_extensions import Self

from tests.channels.ports import free_port

_PAIRS = Path("/usr/share/apertium")
_START_SECONDS = 60


def missing() -> str | None:
    """Return why there can be no server here, or None where there can."""
    if shutil.which("apertium-apy") is None:
        return "the program apertium-apy is not installed (Debian: apertium-apy)"
    if not (_PAIRS / "modes" / "spa-eng.mode").exists():
        return "the pair Spanish-English is not installed (Debian: apertium-eng-spa)"
    return None


class ApertiumServer:
    """APY on a free port of this host that lives as long as the ``with`` block."""

    def __init__(self) -> None:
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            ["apertium-apy", "-p", str(self._port), "-j", "1", str(_PAIRS)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        ends_at = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > ends_at:
                self.__exit__(None, None, None)
                raise RuntimeError("apertium-apy did not start")
            time.sleep(0.1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/listPairs", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False
