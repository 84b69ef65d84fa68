"""Reading single variables of the environment; whatever is wrong is said with the variable's name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from bot.errors import SettingsError


def read_secret(env: Mapping[str, str], name: str) -> str | None:
    """Return a secret from ``NAME``, or from the file that ``NAME_FILE`` names."""
    path = env.get(f"{name}_FILE")
    if not path:
        return env.get(name) or None
    try:
        return Path(path).read_text("utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{name}_FILE is '{path}': {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{name}_FILE is '{path}': give a file of text in UTF-8") from error


def read_flag(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    """Return yes or no; raises SettingsError."""
    text = (env.get(name) or "").strip().lower()
    if text in ("", "1", "0", "true", "false", "yes", "no"):
        return default if not text else text in ("1", "true", "yes")
    raise SettingsError(f"{name} is '{text}': give yes or no")


def read_port(text: str, name: str = "PARLEY_PORT") -> int:
    """Return a port number; raises SettingsError naming the variable or option that it came from."""
    if not re.fullmatch(r"\d{1,5}", text, re.ASCII) or not 0 < int(text) < 65536:
        raise SettingsError(f"{name} is '{text}': give a port number from 1 to 65535")
    return int(text)


def read_networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Return the networks that a text names, in CIDR notation; raises SettingsError."""
    try:
        return tuple(ip_network(part) for part in text.split())
    except ValueError as error:
        raise SettingsError(f"PARLEY_TRUSTED_PROXIES is '{text}': give networks such as 10.0.0.0/8") from error


def read_count(env: Mapping[str, str], name: str, default: int) -> int:
    text = (env.get(name) or "").strip() or str(default)
    if not re.fullmatch(r"[1-9]\d{0,5}", text, re.ASCII):
        raise SettingsError(f"{name} is '{text}': give a whole number such as {default}")
    return int(text)


def read_seconds(env: Mapping[str, str], name: str, default: float) -> float:
    """Return seconds from 0.1 to 600; raises SettingsError."""
    text = (env.get(name) or "").strip() or str(default)
    if not re.fullmatch(r"\d+(?:\.\d+)?", text, re.ASCII) or not 0.1 <= float(text) <= 600:
        raise SettingsError(f"{name} is '{text}': give seconds from 0.1 to 600")
    return float(text)


def read_days(env: Mapping[str, str], name: str, default: int) -> int:
    """Return a number of days; raises SettingsError."""
    text = (env.get(name) or "").strip() or str(default)
    if not re.fullmatch(r"\d{1,4}", text, re.ASCII):
        raise SettingsError(f"{name} is '{text}': give a number of days")
    return int(text)
