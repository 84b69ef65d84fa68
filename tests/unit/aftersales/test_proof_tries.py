"""Tries at proving an order: five wrong ones lock it for an hour."""

from __future__ import annotations

from datetime import timedelta

from bot.aftersales.identification import LOCK, MAX_WRONG_TRIES, Identification
from tests.unit.aftersales.builders import NOW


def tried(times: int) -> Identification:
    record = Identification("conversation-1", "10482733")
    for _ in range(times):
        record.fail(NOW)
    return record


def test_an_order_is_not_proved_at_first() -> None:
    record = tried(0)
    assert not record.is_proved
    assert not record.is_locked(NOW)


def test_four_wrong_tries_leave_a_fifth() -> None:
    assert not tried(MAX_WRONG_TRIES - 1).is_locked(NOW)


def test_five_wrong_tries_lock_for_an_hour() -> None:
    record = tried(5)
    assert record.is_locked(NOW)
    assert record.is_locked(NOW + LOCK - timedelta(seconds=1))
    assert not record.is_locked(NOW + timedelta(hours=1))


def test_after_the_lock_there_are_five_tries_again() -> None:
    record = tried(5)
    later = NOW + LOCK
    for _ in range(4):
        record.fail(later)
    assert not record.is_locked(later)
    record.fail(later)
    assert record.is_locked(later)


def test_a_proof_forgets_wrong_tries_and_stays() -> None:
    record = tried(4)
    record.prove(NOW)
    assert record.is_proved
    record.fail(NOW)
    assert not record.is_locked(NOW)
    assert record.is_proved
