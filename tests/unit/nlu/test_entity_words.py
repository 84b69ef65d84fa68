"""In each of the languages, a colour, a number, a place in the list and days are found as people say them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.l10n.languages import SPOKEN
from bot.nlu.entities.calendars import from_persian, to_persian_year
from bot.nlu.entities.extract import extract
from bot.nlu.entities.order_number import OrderNumberPatterns

PATTERNS = OrderNumberPatterns.compile([r"(?:PL)?\d{8}"], [r"\d{6,10}", r"[A-Z]{1,4}\d{5,10}"])
#: A Sunday.
TODAY = date(2026, 11, 22)
EXPECTED: list[tuple[str, Any]] = [
    ("color", "black"),
    ("quantity", 3),
    ("ordinal", 2),
    ("date", "2026-11-21"),
    ("date", "2026-11-19"),
    ("date", "2026-11-20"),
    ("date", "2026-03-03"),
]
SENTENCES: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("entity_words.yml").read_text("utf-8"))


def found(text: str, language: str) -> list[tuple[str, Any]]:
    return [(span.entity, span.value) for span in extract(text, language, TODAY, PATTERNS)]


def test_every_spoken_language_is_tested() -> None:
    assert set(SENTENCES) == set(SPOKEN)


@pytest.mark.parametrize("language", SPOKEN)
def test_words_of_a_language_are_found_and_nothing_else(language: str) -> None:
    assert [found(text, language) for text in SENTENCES[language]] == [[expected] for expected in EXPECTED]


@pytest.mark.parametrize(
    ("text", "language", "entity", "value"),
    [
        ("ซื้อวันที่ 3/3/69", "th", "date", "2026-03-03"),
        ("3/3/2569", "th", "date", "2026-03-03"),
        ("令和8年3月3日", "ja", "date", "2026-03-03"),
        ("民國115年3月3日", "zh-TW", "date", "2026-03-03"),
        ("۱۴۰۴/۱۲/۱۲", "fa", "date", "2026-03-03"),
        ("3. 3. 2026", "cs", "date", "2026-03-03"),
        ("2026. 3. 3.", "ko", "date", "2026-03-03"),
        ("since Monday", "en", "date", "2026-11-16"),
        ("nächsten Montag", "de", "date", "2026-11-23"),
        ("a week ago", "en", "date", "2026-11-15"),
        ("месяц назад", "ru", "date", "2026-10-22"),
        ("bought two years ago", "en", "date", "2024-11-22"),
        ("prije 3 dana", "hr", "date", "2026-11-19"),
        ("minulý týždeň, 3. marca", "sk", "date", "2026-03-03"),
        ("včera", "sk", "date", "2026-11-21"),
        ("både var trasiga", "sv", "quantity", None),
        ("båda är trasiga", "sv", "quantity", 2),
        ("ein Paar", "de", "quantity", 1),
        ("وصلتني قطعتين", "ar", "quantity", 2),
        ("٣ قطع", "ar", "quantity", 3),
        ("३ पीस", "hi", "quantity", 3),
        ("๓ ชิ้น", "th", "quantity", 3),
        ("３個", "ja", "quantity", 3),
        ("size large please", "en", "size", "L"),
        ("talla mediana", "es", "size", "M"),
        ("大号", "zh", "size", "L"),
        ("размер ٤٢", "ru", "size", "42"),
        ("١٢٫٥٠ دولار", "ar", "amount", {"amount": "12.50", "currency": "USD"}),
        ("50 złotych", "pl", "amount", {"amount": "50", "currency": "PLN"}),
        ("500 иен", "ru", "amount", {"amount": "500", "currency": "JPY"}),
        ("30 ευρώ", "el", "amount", {"amount": "30", "currency": "EUR"}),
        ("५० रुपये", "hi", "amount", {"amount": "50", "currency": "INR"}),
        ("الرمز البريدي ١٣٣٢٥", "ar", "postcode", "13325"),
    ],
)
def test_a_detail_of_one_language_is_found(text: str, language: str, entity: str, value: Any) -> None:
    values = [found_value for name, found_value in found(text, language) if name == entity]
    assert values == ([] if value is None else [value])


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("guten Morgen", "de"),
        ("por la mañana", "es"),
        ("hier ist nichts", "de"),
        ("vâng ạ", "vi"),
        ("because do lỗi", "vi"),
        ("面白いですね", "ja"),
        ("我明白的", "zh"),
        ("zwei Größen zu groß", "de"),
        ("a size too small", "en"),
        ("iki beden büyük", "tr"),
        ("vilken sort är det", "sv"),
        ("a couple of days", "en"),
        ("in a second", "en"),
        ("mai am o întrebare", "ro"),
        ("ich weiß es nicht", "de"),
        ("try 3 times", "en"),
        ("निकाला गया", "hi"),
        ("3.5 kg", "en"),
        ("10-12 days", "en"),
    ],
)
def test_a_lookalike_of_one_language_is_left_alone(text: str, language: str) -> None:
    assert found(text, language) == []


def test_the_persian_year_begins_in_march() -> None:
    assert from_persian(1404, 1, 1) == date(2025, 3, 21)
    assert from_persian(1403, 12, 30) == date(2025, 3, 20)
    assert from_persian(1404, 12, 30) is None
    assert (to_persian_year(date(2026, 3, 20)), to_persian_year(date(2026, 3, 21))) == (1404, 1405)
