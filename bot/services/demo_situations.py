"""What can have happened to a showcase order, and who tells of it: every situation once for each of some languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.aftersales.order import OrderState, ShipmentState
from bot.services.demo_catalogue import fill
from bot.services.demo_orders import Checkout, Course, delivered, under_way
from bot.services.demo_people import Person

NOTHING_ELSE = Checkout()
"""No coupon, and no duties paid."""


@dataclass(frozen=True)
class Situation:
    """Goods and what became of them; ``is_abroad`` is for parcels that pass customs.

    ``same_customer`` names an earlier situation whose customer this one is, too.
    """

    name: str
    items: tuple[tuple[str, int], ...]
    course: Course
    what: str
    checkout: Checkout = NOTHING_ELSE
    is_abroad: bool = False
    same_customer: str = ""


@dataclass(frozen=True)
class Place:
    """Where the people of a language live; ``#`` in a pattern is a digit, ``@`` a letter."""

    country: str
    phone: str
    street: str
    postcode: str
    city: str


@dataclass(frozen=True)
class Shoppers:
    """The people of one language: every given name with every family name, at home or abroad."""

    home: Place
    abroad: Place
    name: str
    given: tuple[str, ...]
    family: tuple[str, ...]


_PAID = Course(OrderState.PAID, 1)

#: The nth of these is the nth order of every language.
SITUATIONS = (
    Situation("defective", (("coffee-grinder-black", 1),), delivered(20), "delivered 20 days ago"),
    Situation("damaged", (("mug-set-blue", 2), ("cookbook", 1)), delivered(1), "delivered yesterday, several pieces"),
    Situation("wrong", (("canvas-sneakers-38-white", 1),), delivered(2), "delivered 2 days ago"),
    Situation("incomplete", (("jigsaw-puzzle", 1), ("notebook-navy", 1)), delivered(3), "delivered 3 days ago"),
    Situation("cheap", (("crime-novel", 1),), delivered(4), "delivered 4 days ago, under 15 EUR"),
    Situation("dangerous", (("power-bank-10000mah", 1),), delivered(5), "delivered 5 days ago"),
    Situation(
        "lost",
        (("football-size5", 1),),
        under_way(ShipmentState.LOST, shipped=26, promised=15, last_scan=20),
        "lost, last scan 20 days ago",
    ),
    Situation(
        "silent",
        (("bath-towels-white", 1),),
        under_way(ShipmentState.IN_TRANSIT, shipped=12, promised=5, last_scan=6),
        "silent for 6 days",
    ),
    Situation("denied", (("yoga-mat-green", 1),), delivered(3), "delivered 3 days ago"),
    Situation(
        "late",
        (("coffee-grinder-white", 1),),
        under_way(ShipmentState.IN_TRANSIT, shipped=11, promised=4, last_scan=2),
        "in transit, 4 days late",
    ),
    Situation(
        "overpaid",
        (("bed-linen-135x200-white", 1),),
        Course(OrderState.DELIVERED, 8, delivered(3).parcels, charges=2),
        "delivered 3 days ago, charged twice",
    ),
    Situation(
        "returned",
        (("hair-dryer-white", 1),),
        Course(OrderState.RETURNED, 25, delivered(20).parcels),
        "returned, delivered 20 days ago",
    ),
    Situation(
        "customs",
        (("smartwatch-40mm-black", 1),),
        under_way(ShipmentState.IN_CUSTOMS, shipped=9, promised=-2, last_scan=3),
        "in customs for 3 days",
        is_abroad=True,
    ),
    Situation(
        "duties",
        (("smartwatch-44mm-black", 1),),
        delivered(2),
        "delivered 2 days ago, duties paid at checkout",
        Checkout(pays_duties=True),
        is_abroad=True,
    ),
    Situation("paid", (("wool-sweater-m-grey", 1), ("hiking-socks-39-42-grey", 1)), _PAID, "paid, not shipped"),
    Situation("described", (("linen-shirt-m-white", 1),), delivered(6), "delivered 6 days ago"),
    Situation("hygiene", (("face-cream-50ml", 1),), delivered(3), "delivered 3 days ago, hygiene goods"),
    Situation("old", (("leather-boots-38-brown", 1),), delivered(60), "delivered 60 days ago"),
    Situation("shirts", (("cotton-t-shirt-l-white", 3),), delivered(2), "delivered 2 days ago, three of a kind"),
    Situation("expensive", (("laptop-512gb-grey", 1),), delivered(10), "delivered 10 days ago, over 500 EUR"),
    Situation("aged", (("vacuum-cleaner-grey", 1),), delivered(690), "delivered nearly two years ago"),
    Situation("plain", (("running-shoes-41-black", 1),), delivered(4), "delivered 4 days ago"),
    Situation(
        "second",
        (("summer-dress-m-blue", 1),),
        delivered(6),
        "delivered 6 days ago, same customer as the one before",
        same_customer="plain",
    ),
    Situation("served", (("felt-slippers-39-grey", 1),), delivered(7), "delivered 7 days ago"),
    Situation("changeable", (("table-lamp-black", 1), ("wall-clock-white", 2)), _PAID, "paid, not shipped"),
)

_BERLIN = Place("DE", "+493023125###", "Lindenstraße {}", "101##", "Berlin")
_LONDON = Place("GB", "+442079460###", "{} Station Road", "SE1# #@@", "London")
_NEW_YORK = Place("US", "+120255501##", "{} Orchard Road", "112##", "Brooklyn, NY")
_SAO_PAULO = Place("BR", "+551190000####", "Rua das Flores, {}", "013##-000", "São Paulo, SP")
_OSAKA = Place("JP", "+819000000###", "梅田三丁目{}番地", "530-00##", "大阪市北区")
_CHENGDU = Place("CN", "+861990000####", "解放南路{}号", "6100##", "成都市武侯区")

#: In the order of their numbers: more are added at the end.
SHOPPERS = {
    "en": Shoppers(
        _NEW_YORK, _NEW_YORK, "{given} {family}",
        ("Alison", "Brandon", "Celeste", "Derek", "Faith"), ("Abbott", "Barlow", "Crane", "Dunn", "Everett"),
    ),
    "de": Shoppers(
        _BERLIN, Place("AU", "+6125550####", "{} Banksia Street", "20##", "Sydney NSW"), "{given} {family}",
        ("Annika", "Bernd", "Carla", "Detlef", "Elke"), ("Arndt", "Brenner", "Conrad", "Dietz", "Esser"),
    ),
    "fr": Shoppers(
        Place("FR", "+331990000##", "{} avenue Victor-Hugo", "690##", "Lyon"), _NEW_YORK, "{given} {family}",
        ("Adèle", "Benoît", "Coralie", "Damien", "Estelle"), ("Aubert", "Barbier", "Carpentier", "Delattre", "Fabre"),
    ),
    "es": Shoppers(
        Place("ES", "+34600000###", "Calle de Alcalá, {}", "411##", "Sevilla"),
        Place("MX", "+525500000###", "Avenida Juárez {}", "441##", "Guadalajara"), "{given} {family}",
        ("Alba", "Borja", "Clara", "Dámaso", "Estrella"), ("Acosta", "Blanco", "Cuesta", "Durán", "Esteban"),
    ),
    "it": Shoppers(
        Place("IT", "+390200000###", "Via Garibaldi, {}", "101##", "Torino"), _SAO_PAULO, "{given} {family}",
        ("Alessia", "Bruno", "Caterina", "Dario", "Emilia"), ("Amato", "Bruni", "Caruso", "De Luca", "Esposito"),
    ),
    "pl": Shoppers(
        Place("PL", "+48220000###", "ul. Długa {}", "80-8##", "Gdańsk"), _LONDON, "{given} {family}",
        ("Alicja", "Bogdan", "Celina", "Dawid", "Ewa"), ("Adamczyk", "Baran", "Czarnecka", "Duda", "Filipek"),
    ),
    "ja": Shoppers(
        _OSAKA, _OSAKA, "{family} {given}",
        ("葵", "文太", "千尋", "大地", "恵美"), ("青木", "馬場", "千葉", "土井", "江口"),
    ),
    "ar": Shoppers(
        _LONDON, _LONDON, "{given} {family}",
        ("أمل", "باسم", "دينا", "فادي", "هالة"), ("العلي", "بركات", "درويش", "فارس", "حمدان"),
    ),
    "zh": Shoppers(
        _CHENGDU, _CHENGDU, "{family}{given}",
        ("安琪", "博文", "晨曦", "德明", "恩慧"), ("艾", "白", "曹", "邓", "范"),
    ),
    "ru": Shoppers(
        _SAO_PAULO, _SAO_PAULO, "{given} {family}",
        ("Алла", "Борис", "Вера", "Глеб", "Дина"), ("Абрамчук", "Бондаренко", "Вдовенко", "Глушко", "Денисюк"),
    ),
}  # fmt: skip

#: The first number is 10480200.
_FIRST = 200


def told() -> Iterator[tuple[str, Person, Situation]]:
    """Yield 10480200 and up with customer and situation, all situations of one language after the other."""
    for index, shoppers in enumerate(SHOPPERS.values()):
        people: dict[str, Person] = {}
        for nth, situation in enumerate(SITUATIONS):
            serial = _FIRST + index * len(SITUATIONS) + nth
            person = people.get(situation.same_customer) or _person(serial, nth, shoppers, situation)
            people[situation.name] = person
            yield str(10_480_000 + serial), person, situation


def number_of(language: str, situation: str) -> str:
    """Return the number of the order that a situation has in a language."""
    nth = next(nth for nth, found in enumerate(SITUATIONS) if found.name == situation)
    return str(10_480_000 + _FIRST + list(SHOPPERS).index(language) * len(SITUATIONS) + nth)


def _person(serial: int, nth: int, shoppers: Shoppers, situation: Situation) -> Person:
    place = shoppers.abroad if situation.is_abroad else shoppers.home
    return Person(
        id=f"showcase-{serial}",
        name=shoppers.name.format(given=shoppers.given[nth % 5], family=shoppers.family[nth // 5]),
        email=f"shopper{serial}@example.org",
        country=place.country,
        phone=fill(place.phone, serial),
        street=place.street.format(serial),
        postcode=fill(place.postcode, serial),
        city=place.city,
    )
