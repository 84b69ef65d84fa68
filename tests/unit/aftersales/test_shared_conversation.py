"""Whose words are whose in a conversation that several customers have written in."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.aftersales.shared_conversation import Part, SharedConversation
from tests.unit.aftersales.builders import NOW


def at(hours: int) -> datetime:
    return NOW + timedelta(hours=hours)


def shared(*parts: tuple[str, int, int | None], told: dict[int, str] | None = None) -> SharedConversation:
    """Return a conversation with parts of customers, from one hour to another."""
    return SharedConversation(
        [Part(who, at(since), None if until is None else at(until)) for who, since, until in parts], told or {}
    )


FIRST_ANNA_THEN_BEN = shared(("anna", 2, 4), ("ben", 8, 9))


def test_what_led_to_the_first_matter_and_lies_within_it_is_of_its_customer() -> None:
    assert [FIRST_ANNA_THEN_BEN.is_of("anna", at(hours)) for hours in (0, 2, 3, 4)] == [True] * 4
    assert [FIRST_ANNA_THEN_BEN.is_of("ben", at(hours)) for hours in (8, 9, 99)] == [True] * 3


def test_what_lies_between_two_customers_is_of_neither_for_certain_and_may_go_with_both() -> None:
    for customer in ("anna", "ben"):
        assert not FIRST_ANNA_THEN_BEN.is_of(customer, at(6))
        assert FIRST_ANNA_THEN_BEN.may_go_with(customer, at(6))


def test_what_lies_in_the_matter_of_another_stays() -> None:
    assert not FIRST_ANNA_THEN_BEN.may_go_with("anna", at(8))
    assert not FIRST_ANNA_THEN_BEN.may_go_with("ben", at(3))


def test_what_the_open_matter_of_another_needs_stays_though_it_may_be_ones_own() -> None:
    both = shared(("anna", 2, 9), ("ben", 5, None))
    assert both.may_go_with("anna", at(4))
    assert not both.may_go_with("anna", at(6))
    assert not both.is_of("anna", at(6))


def test_an_announcement_is_of_whom_it_was_made_to_whenever_it_came() -> None:
    conversation = shared(("anna", 2, 4), ("ben", 8, None), told={7: "ben", 8: "anna"})
    assert conversation.is_of("ben", at(3), 7)
    assert not conversation.may_go_with("anna", at(3), 7)
    assert conversation.may_go_with("anna", at(9), 8)
