"""All tables, by topic; ``metadata`` holds every one of them."""

from bot.store.tables import aftersales, conversations, desk, follow_up, shop, translations
from bot.store.tables.base import metadata

__all__ = ["aftersales", "conversations", "desk", "follow_up", "metadata", "shop", "translations"]
