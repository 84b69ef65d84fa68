from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from bot.nlu.entities.extract import extract
from bot.nlu.entities.order_number import OrderNumberPatterns
from bot.nlu.entities.spans import fold

PATTERNS = OrderNumberPatterns.compile([r"(?:PL)?\d{8}"], [r"\d{6,10}", r"[A-Z]{1,4}\d{5,10}"])
TODAY = date(2026, 11, 22)


def values(text: str, entity: str, language: str = "en") -> list[Any]:
    return [span.value for span in extract(text, language, TODAY, PATTERNS) if span.entity == entity]


@pytest.mark.parametrize(
    ("text", "language", "entity", "value"),
    [
        ("Anna.Lee@Example.ORG please", "en", "email", "anna.lee@example.org"),
        ("+49 170 1234567", "de", "phone", "+491701234567"),
        ("mi móvil es 612 345 678", "es", "phone", "+34612345678"),
        ("电话 13812345678", "zh", "phone", "+8613812345678"),
        ("PLZ 26571", "de", "postcode", "26571"),
        ("my postcode is BS3 4QT", "en", "postcode", "BS3 4QT"),
        ("1012 AB Amsterdam", "nl", "postcode", "1012 AB"),
        ("size 42.5 please", "en", "size", "42.5"),
        ("talla 38", "es", "size", "38"),
        ("Größe 40", "de", "size", "40"),
        ("38码", "zh", "size", "38"),
        ("can I have it in XL", "en", "size", "XL"),
        ("two of them", "en", "quantity", 2),
        ("3 Stück bitte", "de", "quantity", 3),
        ("quiero dos unidades", "es", "quantity", 2),
        ("两件", "zh", "quantity", 2),
        ("die rote bitte", "de", "color", "red"),
        ("la azul", "es", "color", "blue"),
        ("藏青色的", "zh", "color", "navy"),
        ("de zwarte", "nl", "color", "black"),
        ("paid $1,234.50", "en", "amount", {"amount": "1234.50", "currency": "USD"}),
        ("1.234,50 € bezahlt", "de", "amount", {"amount": "1234.50", "currency": "EUR"}),
        ("扣了820块", "zh", "amount", {"amount": "820", "currency": "CNY"}),
        ("on 3rd of March", "en", "date", "2026-03-03"),
        ("am 28.9. gekauft", "de", "date", "2026-09-28"),
        ("el 7 de marzo de 2025", "es", "date", "2025-03-07"),
        ("3月7号", "zh", "date", "2026-03-07"),
        ("am 24. Dezember", "de", "date", "2025-12-24"),
        ("gestern", "de", "date", "2026-11-21"),
        ("ayer", "es", "date", "2026-11-21"),
        ("昨天", "zh", "date", "2026-11-21"),
        ("tracking 1z 999 aa1 01 2345 6784", "en", "tracking_number", "1Z999AA10123456784"),
        ("the second one", "en", "ordinal", 2),
        ("el segundo", "es", "ordinal", 2),
        ("第二个", "zh", "ordinal", 2),
        ("der zweite", "de", "ordinal", 2),
        ("the last one", "en", "ordinal", -1),
    ],
)
def test_a_detail_is_found_and_normalised(text: str, language: str, entity: str, value: Any) -> None:
    assert values(text, entity, language) == [value]


@pytest.mark.parametrize(
    ("text", "language", "entity"),
    [
        ("ich weiß es nicht", "de", "color"),
        ("Zürich-Mülligen", "de", "size"),
        ("por la mañana", "es", "date"),
        ("by the 2nd", "en", "ordinal"),
        ("nach ein paar tagen", "de", "quantity"),
        ("一个月了", "zh", "quantity"),
        ("1200 W", "en", "size"),
    ],
)
def test_a_lookalike_is_left_alone(text: str, language: str, entity: str) -> None:
    assert values(text, entity, language) == []


def test_entities_do_not_overlap() -> None:
    text = "#1048 2733, 2 pairs in blue size 42, 49,90 € on 12.05.2025, anna@example.org, +44 20 7946 0958"
    spans = extract(text, "en", TODAY, PATTERNS)
    assert all(left.end <= right.start for left, right in pairwise(spans))
    assert {span.entity for span in spans} == {
        "order_number", "quantity", "color", "size", "amount", "date", "email", "phone",
    }  # fmt: skip


def test_folding_keeps_every_place() -> None:
    text = "ﬁ １２ — ٣ Ｌ"
    assert len(fold(text)) == len(text)
    assert fold("１２ — ٣ Ｌ") == "12 - 3 L"
