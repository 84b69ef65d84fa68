"""Recognising responses by their wording."""

from __future__ import annotations

from bench.expectations import Expectations

_KNOWN = Expectations([("utter_opened", "Open: {rma}. Send it by {day}."), ("utter_ask", "{summary}\n\nShall I?")])


def test_a_filled_response_is_recognised() -> None:
    assert _KNOWN.are_met(("utter_opened",), ["Open: R1. Send it by 3 May."])


def test_an_unfilled_response_is_recognised() -> None:
    assert _KNOWN.are_met(("utter_opened",), ["Open: {rma}. Send it by {'type': 'date'}."])


def test_a_value_may_span_lines() -> None:
    assert _KNOWN.are_met(("utter_ask",), ["one\ntwo\n\nShall I?"])


def test_something_else_beside_the_expected_is_not_expected() -> None:
    assert not _KNOWN.are_met(("utter_ask",), ["x\n\nShall I?", "I did not understand that."])


def test_silence_is_not_expected() -> None:
    assert not _KNOWN.are_met(("utter_ask",), [])
