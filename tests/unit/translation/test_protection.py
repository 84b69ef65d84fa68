"""Placeholders survive machine translation, or the translation is refused."""

from __future__ import annotations

import pytest

from bot.translation.protection import DamagedTranslationError, translate_protected


def test_placeholders_come_back_wherever_the_engine_puts_them() -> None:
    def engine(text: str) -> str:
        assert "{" not in text
        return f"Auf {text.split()[-1]} bezieht sich <X 0 />"

    assert translate_protected("{case} is about {item}", engine) == "Auf {item} bezieht sich {case}"


@pytest.mark.parametrize("answer", ["nothing", "<x0/> <x0/>", "<x0/> <x1/> <x2/>"])
def test_a_lost_doubled_or_invented_placeholder_is_refused(answer: str) -> None:
    with pytest.raises(DamagedTranslationError):
        translate_protected("{case} is about {item}", lambda text: answer)


def test_a_text_without_placeholders_is_passed_on() -> None:
    assert translate_protected("Hello", str.upper) == "HELLO"
