"""How an item is named on documents."""

from __future__ import annotations

from bot.documents.words import Words


def goods(title: str, size: str | None, color: str | None, sku: str, words: Words) -> str:
    """Return an item's name, and below it its size, colour and SKU."""
    details = [words.isolated(part) for part in (size, words.color(color) if color else None, sku) if part]
    return f"{title}\n{' · '.join(details)}"
