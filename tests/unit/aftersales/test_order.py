"""Orders: when they arrived, whether they are late, and who can prove that one is theirs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.aftersales.order import Shipment, ShipmentState, TrackingEvent, normalised_number
from tests.unit.aftersales.builders import NOW, a_line, a_split_order, an_order


@pytest.mark.parametrize(
    "factor",
    [
        "anna.becker@example.org",
        "  Anna.Becker@Example.ORG ",
        "ａｎｎａ．ｂｅｃｋｅｒ＠ｅｘａｍｐｌｅ．ｏｒｇ",
        "10115",
        "10 115",
        "1820",
        "+49 30 901820",
        "+4930901820",
    ],
)
def test_an_order_is_proved_by_email_postcode_or_phone(factor: str) -> None:
    assert an_order().is_proved_by(factor)


@pytest.mark.parametrize(
    "factor",
    [
        "",
        " ",
        "anna",
        "anna.becker@example.com",
        "10117",
        "1011",
        "820",
        "8201",
        "30901821",
        "10482733",
        "-",
        "Berlin",
    ],
)
def test_an_order_is_not_proved_by_anything_else(factor: str) -> None:
    assert not an_order().is_proved_by(factor)


def test_letters_of_a_postcode_may_be_written_in_either_case_and_spacing() -> None:
    order = an_order()
    order.address.postcode = "SE1 7PB"
    assert all(order.is_proved_by(factor) for factor in ("SE1 7PB", "se17pb", "Se1-7pb"))


def test_without_a_phone_number_no_digits_stand_in_for_it() -> None:
    order = an_order()
    order.customer.phone = None
    assert not order.is_proved_by("")
    assert not order.is_proved_by("1820")


def test_without_a_postcode_nothing_empty_proves_the_order() -> None:
    order = an_order()
    order.address.postcode = ""
    assert not order.is_proved_by("")
    assert not order.is_proved_by("--")


@given(st.text(st.characters(blacklist_categories=("Nd", "Nl", "No", "Cs"), blacklist_characters="@＠﹫")))
def test_no_text_without_digits_or_an_at_sign_proves_an_order(text: str) -> None:
    assert not an_order().is_proved_by(text)


@pytest.mark.parametrize(
    "written",
    ["10482733", "#1048 2733", "１０４８２７３３", "1048-2733", "1048.27.33", " 10482733 ", "1048_2733"],
)
def test_an_order_number_is_the_same_however_it_is_written(written: str) -> None:
    assert normalised_number(written) == "10482733"


def test_letters_of_an_order_number_become_capitals() -> None:
    assert normalised_number("ab-12 34") == "AB1234"


def test_an_order_has_arrived_when_its_last_parcel_has() -> None:
    order = an_order(delivered_days_ago=5)
    later = NOW - timedelta(days=2)
    order.shipments.append(Shipment("s2", "Kranich Paket", "KP0043", ShipmentState.DELIVERED, delivered_at=later))
    assert order.delivered_at == later


def test_an_order_has_not_arrived_while_a_parcel_is_underway() -> None:
    order = an_order(delivered_days_ago=5)
    order.shipments.append(Shipment("s2", "Kranich Paket", "KP0043", ShipmentState.IN_TRANSIT))
    assert order.delivered_at is None
    assert order.arrived_at == NOW - timedelta(days=5)


def test_an_order_without_a_parcel_has_not_arrived() -> None:
    order = an_order()
    order.shipments.clear()
    assert order.delivered_at is None
    assert order.arrived_at is None
    assert not order.is_split


@pytest.mark.parametrize("state", set(ShipmentState) - {ShipmentState.DELIVERED})
def test_an_order_is_split_while_one_parcel_is_there_and_another_is_not(state: ShipmentState) -> None:
    order = a_split_order(state)
    assert order.is_split
    order.shipments.pop(0)
    assert not order.is_split


def test_parcels_on_their_last_way_fare_as_those_under_way() -> None:
    order = a_split_order(ShipmentState.IN_TRANSIT, ShipmentState.OUT_FOR_DELIVERY)
    order.shipments.pop(0)
    assert not order.is_split


def test_a_parcel_is_late_after_its_promised_time_until_it_arrives() -> None:
    parcel = Shipment("s", "Kranich Paket", "KP1", ShipmentState.IN_TRANSIT, promised_by=NOW)
    assert not parcel.is_late(NOW)
    assert parcel.is_late(NOW + timedelta(seconds=1))
    parcel.delivered_at = NOW + timedelta(days=1)
    assert not parcel.is_late(NOW + timedelta(days=2))


def test_a_parcel_without_a_promise_is_never_late() -> None:
    parcel = Shipment("s", "Kranich Paket", "KP1", ShipmentState.IN_TRANSIT)
    assert not parcel.is_late(NOW + timedelta(days=999))


def test_the_last_event_is_the_newest_scan_in_whatever_order_scans_came() -> None:
    parcel = Shipment("s", "Kranich Paket", "KP1", ShipmentState.IN_TRANSIT)
    assert parcel.last_event is None
    newest = TrackingEvent(NOW, ShipmentState.OUT_FOR_DELIVERY)
    parcel.events = [newest, TrackingEvent(NOW - timedelta(hours=5), ShipmentState.IN_TRANSIT)]
    assert parcel.last_event is newest


def test_lines_are_found_by_position() -> None:
    order = an_order(a_line(1), a_line(2))
    assert order.line(2) is order.lines[1]
    assert order.line(3) is None


def test_all_amounts_of_an_order_share_its_currency() -> None:
    assert an_order().currency == "EUR"


def test_a_line_names_its_variant() -> None:
    line = a_line()
    assert line.variant_label == "42 / black"
    line.size = None
    assert line.variant_label == "black"
