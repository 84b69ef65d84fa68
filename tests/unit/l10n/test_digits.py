from __future__ import annotations

import pytest

from bot.l10n.digits import digit


@pytest.mark.parametrize("text", ["5", " 5\n", "٥", "۵", "５", "५", "๕", "৫"])
def test_a_digit_counts_in_every_script(text: str) -> None:
    assert digit(text) == 5


@pytest.mark.parametrize("text", ["", " ", "55", "٥٥", "5.", "-5", "²", "⑤", "五", "five"])
def test_anything_else_is_no_digit(text: str) -> None:
    assert digit(text) is None
