"""The states of an exchange's replacement."""

from __future__ import annotations

from datetime import date

import pytest

from bot.aftersales.exchange import Exchange, ExchangeState
from bot.errors import IllegalStateError
from tests.unit.aftersales.builders import NOW, euros

S = ExchangeState


def an_exchange(state: ExchangeState = S.REPLACEMENT_RESERVED) -> Exchange:
    return Exchange("R1000001", "C1000001", "10482733", "shoes-43", 1, euros(0), date(2026, 4, 3), state)


def test_a_reserved_replacement_is_shipped() -> None:
    exchange = an_exchange()
    exchange.ship("Kranich Paket", "KP9", NOW)
    assert exchange.state is S.REPLACEMENT_SHIPPED
    assert (exchange.tracking_number, exchange.shipped_at) == ("KP9", NOW)
    assert exchange.is_open


def test_a_reserved_replacement_can_be_given_up() -> None:
    exchange = an_exchange()
    exchange.cancel(NOW)
    assert exchange.state is S.CANCELED
    assert not exchange.is_open


def test_a_replacement_that_was_lost_can_be_given_up() -> None:
    exchange = an_exchange(S.REPLACEMENT_SHIPPED)
    exchange.cancel(NOW)
    assert (exchange.state, exchange.is_open) == (S.CANCELED, False)


@pytest.mark.parametrize("state", [S.REPLACEMENT_DELIVERED, S.CANCELED])
def test_what_has_arrived_is_not_given_up(state: ExchangeState) -> None:
    exchange = an_exchange(state)
    with pytest.raises(IllegalStateError) as refusal:
        exchange.cancel(NOW)
    assert refusal.value.fields["current"] == state.value
    assert exchange.state is state


def test_a_replacement_that_was_lost_is_sent_again_but_not_once_it_arrived() -> None:
    exchange = an_exchange(S.REPLACEMENT_SHIPPED)
    exchange.ship("Kranich Paket", "KP10", NOW)
    assert exchange.tracking_number == "KP10"
    exchange.deliver(NOW)
    with pytest.raises(IllegalStateError):
        exchange.ship("Kranich Paket", "KP11", NOW)


def test_a_replacement_leaves_when_the_goods_are_here_or_in_advance() -> None:
    exchange = an_exchange()
    assert exchange.may_ship(goods_are_here=True)
    assert not exchange.may_ship(goods_are_here=False)
    exchange.in_advance = True
    assert exchange.may_ship(goods_are_here=False)


def test_a_dearer_replacement_waits_for_the_difference() -> None:
    exchange = an_exchange()
    exchange.price_difference = euros(5)
    assert not exchange.may_ship(goods_are_here=True)
    exchange.settle_difference()
    assert exchange.may_ship(goods_are_here=True)


def test_a_delivered_replacement_needs_nothing_more() -> None:
    assert not an_exchange(S.REPLACEMENT_DELIVERED).is_open
