"""Fingerprints of code, so that what an earlier training left is not used when an algorithm has changed."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path


@lru_cache
def sources_fingerprint(folder: Path = Path(__file__).parent) -> str:
    """Return a hash over the modules and word lists in a folder; this package's make up the trained components.

    Rasa hashes the source of a component's class only, not the functions it calls.
    """
    digest = hashlib.sha256()
    for path in sorted((*folder.rglob("*.py"), *folder.rglob("*.yml"))):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
