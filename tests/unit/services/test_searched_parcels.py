"""Of several parcels of an order only the one that is missing is searched for, and only it spares a second one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.aftersales.case import Case, CaseState
from bot.aftersales.labels import IssueType
from bot.aftersales.order import Order, ShipmentState
from bot.aftersales.reship import Reshipment, ReshipState
from bot.aftersales.search import searched_parcel
from bot.services import reshipments
from tests.unit.aftersales.builders import NOW, a_case, a_split_order
from tests.unit.services.lifecycles import LATER, a_world_with_case, told
from tests.unit.services.reporting_shop import Shop
from tests.unit.services.world import World

SEARCHED = NOW + timedelta(days=7)
UNDER_WAY, LOST = ShipmentState.IN_TRANSIT, ShipmentState.LOST


def split(*states: ShipmentState) -> Order:
    """Return an order whose first parcel arrived; of the others, KP0043 on, each is silent for longer than the last."""
    order = a_split_order(*states)
    for days, shipment in enumerate(order.shipments[1:], start=1):
        (scan,) = shipment.events
        shipment.events[:] = [replace(scan, at=NOW - timedelta(days=days))]
    return order


async def searched(order: Order) -> tuple[World, Case, Reshipment]:
    world, case = await a_world_with_case(order, issue=IssueType.LOST_PARCEL)
    async with world.uow() as uow:
        reshipment = await reshipments.add_reshipment(uow, case, world.order, NOW, search_until=SEARCHED)
        await uow.commit()
    return world, case, reshipment


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((UNDER_WAY, LOST), "KP0044"),
        ((LOST, UNDER_WAY), "KP0043"),
        ((UNDER_WAY, UNDER_WAY), "KP0044"),
        ((UNDER_WAY, ShipmentState.IN_CUSTOMS), "KP0043"),
        ((), "KP0042"),
    ],
)
def test_what_the_carrier_lost_is_searched_for_else_what_is_silent_for_longest(
    states: tuple[ShipmentState, ...], expected: str
) -> None:
    found = searched_parcel(split(*states), IssueType.LOST_PARCEL)
    assert found is not None and found.tracking_number == expected


def test_what_the_customer_denies_having_is_among_what_was_delivered() -> None:
    found = searched_parcel(split(UNDER_WAY), IssueType.DELIVERED_NOT_RECEIVED)
    assert found is not None and found.tracking_number == "KP0042"


def test_two_complaints_are_about_two_parcels_where_two_are_missing() -> None:
    order = split(UNDER_WAY, UNDER_WAY)
    for others, expected in (({"KP0044"}, "KP0043"), ({"KP0043", "KP0044"}, "KP0044")):
        found = searched_parcel(order, IssueType.LOST_PARCEL, others)
        assert found is not None and found.tracking_number == expected


def test_an_order_without_parcels_has_none_to_search_for() -> None:
    order = split()
    order.shipments.clear()
    assert searched_parcel(order, IssueType.LOST_PARCEL) is None


async def test_another_parcel_that_arrives_spares_nothing() -> None:
    world, case, reshipment = await searched(split(UNDER_WAY, LOST))
    shop = Shop(world)
    await shop.scan("KP0043", "delivered")
    assert (reshipment.state, case.state) == (ReshipState.SEARCHING, CaseState.EXECUTING)
    assert told(world) == []
    await shop.scan("KP0044", "delivered")
    assert (reshipment.state, case.state) == (ReshipState.FOUND_MEANWHILE, CaseState.RESOLVED)


@pytest.mark.parametrize("is_reserved", [False, True])
async def test_a_parcel_that_is_lost_while_another_one_is_searched_for_is_the_missing_one(is_reserved: bool) -> None:
    world, _, reshipment = await searched(split(UNDER_WAY, UNDER_WAY))
    if is_reserved:
        await reshipments.end_searches(world.uow, SEARCHED)
    shop = Shop(world)
    await shop.scan("KP0043", "lost")
    assert (reshipment.state, reshipment.lost_tracking_number) == (ReshipState.RESERVED, "KP0043")
    await shop.scan("KP0044", "delivered")
    assert reshipment.state is ReshipState.RESERVED


async def test_a_lost_parcel_whose_goods_are_sent_again_ends_no_other_search() -> None:
    world, _, first = await searched(split(UNDER_WAY, UNDER_WAY))
    other = a_case("C1000002")
    other.issue_type, other.lines, other.state = IssueType.LOST_PARCEL, {2: 1}, CaseState.EXECUTING
    world.database.all(Case).append(other)
    async with world.uow() as uow:
        second = await reshipments.add_reshipment(uow, other, world.order, NOW, search_until=SEARCHED)
        await reshipments.reserve(uow, first, NOW)
        await reshipments.ship(uow, first.number, "Kranich Paket", "KP7", LATER)
        await uow.commit()
    assert (first.lost_tracking_number, second.lost_tracking_number) == ("KP0044", "KP0043")
    promised = other.next_contact_by
    await Shop(world).scan("KP0044", "lost")
    assert (second.state, second.lost_tracking_number) == (ReshipState.SEARCHING, "KP0043")
    assert (told(world), other.next_contact_by) == (["reship_shipped"], promised)


async def test_of_two_lost_parcels_the_one_that_turns_up_spares_only_its_own_goods() -> None:
    world, _, reshipment = await searched(split(UNDER_WAY, UNDER_WAY))
    shop = Shop(world)
    await shop.scan("KP0044", "lost")
    await shop.scan("KP0043", "lost")
    assert (reshipment.state, reshipment.lost_tracking_number) == (ReshipState.RESERVED, "KP0044")
    await shop.scan("KP0043", "delivered")
    assert reshipment.state is ReshipState.RESERVED
