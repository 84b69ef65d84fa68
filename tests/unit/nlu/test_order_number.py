from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.entities.extract import extract
from bot.nlu.entities.order_number import OrderNumberPatterns, normalise

PATTERNS = OrderNumberPatterns.compile([r"(?:PL)?\d{8}"], [r"\d{6,10}", r"[A-Z]{1,4}\d{5,10}"])
TODAY = date(2026, 11, 22)


def found(text: str, language: str = "en") -> list[str]:
    return [span.value for span in extract(text, language, TODAY, PATTERNS) if span.entity == "order_number"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10482733", "10482733"),
        ("where is #10482733?", "10482733"),
        ("order 1048 2733 please", "10482733"),
        ("it's 1048-2733.", "10482733"),
        ("1048.2733", "10482733"),
        ("pl-10482733", "PL10482733"),
        ("Pl 1048 2733, thanks", "PL10482733"),
        ("10 48 27 33", "10482733"),
        ("pedido nro 1 0 4 8 2 7 3 3", "10482733"),
        ("order no 10482733, size 42", "10482733"),
        ("10482733 2 pairs", "10482733"),
        ("订单１０４８２７３３到哪了", "10482733"),
        ("你好，１０４８２７３３就是", "10482733"),
        ("طلبي رقم ١٠٤٨٢٧٣٣", "10482733"),
        ("मेरा ऑर्डर १०४८२७३३", "10482733"),
        ("คำสั่งซื้อ ๑๐๔๘๒๗๓๓", "10482733"),
        ("für 10482733 will ich mein Geld", "10482733"),
        ("my order is AB123456", "AB123456"),
        ("order number 123456", "123456"),
        ("orden MX 20981153", "MX20981153"),
        ("ES-30918846", "ES30918846"),
        ("Bestellnr 10487316", "10487316"),
        ("order no 10432255", "10432255"),
    ],
)
def test_an_order_number_is_found_however_it_is_typed(text: str, value: str) -> None:
    assert found(text) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "1Z999AA10123456784",
        "tracking RR123456789CN",
        "JJD0123456789",
        "00340434161094042557",
        "my tracking number is 12345678",
        "Sendungsnummer 1234567890",
        "运单号 12345678",
        "guía 12345678",
        "+49 170 1234567",
        "call me on 555-0142-338",
        "tel 12345678",
        "bought on 2024-05-12",
        "20240512买的",
        "zip 12345678",
        "邮编518000",
        "paid 64.50 USD",
        "DE89 3704 0044 0532 0130 00",
        "anna10482733@example.org",
        "https://example.org/orders/10482733",
        "RMA-4471",
        "sku 10482733",
        "a table of 1200 x 600 mm",
    ],
)
def test_other_numbers_are_not_taken_for_order_numbers(text: str) -> None:
    assert found(text) == []


def test_order_number_and_tracking_number_are_told_apart_in_one_message() -> None:
    spans = extract("order 10718830, tracking 1Z999AA10123456784", "en", TODAY, PATTERNS)
    assert [(span.entity, span.value) for span in spans] == [
        ("order_number", "10718830"),
        ("tracking_number", "1Z999AA10123456784"),
    ]


def test_places_refer_to_the_text_as_it_was_typed() -> None:
    text = "订单１０４８ ２７３３的退款"
    (span,) = extract(text, "zh", TODAY, PATTERNS)
    assert text[span.start : span.end] == "１０４８ ２７３３"


def test_the_shape_of_order_numbers_is_configuration() -> None:
    own = OrderNumberPatterns.compile([r"SHOP\d{4}"], [])
    (span,) = extract("about shop-1234", "en", TODAY, own)
    assert span.value == "SHOP1234"


def test_normalising_is_the_same_for_every_spelling() -> None:
    assert {normalise(text) for text in ("#pl-1048 2733", "PL10482733", "ｐｌ１０４８２７３３")} == {"PL10482733"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Order#10482733please", "10482733"),
        ("order10482733", "10482733"),
        ("order 10482733a", "10482733"),
        ("Bestellung10482733bitte", "10482733"),
        ("número10482733", "10482733"),
        ("заказ10482733где", "10482733"),
        ("PL10482733please", "PL10482733"),
    ],
)
def test_a_missing_space_does_not_hide_the_shops_own_numbers(text: str, value: str) -> None:
    assert found(text) == [value]


@pytest.mark.parametrize(
    "text",
    ["order 104827331a2", "3f10482733ab", "order 123456abc", "order abcde123456", "AA12345678BB",
     "order 104827334455667"],
)  # fmt: skip
def test_part_of_a_longer_code_is_no_order_number(text: str) -> None:
    assert found(text) == []


@given(st.text(alphabet="0123456789 .,-/#aAzZéßж订_+", max_size=30), st.sampled_from(["order ", "#", "", "pl"]))
def test_only_whole_rows_of_digits_are_found(text: str, before: str) -> None:
    message = before + text
    for span in extract(message, "en", TODAY, PATTERNS):
        if span.entity == "order_number":
            assert not message[: span.start][-1:].isdigit()
            assert not message[span.end :][:1].isdigit()
            runs = re.findall(r"\d+", message[span.start : span.end])
            assert "".join(runs) == re.sub(r"\D", "", span.value)


@given(st.integers(min_value=10**7, max_value=10**8 - 1), st.sampled_from(["", "0", "9x", "x9"]))
def test_a_longer_number_never_gives_a_shorter_one(number: int, tail: str) -> None:
    assert found(f"order {number}{tail}") in ([str(number)], [f"{number}{tail}"], [])
    if tail in ("9x", "x9"):
        assert found(f"order {number}{tail}") == []
