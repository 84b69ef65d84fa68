"""A fingerprint of the code of this package, so that Rasa's training cache notices when an algorithm changes."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def sources_fingerprint() -> str:
    """Return a hash over the modules and word lists that the trained components are made of.

    Rasa hashes the source of a component's class only, not the functions it calls.
    """
    digest = hashlib.sha256()
    folder = Path(__file__).parent
    for path in sorted((*folder.rglob("*.py"), *folder.rglob("*.yml"))):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
