from __future__ import annotations

from bot.aftersales.selection import Selection, untaken
from tests.unit.aftersales.builders import a_line, euros


def test_the_price_of_pieces_is_what_was_paid_for_them() -> None:
    line = a_line(1, 3)
    line.unit_price, line.discount = euros("10.00"), euros("2.00")
    assert Selection(line, 3).price == euros("28.00")
    # The odd cents of the discount are taken off the first pieces.
    assert Selection(line, 1).price == euros("9.33")
    assert Selection(line, 2).price == euros("18.66")


def test_what_is_taken_is_left_out_of_a_choice() -> None:
    first, second, third = a_line(1), a_line(2, 3), a_line(3, 3)
    chosen = [Selection(first, 1), Selection(second, 3), Selection(third, 1)]
    assert untaken(chosen, {}) == chosen
    assert untaken(chosen, {1: 1, 2: 1, 3: 2}) == [Selection(second, 2), Selection(third, 1)]
