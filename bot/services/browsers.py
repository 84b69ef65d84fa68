"""What a session's list says about a browser: its kind and system, not the version that would tell people apart."""

from __future__ import annotations

import re

# The first that occurs: most browsers also name those that they want to be taken for.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_LONGEST = 40


def shortened(user_agent: str) -> str:
    """Return a User-Agent header as ``Firefox, Windows``, as its first word where it names none we know, or empty."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), None)
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
    known = ", ".join(name for name in (browser, system) if name)
    if known:
        return known
    first = re.match(r"[A-Za-z][\w. -]*", user_agent)
    return first[0][:_LONGEST].strip() if first else ""
