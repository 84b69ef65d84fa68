"""Orders of the demo shop that never change, for tests, documentation and the five-minute tour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.aftersales.order import Customer, Order, OrderState, ShipmentState
from bot.services import demo_people as people
from bot.services.demo_catalogue import Country
from bot.services.demo_orders import Checkout, Course, OrderFactory, Parcel, delivered, under_way
from bot.services.demo_people import Person
from bot.services.demo_situations import NOTHING_ELSE, told

_CUSTOMER_FOR_DAYS = 700


@dataclass(frozen=True)
class ShowcaseOrder:
    """An order that exists in every demo shop, always the same number of days before now."""

    number: str
    person: Person
    items: tuple[tuple[str, int], ...]
    course: Course
    situation: str
    checkout: Checkout = NOTHING_ELSE


_PARTLY_ARRIVED = Course(
    OrderState.SHIPPED,
    9,
    (
        Parcel(ShipmentState.DELIVERED, shipped=8, promised=1, end=2),
        Parcel(ShipmentState.IN_TRANSIT, shipped=6, promised=-3, end=2),
    ),
)

_NAMED = (
    ShowcaseOrder(
        "10480001",
        people.ANNA,
        (("running-shoes-42-black", 1), ("cotton-t-shirt-m-white", 2)),
        delivered(5),
        "delivered 5 days ago, both lines exchangeable",
    ),
    ShowcaseOrder("10480002", people.EMILY, (("rain-jacket-m-navy", 1),), delivered(4), "delivered 4 days ago"),
    ShowcaseOrder(
        "10480003",
        people.LUCIA,
        (("electric-kettle-1.7l-silver", 1), ("mug-set-blue", 2)),
        delivered(6),
        "delivered 6 days ago",
    ),
    ShowcaseOrder(
        "10480004",
        people.FANG,
        (("canvas-sneakers-38-white", 1), ("summer-dress-s-blue", 1)),
        delivered(3),
        "delivered 3 days ago",
    ),
    ShowcaseOrder(
        "10480005",
        people.JAMES,
        (("leather-boots-38-brown", 1),),
        delivered(60),
        "delivered 60 days ago, window closed",
    ),
    ShowcaseOrder(
        "10480006",
        people.MARKUS,
        (("wireless-headphones-black", 1),),
        under_way(ShipmentState.IN_TRANSIT, shipped=2, promised=-3, last_scan=1),
        "in transit, on time",
    ),
    ShowcaseOrder(
        "10480007",
        people.DIEGO,
        (("coffee-grinder-black", 1),),
        under_way(ShipmentState.IN_TRANSIT, shipped=11, promised=4, last_scan=2),
        "in transit, 4 days late",
    ),
    ShowcaseOrder(
        "10480008",
        people.MING,
        (("smartwatch-40mm-black", 1),),
        under_way(ShipmentState.IN_CUSTOMS, shipped=9, promised=-2, last_scan=3),
        "in customs for 3 days",
    ),
    ShowcaseOrder(
        "10480009",
        people.ROBERT,
        (("hiking-backpack-40l-green", 1),),
        under_way(ShipmentState.LOST, shipped=26, promised=15, last_scan=20),
        "lost, last scan 20 days ago",
    ),
    ShowcaseOrder(
        "10480010",
        people.SOPHIE,
        (("briefs-m-black", 1), ("hoodie-l-grey", 1)),
        delivered(3),
        "delivered 3 days ago, line 1 is hygiene goods",
    ),
    ShowcaseOrder(
        "10480011",
        people.THOMAS,
        (("wool-sweater-m-grey", 1),),
        Course(OrderState.PENDING, 1, charges=0, method="bank_transfer"),
        "pending, not shipped",
    ),
    ShowcaseOrder(
        "10480012",
        people.CHARLOTTE,
        (("laptop-512gb-silver", 1),),
        delivered(10),
        "delivered 10 days ago, over 500",
    ),
    ShowcaseOrder("10480013", people.JULIA, (("table-lamp-gold", 1),), Course(OrderState.CANCELED, 12), "canceled"),
    ShowcaseOrder(
        "10480014",
        people.ANNA,
        (("slim-jeans-32x32-blue", 1), ("cookbook", 1)),
        delivered(100),
        "delivered 100 days ago, same customer as 10480001",
    ),
    ShowcaseOrder(
        "10480015",
        people.PETER,
        (("hiking-boots-43-brown", 1),),
        delivered(5),
        "delivered 5 days ago, every other size out of stock",
    ),
    ShowcaseOrder(
        "10480016",
        people.MIRIAM,
        (("bed-linen-155x220-white", 1),),
        Course(OrderState.DELIVERED, 8, delivered(3).parcels, charges=2),
        "delivered 3 days ago, charged twice",
    ),
    ShowcaseOrder(
        "10480017",
        people.WEI,
        (("slim-jeans-34x32-black", 1),),
        delivered(12),
        "delivered 12 days ago, past China's 7 days",
    ),
    ShowcaseOrder(
        "10480018",
        people.DANIEL,
        (("two-person-tent-green", 1), ("yoga-mat-brown", 1)),
        _PARTLY_ARRIVED,
        "two parcels: one arrived 2 days ago, one in transit",
    ),
    ShowcaseOrder(
        "10480019",
        people.THERESA,
        (("vinyl-record", 1), ("curtains-beige", 1)),
        delivered(4),
        "delivered 4 days ago, sealed media and made to measure",
    ),
    ShowcaseOrder("10480020", people.CLAIRE, (("table-lamp-white", 1),), delivered(1), "delivered yesterday"),
)

_PLAIN_ITEMS = (
    "running-shoes-41-black",
    "cotton-t-shirt-l-white",
    "trail-shoes-40-green",
    "hoodie-m-grey",
    "canvas-sneakers-39-white",
    "rain-jacket-l-navy",
    "leather-boots-38-black",
    "summer-dress-m-blue",
    "pumps-38-black",
    "wool-sweater-m-navy",
)
_RETURN, _EXCHANGE, _COMPLAINT = _PLAIN_ITEMS[:3]
#: What each of the plain people bought, in their order.
_PLAIN_PURCHASES = (*_PLAIN_ITEMS * 4, *(_RETURN, _EXCHANGE, _COMPLAINT) * 12, *[_COMPLAINT] * 16, *[_RETURN] * 6)


def _plain() -> Iterator[ShowcaseOrder]:
    """Yield 10480021 and up: one line each, first ten in a row for each of four countries."""
    for index, (person, sku) in enumerate(zip(people.PLAIN_PEOPLE, _PLAIN_PURCHASES, strict=True)):
        # China's window is seven days: all of these stay inside it.
        days_ago = 2 + index % 10 % (5 if person.country == "CN" else 8)
        number = str(10_480_000 + people.FIRST_PLAIN + index)
        yield ShowcaseOrder(number, person, ((sku, 1),), delivered(days_ago), f"delivered {days_ago} days ago")


def _told() -> Iterator[ShowcaseOrder]:
    """Yield 10480200 and up: every situation once for each of some languages."""
    for number, person, found in told():
        yield ShowcaseOrder(number, person, found.items, found.course, found.what, found.checkout)


#: Every showcase order by number: 20 with a story, plain ones, then situations; docs/your-own-shop.md lists them.
SHOWCASE = {order.number: order for order in (*_NAMED, *_plain(), *_told())}


def showcase_orders(factory: OrderFactory, countries: dict[str, Country]) -> list[Order]:
    """Return the showcase orders as they stand now, each with its customer."""
    customers = {
        person.id: Customer(
            id=person.id,
            name=person.name,
            email=person.email,
            country=person.country,
            language=countries[person.country].language,
            phone=person.phone,
            created_at=factory.moment(_CUSTOMER_FOR_DAYS, 9),
        )
        for person in (order.person for order in SHOWCASE.values())
    }
    return [
        factory.make(
            order.number,
            customers[order.person.id],
            order.person.address(),
            order.items,
            order.course,
            order.checkout,
        )
        for order in SHOWCASE.values()
    ]
