"""Telling where an order is, with the tracking of its parcels."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import facts
from actions.context import context
from actions.intake import finished
from actions.turn import Turn
from bot.aftersales.order import Order, OrderState, Shipment
from bot.errors import NotIdentifiedError


class ActionTrackOrder(Action):
    """Tell a proved order's state, and for each parcel carrier, number, last scan and promise."""

    def name(self) -> str:
        return "action_track_order"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        turn, known = Turn(tracker), context()
        try:
            order = await known.proved_order(turn, tracker.get_slot("order_number") or "")
        except NotIdentifiedError:
            dispatcher.utter_message(response="utter_status_not_identified")
            return finished(turn)
        if not order.shipments:
            dispatcher.utter_message(
                response="utter_order_status",
                order_number=order.number,
                state=facts.label(f"label_order_state_{order.state}"),
                tracking=no_tracking(order),
                facts={"order": {"number": order.number, "state": order.state.value, "shipments": []}},
            )
        for shipment in order.shipments:
            self._say_shipment(dispatcher, order, shipment, shipment.is_late(known.clock()))
        return finished(turn)

    @staticmethod
    def _say_shipment(dispatcher: CollectingDispatcher, order: Order, shipment: Shipment, is_late: bool) -> None:
        if shipment.delivered_at:
            response = "utter_order_delivered"
        elif is_late:
            response = "utter_order_late"
        else:
            response = "utter_order_underway" if shipment.promised_by else "utter_order_underway_open"
        choices = []
        if is_late:
            choices = [
                facts.choice(facts.label("label_choice_complain"), '/choose_reason{"reason": "late_delivery"}'),
                facts.person_choice(),
            ]
        promised = shipment.delivered_at or shipment.promised_by
        dispatcher.utter_message(
            response=response,
            order_number=order.number,
            carrier=shipment.carrier,
            tracking_number=shipment.tracking_number,
            state=facts.label(f"label_shipment_state_{shipment.state}"),
            day=facts.day(promised) if promised else "",
            last=last_scan(shipment),
            facts={
                "order": {
                    "number": order.number,
                    "state": order.state.value,
                    "shipments": [
                        {
                            "carrier": shipment.carrier,
                            "tracking_number": shipment.tracking_number,
                            "state": shipment.state.value,
                            "late": is_late,
                        }
                    ],
                }
            },
            choices=choices,
        )


def no_tracking(order: Order) -> dict[str, Any] | str:
    """Return for a response why an order without parcels cannot be followed; nothing where its state says it all."""
    if order.state is OrderState.CANCELED:
        return ""
    is_to_come = order.state in (OrderState.PENDING, OrderState.PAID)
    return facts.label("label_tracking_not_yet" if is_to_come else "label_tracking_none")


def last_scan(shipment: Shipment) -> dict[str, Any] | str:
    """Return the newest scan of a parcel for a response; nothing before the first."""
    last = shipment.last_event
    if last is None:
        return ""
    return facts.label(
        "label_last_scan",
        state=facts.label(f"label_shipment_state_{last.state}"),
        place=last.location,
        at=facts.moment(last.at),
    )
