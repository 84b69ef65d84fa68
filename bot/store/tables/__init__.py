"""All tables, by topic; ``metadata`` holds every one of them."""

from bot.store.tables import (
    aftersales,
    claims,
    conversations,
    decisions,
    desk,
    evidence,
    follow_up,
    lifecycles,
    money,
    service_levels,
    shop,
    statistics,
    translations,
)
from bot.store.tables.base import metadata

__all__ = [
    "aftersales",
    "claims",
    "conversations",
    "decisions",
    "desk",
    "evidence",
    "follow_up",
    "lifecycles",
    "metadata",
    "money",
    "service_levels",
    "shop",
    "statistics",
    "translations",
]
