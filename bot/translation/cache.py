"""The port by which translations are remembered."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class RememberedTranslation:
    """A translation as it is kept; ``key`` is a digest, so the original is not kept with it."""

    key: str
    text: str
    engine: str
    created_at: datetime


class TranslationCache(Protocol):
    """Translations made before."""

    async def get(self, key: str, not_before: datetime) -> RememberedTranslation | None:
        """Return a translation that is not older than a moment, or None."""

    async def put(self, translation: RememberedTranslation) -> None:
        """Keep a translation; a newer one of the same key replaces it."""

    async def forget_before(self, moment: datetime) -> int:
        """Forget translations older than a moment and return how many."""


def cache_key(text: str, source: str, target: str) -> str:
    """Return the key of a text in one language to be had in another: SHA-256, in hexadecimal."""
    return hashlib.sha256("\0".join((source, target, text)).encode("utf-8", "surrogatepass")).hexdigest()
