"""Settings from the environment; nothing else in the code reads it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.errors import SettingsError

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Settings:
    """How this process runs; see docs/configuration.md for each variable."""

    host: str
    port: int
    database_url: str
    var: Path
    models: Path
    policy: Path
    actions_url: str | None
    demo_shop: bool
    secure_cookies: bool
    secret: bytes | None
    allowed_origins: tuple[str, ...]
    log_level: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Return the settings of this process; raises SettingsError naming the variable that is wrong."""
        env = os.environ if environment is None else environment
        var = Path(env.get("PARLEY_VAR") or ROOT / "var")
        return cls(
            host=env.get("PARLEY_HOST") or "127.0.0.1",
            port=_port(env.get("PARLEY_PORT") or "8080"),
            database_url=_secret(env, "PARLEY_DATABASE_URL") or f"sqlite+aiosqlite:///{var / 'parley.db'}",
            var=var,
            models=Path(env.get("PARLEY_MODELS") or ROOT / "models"),
            policy=Path(env.get("PARLEY_POLICY") or ROOT / "data" / "policy"),
            actions_url=env.get("PARLEY_ACTIONS_URL") or None,
            demo_shop=_flag(env, "PARLEY_DEMO_SHOP", default=True),
            secure_cookies=_flag(env, "PARLEY_SECURE_COOKIES", default=False),
            secret=(_secret(env, "PARLEY_SECRET") or "").encode() or None,
            allowed_origins=tuple((env.get("PARLEY_ALLOWED_ORIGINS") or "").split()),
            log_level=_level(env.get("PARLEY_LOG_LEVEL") or "warning"),
        )


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise SettingsError(f"PARLEY_PORT is '{text}': give a port number from 1 to 65535")
    return int(text)


def _flag(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = (env.get(name) or "").strip().lower()
    if text in ("", "1", "0", "true", "false", "yes", "no"):
        return default if not text else text in ("1", "true", "yes")
    raise SettingsError(f"{name} is '{text}': give yes or no")


def _secret(env: Mapping[str, str], name: str) -> str | None:
    """Return a secret from ``NAME``, or from the file that ``NAME_FILE`` names."""
    path = env.get(f"{name}_FILE")
    if not path:
        return env.get(name) or None
    try:
        return Path(path).read_text("utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{name}_FILE is '{path}': {error.strerror}") from error


def _level(text: str) -> str:
    if text.lower() not in ("debug", "info", "warning", "error"):
        raise SettingsError(f"PARLEY_LOG_LEVEL is '{text}': give debug, info, warning or error")
    return text.lower()
