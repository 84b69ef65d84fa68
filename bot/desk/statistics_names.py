"""What the keys of statistics are called in the language of whoever looks at them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from babel.dates import format_skeleton

from bot.conversations.ports import UnitOfWork
from bot.desk import formats
from bot.desk.texts import Texts
from bot.l10n.formats import locale_of
from bot.services.statistics_ports import Dimension


async def key_names(uow: UnitOfWork, dimensions: set[Dimension]) -> dict[Dimension, dict[str, str]]:
    """Return what the keys of products are called; those of other dimensions name themselves."""
    if Dimension.PRODUCT not in dimensions:
        return {}
    return {Dimension.PRODUCT: {product.id: product.title for product in await uow.products.all()}}


def name_of(dimension: Dimension, key: str, names: Mapping[Dimension, Mapping[str, str]], _: Texts) -> str:
    """Return what a key is called."""
    if key == "":
        return _("Unknown")
    if dimension is Dimension.DESTINATION:
        return formats.country_name(key, _)
    if dimension is Dimension.LANGUAGE:
        return formats.language_name(key, _)
    if dimension is Dimension.CHANNEL:
        return _.channel(key)
    if dimension in (Dimension.ISSUE, Dimension.LIABILITY):
        return _.label(key)
    return names.get(dimension, {}).get(key, key)


def time_name(key: str, rhythm: Dimension, _: Texts) -> str:
    """Return what a day, the Monday of a week or a month is called, as short as it may be on an axis."""
    skeleton, text = ("yMMM", f"{key}-01") if rhythm is Dimension.MONTH else ("MMMd", key)
    return str(format_skeleton(skeleton, date.fromisoformat(text), locale=locale_of(_.language)))
