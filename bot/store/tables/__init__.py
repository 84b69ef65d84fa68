"""All tables, by topic; ``metadata`` holds every one of them."""

from bot.store.tables import aftersales, conversations, desk, shop, translations
from bot.store.tables.base import metadata

__all__ = ["aftersales", "conversations", "desk", "metadata", "shop", "translations"]
