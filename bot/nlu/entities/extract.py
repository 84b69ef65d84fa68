"""Finds all entities of a message; the order of the steps decides whose digits they are; pure."""

from __future__ import annotations

from datetime import date

from bot.nlu.entities.amounts import amounts
from bot.nlu.entities.colors import colors
from bot.nlu.entities.conditions import conditions
from bot.nlu.entities.contact import emails, phones, unrelated
from bot.nlu.entities.counts import ordinals, quantities
from bot.nlu.entities.dates import dates
from bot.nlu.entities.details import postcodes, sizes
from bot.nlu.entities.doubts import doubts
from bot.nlu.entities.order_number import OrderNumberPatterns, order_numbers
from bot.nlu.entities.shares import shares
from bot.nlu.entities.spans import OTHER, Span, fold
from bot.nlu.entities.tracking_number import tracking_numbers


def extract(text: str, language: str, today: date, patterns: OrderNumberPatterns) -> list[Span]:
    """Return the entities of a message, in the order of the text, none overlapping another.

    What can be told by its shape alone comes first; order numbers, whose shapes are the loosest, come after
    everything that could be mistaken for one.

    Args:
        language: Of the message or the customer; tells whose words for days, colours and numbers count, and which
            countries' phone numbers to expect.
        today: The day relative dates count from.
    """
    folded = fold(text)
    spans = emails(folded)
    spans += unrelated(folded)
    spans += tracking_numbers(folded, spans)
    spans += amounts(folded, spans)
    spans += shares(folded, language, spans)
    spans += conditions(folded, language, spans)
    spans += phones(folded, language, spans)
    spans += dates(folded, language, today, spans)
    spans += order_numbers(folded, patterns, spans)
    spans += postcodes(folded, spans)
    spans += sizes(folded, language, spans)
    spans += quantities(folded, language, spans)
    spans += ordinals(folded, language, spans)
    spans += colors(folded, language, spans)
    spans += doubts(folded, language, spans)
    return sorted((span for span in spans if span.entity != OTHER), key=lambda span: span.start)
