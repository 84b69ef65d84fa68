"""Whatever keeps Parley from starting is told in one clear line, and the process ends with an error."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.settings import ROOT

_SOURCES = ("actions", "data", "domain", "locales")


@dataclass
class Installation:
    """A copy of the code in a folder of its own, and how it is started."""

    root: Path
    environment: dict[str, str]
    arguments: list[str] = field(default_factory=lambda: ["serve"])

    def start(self) -> tuple[int, list[str]]:
        """Return the exit code and the lines on standard error."""
        ended = subprocess.run(
            [sys.executable, "-m", "bot", *self.arguments],
            cwd=self.root, env=self.environment, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        return ended.returncode, ended.stderr.splitlines()


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("installation")
    shutil.copytree(ROOT / "bot", root / "bot")
    shutil.copy(ROOT / "config.yml", root)
    for name in _SOURCES:
        (root / name).symlink_to(ROOT / name)
    return root


@pytest.fixture
def installation(code: Path, tmp_path: Path) -> Iterator[Installation]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    folders = {"PARLEY_VAR": str(tmp_path / "var"), "PARLEY_MODELS": str(tmp_path / "models")}
    yield Installation(code, {**inherited, **folders, "PARLEY_PORT": port, "PARLEY_DEMO_SHOP": "no"})
    shutil.copy(ROOT / "config.yml", code)


def _a_file(path: str) -> Path:
    Path(path).write_text("not a folder", "utf-8")
    return Path(path)


def _port_in_use(installation: Installation) -> None:
    # It stays open as long as somebody knows it.
    taken = installation.__dict__["taken"] = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen()
    installation.environment["PARLEY_PORT"] = str(taken.getsockname()[1])


def _actions_port_in_use(installation: Installation) -> None:
    _port_in_use(installation)
    installation.arguments = ["actions", "--port", installation.environment["PARLEY_PORT"]]


def _port_too_high(installation: Installation) -> None:
    installation.arguments = ["serve", "--port", "70000"]


def _port_zero(installation: Installation) -> None:
    installation.arguments = ["serve", "--port", "0"]


def _port_of_no_digits(installation: Installation) -> None:
    installation.environment["PARLEY_PORT"] = "8²"


def _host_of_no_letters(installation: Installation) -> None:
    installation.environment["PARLEY_HOST"] = "ü..b"


def _var_is_a_file(installation: Installation) -> None:
    _a_file(installation.environment["PARLEY_VAR"])


def _var_unwritable(installation: Installation) -> None:
    # Nobody makes folders there, whoever runs the tests.
    installation.environment["PARLEY_VAR"] = "/proc/parley"


def _models_is_a_file(installation: Installation) -> None:
    _a_file(installation.environment["PARLEY_MODELS"])


def _models_unwritable(installation: Installation) -> None:
    installation.environment["PARLEY_MODELS"] = "/proc/parley"


def _config_unparsable(installation: Installation) -> None:
    (installation.root / "config.yml").write_text("pipeline:\n- name: [\n", "utf-8")


def _config_without_policies(installation: Installation) -> None:
    (installation.root / "config.yml").write_text("pipeline: []\n", "utf-8")


def _config_missing(installation: Installation) -> None:
    (installation.root / "config.yml").unlink()


def _model_broken(installation: Installation) -> None:
    asked = [sys.executable, "-c", "from bot import training; print(training.fingerprint())"]
    fitting = subprocess.run(
        asked, cwd=installation.root, env=installation.environment, capture_output=True, text=True, check=True
    )
    models = Path(installation.environment["PARLEY_MODELS"])
    models.mkdir()
    (models / f"parley-{fitting.stdout.strip()}.tar.gz").write_bytes(b"\x1f\x8b\x08half of it")


def _policy_missing(installation: Installation) -> None:
    installation.environment["PARLEY_POLICY"] = "/nowhere"


def _secret_of_no_text(installation: Installation) -> None:
    file = _a_file(f"{installation.environment['PARLEY_VAR']}.secret")
    file.write_bytes(b"\xff\xfe")
    installation.environment["PARLEY_SHOP_SECRET_FILE"] = str(file)


def _database_unknown(installation: Installation) -> None:
    installation.environment["PARLEY_DATABASE_URL"] = "oracle://nowhere"


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_port_in_use, "is in use: stop the other program or set PARLEY_PORT"),
        (_actions_port_in_use, "is in use: stop the other program or set --port"),
        (_port_too_high, "--port is '70000'"),
        (_port_zero, "--port is '0'"),
        (_port_of_no_digits, "PARLEY_PORT is '8²'"),
        (_host_of_no_letters, "cannot listen on ü..b"),
        (_var_is_a_file, "set PARLEY_VAR to another"),
        (_var_unwritable, "set PARLEY_VAR to another"),
        (_models_is_a_file, "set PARLEY_MODELS to another"),
        (_models_unwritable, "set PARLEY_MODELS to another"),
        (_config_unparsable, "config.yml is no YAML"),
        (_config_without_policies, "config.yml must have the lists 'pipeline' and 'policies'"),
        (_config_missing, "config.yml, which the model is made of"),
        (_model_broken, "train a new one with `make train`"),
        (_policy_missing, "/nowhere"),
        (_secret_of_no_text, "PARLEY_SHOP_SECRET_FILE is"),
        (_database_unknown, "cannot use a database of kind oracle"),
    ],
)
def test_start_that_fails_ends_in_one_clear_line(
    installation: Installation, spoil: Callable[[Installation], None], told: str
) -> None:
    spoil(installation)
    code, lines = installation.start()
    assert code != 0
    assert len(lines) == 1, lines
    assert lines[0].startswith("parley: ") and told in lines[0]


@pytest.mark.parametrize("python", ["", "/nowhere/python3.11"])
def test_make_without_a_python_says_what_to_install(tmp_path: Path, python: str) -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("no make on this machine")
    for name in ("uv.lock", "pyproject.toml"):
        (tmp_path / name).touch()
    ended = subprocess.run(
        [make, "-f", str(ROOT / "Makefile"), "run", f"PYTHON={python}"],
        cwd=tmp_path, env={"PATH": "/nowhere", "LC_ALL": "C"}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert ended.returncode != 0
    # The last word is make's own: which target failed.
    first, *rest = ended.stderr.splitlines()
    assert first == "parley: found no Python: install Python 3.11 or 3.10, or give one with PYTHON="
    assert all(line.startswith("make") for line in rest)
