"""The states of an exchange's replacement."""

from __future__ import annotations

from datetime import date

import pytest

from bot.aftersales.exchange import Exchange, ExchangeState
from bot.errors import IllegalStateError
from tests.unit.aftersales.builders import euros

S = ExchangeState


def an_exchange(state: ExchangeState = S.REPLACEMENT_RESERVED) -> Exchange:
    return Exchange("R1000001", "C1000001", "10482733", "shoes-43", 1, euros(0), date(2026, 4, 3), state)


def test_a_reserved_replacement_is_shipped() -> None:
    exchange = an_exchange()
    exchange.ship()
    assert exchange.state is S.REPLACEMENT_SHIPPED
    assert exchange.is_open


def test_a_reserved_replacement_can_be_given_up() -> None:
    exchange = an_exchange()
    exchange.cancel()
    assert exchange.state is S.CANCELED
    assert not exchange.is_open


@pytest.mark.parametrize("state", [S.REPLACEMENT_SHIPPED, S.REPLACEMENT_DELIVERED, S.CANCELED])
@pytest.mark.parametrize("verb", ["cancel", "ship"])
def test_after_shipping_nothing_is_given_up_or_shipped_again(state: ExchangeState, verb: str) -> None:
    exchange = an_exchange(state)
    with pytest.raises(IllegalStateError) as refusal:
        getattr(exchange, verb)()
    assert refusal.value.fields["current"] == state.value
    assert exchange.state is state


def test_a_delivered_replacement_needs_nothing_more() -> None:
    assert not an_exchange(S.REPLACEMENT_DELIVERED).is_open
