"""The demo shop: a plausible year of business that ends now, the same for the same seed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime
from random import Random

from bot.aftersales.catalogue import Product
from bot.aftersales.order import Address, Customer, Order, OrderState, ShipmentState
from bot.errors import ConflictError
from bot.services.demo_catalogue import Country, Name, fill, load_catalogue, load_countries
from bot.services.demo_orders import CUSTOMS_UNION, Checkout, Course, OrderFactory, delivered, under_way
from bot.services.demo_showcase import SHOWCASE, showcase_orders
from bot.services.ports import Clock, UnitOfWork
from bot.services.shop_file import ShopData, add_all

__all__ = ["SHOWCASE", "build", "seed_demo"]

SEED = 1048

# 10480000 to 10480999 belongs to the showcase.
_NUMBERS = range(10481000, 10490000)
# One order in three or so was bought with a coupon.
_COUPON_PERCENTS = (0, 0, 0, 0, 0, 5, 10, 15)
_MAIL_DOMAINS = ("example.org", "example.com", "example.net")
_METHODS = ("card", "card", "card", "wallet", "wallet", "bank_transfer", "invoice")
# Letters that Unicode does not take apart into a base letter and a mark.
_LATIN = str.maketrans({"ß": "ss", "ł": "l", "ı": "i", "ø": "o", "æ": "ae"})


def _pending(rng: Random) -> Course:
    return Course(OrderState.PENDING, rng.randint(1, 4), charges=0, method="bank_transfer")


def _paid(rng: Random) -> Course:
    return Course(OrderState.PAID, rng.randint(1, 3))


def _on_time(rng: Random) -> Course:
    shipped = rng.randint(2, 6)
    state = rng.choice((ShipmentState.IN_TRANSIT, ShipmentState.IN_TRANSIT, ShipmentState.OUT_FOR_DELIVERY))
    return under_way(state, shipped=shipped, promised=-rng.randint(1, 5), last_scan=1)


def _late(rng: Random) -> Course:
    promised = rng.randint(1, 8)
    shipped = promised + rng.randint(4, 7)
    return under_way(ShipmentState.IN_TRANSIT, shipped=shipped, promised=promised, last_scan=rng.randint(1, 4))


def _just_delivered(rng: Random) -> Course:
    # Five days are inside the shortest window there is, Mexico's five business days.
    return delivered(rng.randint(1, 5), late_by=rng.choice((0, 0, 0, 0, 2, 5)))


def _long_delivered(rng: Random) -> Course:
    return delivered(rng.randint(40, 330), late_by=rng.choice((0, 0, 0, 0, 0, 3, 9)))


def _lost(rng: Random) -> Course:
    last_scan = rng.randint(14, 40)
    # Some carriers admit the loss, with others the tracking just stops.
    state = rng.choice((ShipmentState.LOST, ShipmentState.IN_TRANSIT))
    return under_way(state, shipped=last_scan + 3, promised=last_scan - 4, last_scan=last_scan)


def _in_customs(rng: Random) -> Course:
    last_scan = rng.randint(1, 9)
    promised = last_scan - rng.randint(1, 6)
    return under_way(ShipmentState.IN_CUSTOMS, shipped=last_scan + 4, promised=promised, last_scan=last_scan)


def _returned(rng: Random) -> Course:
    end = rng.randint(12, 60)
    if rng.random() < 0.3:
        state = ShipmentState.RETURNED_TO_SENDER
        return under_way(state, shipped=end + 7, promised=end + 2, last_scan=end, order=OrderState.RETURNED)
    return Course(OrderState.RETURNED, end + 5, delivered(end).parcels)


def _canceled(rng: Random) -> Course:
    return Course(OrderState.CANCELED, rng.randint(2, 120), charges=rng.choice((0, 1)))


#: How many orders took which course.
_COURSES: tuple[tuple[int, Callable[[Random], Course]], ...] = (
    (40, _pending),
    (60, _paid),
    (110, _on_time),
    (50, _late),
    (220, _just_delivered),
    (210, _long_delivered),
    (24, _lost),
    (26, _in_customs),
    (36, _returned),
    (24, _canceled),
)


def build(seed: int, now: datetime, catalogue: list[Product]) -> ShopData:
    """Return 300 customers with 800 orders of a seed, and the showcase beside them; dates precede ``now``.

    Only promised delivery dates may lie ahead. The showcase does not depend on the seed.
    """
    rng = Random(seed)
    # Drawn apart, so that what was bought does not depend on how it was paid.
    till = Random(f"till {seed}")
    countries = load_countries()
    factory = OrderFactory(catalogue, countries, now)
    homes = _customers(rng, countries, factory)
    orders = showcase_orders(factory, countries) + _orders(rng, till, homes, catalogue, factory)
    customers = {order.customer.id: order.customer for order in orders}
    customers.update((customer.id, customer) for customer, _ in homes)
    return ShopData(products=catalogue, customers=list(customers.values()), orders=orders)


async def seed_demo(uow_factory: Callable[[], UnitOfWork], clock: Clock) -> dict[str, int] | None:
    """Fill an empty shop with the demo and return how many of each kind, or None where it has products.

    A shop without products has no orders either: every line of an order refers to a product.
    """
    async with uow_factory() as uow:
        if await uow.products.all():
            return None
        shop = build(SEED, clock(), load_catalogue())
        add_all(uow, shop)
        try:
            await uow.commit()
        except ConflictError:
            # Another replica has seeded the same database in the meantime.
            return None
    return shop.counts


def _customers(rng: Random, countries: dict[str, Country], factory: OrderFactory) -> list[tuple[Customer, Address]]:
    homes: list[tuple[Customer, Address]] = []
    for country in countries.values():
        names = [(given, family) for given in country.given for family in country.family]
        for given, family in rng.sample(names, country.customers):
            homes.append(_customer(rng, len(homes) + 1, country, given, family, factory))
    return homes


def _customer(
    rng: Random, serial: int, country: Country, given: Name, family: Name, factory: OrderFactory
) -> tuple[Customer, Address]:
    name = country.name.format(given=given[0], family=family[0])
    local_part = f"{_ascii(given[1])}.{_ascii(family[1])}{serial}"
    customer = Customer(
        id=f"demo-{serial:03d}",
        name=name,
        email=f"{local_part}@{rng.choice(_MAIL_DOMAINS)}",
        country=country.code,
        language=country.language,
        phone=fill(country.phone, rng.randrange(10**6)),
        created_at=factory.moment(rng.randint(350, 1200), rng.randint(6, 20)),
    )
    city, postcode = rng.choice(country.places)
    street = country.street.format(street=rng.choice(country.streets), number=rng.randint(1, 140))
    return customer, Address(name, street, fill(postcode, rng.randrange(10**6)), city, country.code)


def _orders(
    rng: Random,
    till: Random,
    homes: list[tuple[Customer, Address]],
    catalogue: Iterable[Product],
    factory: OrderFactory,
) -> list[Order]:
    products = list(catalogue)
    overseas = [home for home in homes if home[0].country not in CUSTOMS_UNION]
    courses = [course for count, course in _COURSES for _ in range(count)]
    rng.shuffle(courses)
    orders = []
    for number, course in zip(rng.sample(_NUMBERS, len(courses)), courses):
        customer, address = rng.choice(overseas if course is _in_customs else homes)
        orders.append(factory.make(str(number), customer, address, _items(rng, products), course(rng), _checkout(till)))
    return orders


def _checkout(till: Random) -> Checkout:
    return Checkout(till.choice(_COUPON_PERCENTS), pays_duties=till.random() < 0.5)


def _items(rng: Random, products: list[Product]) -> list[tuple[str, int]]:
    count = rng.choices((1, 2, 3, 4), weights=(45, 35, 15, 5))[0]
    return [
        (rng.choice(product.variants).sku, rng.choices((1, 2, 3), weights=(85, 12, 3))[0])
        for product in rng.sample(products, count)
    ]


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_LATIN))
    return re.sub(r"[^a-z]", "", plain)
