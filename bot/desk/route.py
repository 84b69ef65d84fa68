"""The way of a parcel as people draw it: one stop for each place, with the time between them and what lies ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.aftersales.labels import Label
from bot.aftersales.liability import SCAN_GAP_DAYS
from bot.aftersales.order import Order, Shipment, ShipmentState, TrackingEvent

_LONG = timedelta(days=SCAN_GAP_DAYS)
_TROUBLE = frozenset({ShipmentState.LOST, ShipmentState.RETURNED_TO_SENDER, ShipmentState.IN_CUSTOMS})


class StopKind(Label):
    """What a stop is to the parcel."""

    PASSED = "passed"
    HERE = "here"
    ARRIVED = "arrived"
    AHEAD = "ahead"


@dataclass(frozen=True)
class Stop:
    """A place with the scans there, oldest first; ``since_last`` is the time since the stop before.

    ``place`` is empty where the carrier named none. ``is_silent`` tells that nothing was heard for so long that the
    parcel counts as missing, ``is_trouble`` that a scan tells of a problem.
    """

    place: str
    kind: StopKind
    events: tuple[TrackingEvent, ...] = ()
    since_last: timedelta | None = None
    is_silent: bool = False
    is_trouble: bool = False
    country: str | None = None
    expected_by: datetime | None = None


def route_of(shipment: Shipment, order: Order, now: datetime) -> list[Stop]:
    """Return a parcel's stops in the order of travel, the destination last."""
    groups: list[list[TrackingEvent]] = []
    for event in sorted(shipment.events, key=lambda event: event.at):
        if groups and (event.location or "") in ("", groups[-1][0].location or ""):
            groups[-1].append(event)
        else:
            groups.append([event])
    has_arrived = shipment.delivered_at is not None or shipment.state is ShipmentState.DELIVERED
    stops = []
    for number, events in enumerate(groups):
        is_last = number == len(groups) - 1
        before = groups[number - 1][-1].at if number else None
        kind = StopKind.PASSED if not is_last else StopKind.ARRIVED if has_arrived else StopKind.HERE
        gap = events[0].at - before if before else None
        stops.append(
            Stop(
                events[0].location or "",
                kind,
                tuple(events),
                gap,
                is_silent=gap is not None and gap > _LONG,
                is_trouble=any(event.state in _TROUBLE for event in events),
            )
        )
    if not has_arrived:
        silence = now - groups[-1][-1].at if groups else None
        stops.append(
            Stop(
                order.address.city,
                StopKind.AHEAD,
                since_last=silence,
                is_silent=silence is not None and silence > _LONG,
                country=order.address.country,
                expected_by=shipment.promised_by,
            )
        )
    return stops
