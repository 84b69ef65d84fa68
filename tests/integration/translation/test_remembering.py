"""Translations are remembered in the database, on either kind, and forgotten in time."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from bot.store.repositories.translations import StoredTranslations
from bot.translation.cache import RememberedTranslation, cache_key
from tests.integration.conftest import UowFactory

_MOMENT = datetime(2024, 5, 1, 12, tzinfo=timezone.utc)
_DAY = timedelta(days=1)


async def test_a_translation_comes_back_while_it_is_young_enough(uow_factory: UowFactory) -> None:
    cache = StoredTranslations(uow_factory)
    kept = RememberedTranslation(cache_key("¿Dónde está?", "es", "en"), "Where is it? 在哪？", "apertium", _MOMENT)
    await cache.put(kept)
    assert await cache.get(kept.key, _MOMENT) == kept
    assert await cache.get(kept.key, _MOMENT + _DAY) is None
    assert await cache.get(cache_key("¿Dónde está?", "es", "de"), _MOMENT) is None


async def test_a_newer_translation_replaces_the_older(uow_factory: UowFactory) -> None:
    cache = StoredTranslations(uow_factory)
    await cache.put(RememberedTranslation("k", "old", "apertium", _MOMENT))
    await cache.put(RememberedTranslation("k", "new", "deepl", _MOMENT + _DAY))
    found = await cache.get("k", _MOMENT)
    assert found is not None and (found.text, found.engine, found.created_at) == ("new", "deepl", _MOMENT + _DAY)


async def test_the_old_are_forgotten_and_counted(uow_factory: UowFactory) -> None:
    cache = StoredTranslations(uow_factory)
    for days in range(4):
        await cache.put(RememberedTranslation(f"k{days}", "text", "apertium", _MOMENT + days * _DAY))
    assert await cache.forget_before(_MOMENT + 2 * _DAY) == 2
    assert await cache.get("k1", _MOMENT) is None
    assert await cache.get("k2", _MOMENT) is not None
