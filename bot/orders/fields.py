"""Bringing what foreign systems say into the words and limits of ``data/shop/shop.schema.json``."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import Any

import phonenumbers
from babel import Locale
from babel.languages import get_official_languages

from bot.aftersales.catalogue import ReturnClass
from bot.aftersales.money import Money, minor_digits
from bot.aftersales.order import OrderState, ShipmentState
from bot.services.order_sources_ports import OrderSourceError
from bot.services.orders_taking import UNKNOWN_DOMAIN

Entry = dict[str, Any]

LONGEST_PAGE = 4000
"""How much of a product's page the schema takes, in characters."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}")
_RETURN_CLASS_TAG = "parley-"
_COLORS = frozenset({"color", "colour", "farbe", "couleur", "kleur", "colore", "cor", "颜色", "カラー", "色"})


def text(value: Any, longest: int, otherwise: str = "") -> str:
    """Return a text in one line without control characters, cut to a length, or another one where nothing is left."""
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        return otherwise
    plain = "".join(" " if unicodedata.category(sign) in ("Cc", "Cs") else sign for sign in str(value))
    return " ".join(plain.split())[:longest].strip() or otherwise


def page(value: Any) -> str | None:
    """Return what the page of a product says, line by line, or None; what is too long ends in an ellipsis."""
    lines = value.splitlines() if isinstance(value, str) else ()
    whole = "\n".join(filter(None, (text(line, LONGEST_PAGE + 1) for line in lines)))
    return (whole if len(whole) <= LONGEST_PAGE else f"{whole[: LONGEST_PAGE - 1].rstrip()}…") or None


def key(value: Any, otherwise: str) -> str:
    """Return an id that the schema takes as it is, or another one."""
    given = text(value, 65)
    return given if _ID.fullmatch(given) else otherwise


def number_of(gid: Any) -> str:
    """Return the number at the end of a global id such as ``gid://shopify/Order/1``."""
    return text(str(gid or "").partition("?")[0].rpartition("/")[2], 40)


def money(value: Any, currency: str) -> Money:
    """Return an amount, rounded to what its currency has; raises OrderSourceError where it is none."""
    try:
        amount = Decimal(str(value))
        if not amount.is_finite():
            raise InvalidOperation
        return Money(amount, currency)
    except InvalidOperation as error:
        raise OrderSourceError("malformed", "an amount is not a number") from error


def smallest(currency: str) -> Money:
    """Return one minor unit of a currency, such as a cent."""
    return Money(Decimal(1).scaleb(-minor_digits(currency)), currency)


def amount(value: Money) -> str:
    """Return an amount as the schema wants it, which knows none below nothing."""
    return str(max(value.amount, Decimal(0)))


def line(sku: str, quantity: int, price: Money, discount: Money, tax: Money, *, tax_included: bool) -> Entry:
    """Return an order line whose price contains its tax, with which it costs exactly what it did.

    ``price`` is that of one piece and ``discount`` that of the whole line, both with tax or both without. A price
    without tax is raised in proportion and rounded up; the discount takes up what rounding has added.
    """
    step = smallest(price.currency)
    left = price * quantity - discount
    paid = left if tax_included else left + tax
    if tax_included or not left or not tax:
        # A line that cost nothing has no tax to speak of.
        unit, tax = price, tax if tax < paid else paid
    else:
        unit = Money((price.amount * (paid.amount / left.amount)).quantize(step.amount, ROUND_CEILING), price.currency)
    if unit * quantity < paid:
        unit += step
    off = unit * quantity - paid
    return {
        "sku": sku,
        "quantity": quantity,
        "unit_price": amount(unit),
        "discount": amount(off),
        "tax": amount(tax),
    }


def total(lines: Iterable[Entry], *others: Money) -> Money:
    """Return the sum of lines and other amounts in one currency."""
    found = sum(others[1:], start=others[0])
    for entry in lines:
        price, off = Decimal(entry["unit_price"]), Decimal(entry["discount"])
        found += Money(price * entry["quantity"] - off, found.currency)
    return found


def moment(value: Any) -> str | None:
    """Return a moment as RFC 3339, or None; one without a zone is in UTC."""
    if not isinstance(value, str) or not value:
        return None
    try:
        found = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=timezone.utc)).isoformat()


def not_before(value: str | None, earliest: str) -> str | None:
    """Return a moment, or the earliest possible one where the clocks of two systems disagree."""
    if value is None:
        return None
    return value if datetime.fromisoformat(value) >= datetime.fromisoformat(earliest) else earliest


def phone(values: Iterable[Any], country: str) -> str | None:
    """Return the first possible phone number as E.164; one without a country code is of a country."""
    for value in values:
        try:
            parsed = phonenumbers.parse(str(value or ""), country or None)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(parsed):
            found: str = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
            return found
    return None


def language(given: Any, country: str) -> str:
    """Return the language of a locale such as ``de-CH`` or ``pt_BR``, else the first of a country, else English."""
    match = re.fullmatch(r"([a-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Z]{2}))?", text(given, 20))
    if match:
        code, script, region = match.groups()
        if code == "zh":
            return "zh-TW" if script == "Hant" or region in ("TW", "HK", "MO") else "zh"
        return f"{code}-BR" if code == "pt" and region == "BR" else code
    spoken = get_official_languages(country.upper()) if re.fullmatch(r"[A-Za-z]{2}", country) else ()
    if not spoken:
        return "en"
    found: str = Locale.parse(spoken[0]).language
    return found


def email(value: Any) -> str:
    """Return an e-mail address, or one that nobody has or could guess: whoever knows it could prove the order."""
    given = text(value, 255)
    return given if "@" in given else f"{secrets.token_hex(16)}@{UNKNOWN_DOMAIN}"


def return_class(tags: Iterable[Any], *, is_digital: bool) -> str:
    """Return whether goods can be taken back, from a tag such as ``parley-hygiene``."""
    given = {str(tag).strip().lower().replace(" ", "-") for tag in tags}
    for known in ReturnClass:
        if f"{_RETURN_CLASS_TAG}{known.value.replace('_', '-')}" in given:
            return str(known.value)
    return str((ReturnClass.DIGITAL if is_digital else ReturnClass.STANDARD).value)


def size_and_color(options: Iterable[tuple[Any, Any]]) -> Entry:
    """Return what of the options of a variant is its colour; the others make its size."""
    found: dict[str, list[str]] = {"size": [], "color": []}
    for name, value in options:
        given = text(value, 40)
        if given and given != "Default Title":
            found["color" if text(name, 40).casefold() in _COLORS else "size"].append(given)
    return {what: " / ".join(values)[:40].strip() for what, values in found.items() if values}


def state(shipments: list[Entry], *, is_paid: bool, is_complete: bool) -> str:
    """Return the state of an order that was not called off, as its parcels bear it out."""
    if is_complete and shipments and all(parcel["state"] == ShipmentState.DELIVERED.value for parcel in shipments):
        return str(OrderState.DELIVERED.value)
    if any(parcel["state"] != ShipmentState.LABEL_CREATED.value for parcel in shipments):
        return str(OrderState.SHIPPED.value)
    return str((OrderState.PAID if is_paid else OrderState.PENDING).value)


def payments(received: list[Entry], state: str, placed_at: str, *, asked: Money, total: Money) -> list[Entry]:
    """Return the payments of an order, oldest first.

    What the shop ``asked`` for beyond the ``total`` that Parley counts, such as tips and fees, is taken off, the last
    payment first: it would count as paid too much. What was paid beyond what was asked for stays.

    An order that went on without money, such as one paid on delivery, says so by a payment of nothing: without any
    payment it would count as paid in full.
    """
    if received or state == OrderState.PENDING.value:
        return _without_extras(sorted(received, key=lambda payment: str(payment["paid_at"])), asked, total)
    return [{"method": "none", "amount": "0", "paid_at": placed_at}]


def _without_extras(received: list[Entry], asked: Money, total: Money) -> list[Entry]:
    amounts = [money(payment["amount"], total.currency) for payment in received]
    # Who has paid a part so far has paid for the goods first.
    extras = min(asked - total, sum(amounts, start=total * -1))
    counted = []
    for payment, paid in zip(reversed(received), reversed(amounts), strict=True):
        off = max(min(paid, extras), total * 0)
        extras -= off
        counted.append({**payment, "amount": amount(paid - off)})
    return counted[::-1]


def address(found: Mapping[str, Any], name: str) -> Entry:
    """Return an address; what a system need not know of one is a dash."""
    return {
        "name": text(found.get("name"), 120, name),
        "street": text(found.get("street"), 200, "-"),
        "postcode": text(found.get("postcode"), 16),
        "city": text(found.get("city"), 120, "-"),
        "country": text(found.get("country"), 2).upper(),
    }


def without_nothing(entry: Entry) -> Entry:
    """Return an entry without the keys that have no value."""
    return {name: value for name, value in entry.items() if value is not None}
