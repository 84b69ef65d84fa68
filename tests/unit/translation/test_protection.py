"""What must not change survives machine translation, or the translation is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.translation.protection import DamagedTranslationError, protect


@pytest.mark.parametrize(
    "span",
    [
        "{order_number}", "[Jane Doe]", "PA-10294", "10482733", "#8812", "TSH-BLK-M", "SKU4411", "1Z999AA10123456784",
        "RR 123 456 789 CN", "ana.b+x@mail.example.org", "https://shop.example/a?b=1&c=[2]", "$12.50",
        "USD 1,234.50", "1.234,56 €", "1 234,50 zł", "¥129", "129元", "3000円", "CHF 40", "-5.00 EUR", "12,50", "€5",
        "+49 170 1234567", "<x0/>",
    ],
)  # fmt: skip
def test_what_must_not_change_is_hidden_from_the_engine_and_comes_back(span: str) -> None:
    protected = protect(f"Please look at {span}, thank you")
    assert span not in protected.masked or span == "<x0/>"
    assert span in "".join(protected.spans) and protected.has_words
    assert protected.restore("Gracias: " + "".join(f"<X {n} /> " for n in range(len(protected.spans)))).find(span) > 0


@pytest.mark.parametrize("text", ["My T-shirt is too small", "Two of 3 cups broke", "I want an e-mail", "He said: ok?"])
def test_plain_words_and_small_numbers_are_left_to_the_engine(text: str) -> None:
    assert protect(text).spans == ()


def test_a_currency_that_is_a_word_is_translated_but_its_number_is_kept() -> None:
    assert protect("I paid 25 dollars").masked == "I paid <x0/> dollars"


def test_marks_come_back_wherever_the_engine_puts_them() -> None:
    protected = protect("{case} is about {item}")
    assert protected.restore("Auf < x1/> bezieht sich <X 0 />") == "Auf {item} bezieht sich {case}"


@pytest.mark.parametrize(
    "answer", ["nothing", "<x0/> <x0/>", "<x0/> <x1/> <x2/>", "<x0/> x1/>", "<x0/> <x1/> <x", "<x0/> <x1> </x1>"]
)
def test_a_lost_doubled_invented_or_broken_mark_is_refused(answer: str) -> None:
    with pytest.raises(DamagedTranslationError):
        protect("{case} is about {item}").restore(answer)


@pytest.mark.parametrize("text", ["10482733", "{name}", "  ", "#12 https://shop.example", "!?"])
def test_a_text_without_words_has_nothing_to_translate(text: str) -> None:
    assert not protect(text).has_words


@given(st.text(alphabet=st.sampled_from("ab xX019<>/[]{}@.,-€$#元 \n")) | st.text())
def test_any_text_comes_back_from_an_engine_that_changes_nothing(text: str) -> None:
    protected = protect(text)
    assert protected.restore(protected.masked) == text


@given(st.lists(st.sampled_from(["PA-10294", "{item}", "12,50 €", "word", "ana@mail.example.org"]), min_size=1))
def test_every_span_comes_back_when_the_words_change_and_their_order(parts: list[str]) -> None:
    protected = protect(" ".join(parts))
    turned = " ".join(reversed(protected.masked.replace("word", "Wort").split()))
    assert sorted(protected.restore(turned).split()) == sorted(" ".join(parts).replace("word", "Wort").split())
