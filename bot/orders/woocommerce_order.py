"""An order of WooCommerce in the words of ``data/shop/shop.schema.json``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from bot.aftersales.money import Money
from bot.aftersales.order import OrderState, ShipmentState
from bot.html_text import as_text
from bot.orders import fields
from bot.orders.fields import Entry
from bot.services.order_sources_ports import OrderSourceError, SourcedOrder

_TRACKING = "_wc_shipment_tracking_items"
"""Where the extension Shipment Tracking, and others that follow it, keep what was sent."""

# More than any page of a product.
_MOST_HTML = 100_000
_SENT = frozenset({"completed", "refunded"})
_UNPAID = frozenset({"pending", "on-hold", "failed"})


def sourced_order(order: Mapping[str, Any], number: str, products: list[dict[str, Any]]) -> SourcedOrder:
    """Return an order with its products; raises OrderSourceError where it cannot be read."""
    try:
        return _sourced_order(order, number, {product["id"]: product for product in products})
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        raise OrderSourceError("malformed", f"WooCommerce: {type(error).__name__} {error}"[:200]) from error


def _sourced_order(order: Mapping[str, Any], number: str, products: dict[int, dict[str, Any]]) -> SourcedOrder:
    currency = str(order["currency"])
    placed_at = fields.moment(order["date_created_gmt"]) or ""
    billing = order["billing"]
    shipping = order["shipping"] if order["shipping"].get("country") else billing
    country = fields.text(shipping.get("country"), 2)
    # Only of a guest, who has no other order, may the number be that of who gets the parcel.
    phones = (billing.get("phone"), None if order["customer_id"] else shipping.get("phone"))
    customer = fields.without_nothing(
        {
            # Two guests who give the same address need not be the same person.
            "id": f"woocommerce-{order['customer_id']}" if order["customer_id"] else f"woocommerce-guest-{order['id']}",
            "name": _name(billing) or _name(shipping) or "-",
            "email": fields.email(billing.get("email")),
            "country": country,
            "language": fields.language(_meta(order, "wpml_language"), country),
            "phone": fields.phone(phones, billing.get("country") or country),
        }
    )
    items = order["line_items"]
    lines = [_line(item, currency) for item in items]
    fee = fields.money(order["shipping_total"], currency) + fields.money(order["shipping_tax"], currency)
    total, asked = fields.total(lines, fee), fields.money(order["total"], currency)
    shipments = list(_parcels(order, number, placed_at))
    state = _state(str(order["status"]), shipments)
    told: Entry = {
        "number": number,
        "customer": customer["id"],
        "state": state,
        "placed_at": placed_at,
        "currency": currency,
        "address": fields.address(_postal(shipping), customer["name"]),
        "shipping_fee": fields.amount(fee),
        "total": fields.amount(total),
        "lines": lines,
        "payments": fields.payments(list(_payments(order, currency)), state, placed_at, asked=asked, total=total),
        "shipments": shipments,
    }
    return SourcedOrder(
        told,
        customer,
        tuple(_goods(items, products, currency).values()),
        refunded=fields.amount(_refunded(order, currency)),
        notes=tuple(_notes(order, asked, total)),
    )


def _line(item: Mapping[str, Any], currency: str) -> Entry:
    """Return a line: WooCommerce gives sums before (``subtotal``) and after (``total``) discounts, both without tax."""
    quantity = max(1, int(item["quantity"]))
    before = fields.money(item["subtotal"], currency) + fields.money(item["subtotal_tax"], currency)
    tax = fields.money(item["total_tax"], currency)
    paid = fields.money(item["total"], currency) + tax
    # A price is that of one piece: the highest there is, whose sum the discount brings back to what was paid.
    price = Money(before.amount / quantity, currency)
    if price * quantity < paid:
        price += fields.smallest(currency)
    return fields.line(_sku(item), quantity, price, price * quantity - paid, tax, tax_included=True)


def _sku(item: Mapping[str, Any]) -> str:
    """Return a line's SKU; goods without one, or with one that we cannot take, are named by their ids."""
    return fields.key(
        item.get("sku"), f"woocommerce-{item.get('variation_id') or item.get('product_id') or item['id']}"
    )


def _goods(items: list[Any], products: dict[int, dict[str, Any]], currency: str) -> dict[str, Entry]:
    """Return what was bought, each variant once."""
    goods: dict[str, Entry] = {}
    sold = set()
    for item in items:
        sku = _sku(item)
        if sku in sold:
            continue
        sold.add(sku)
        product = products.get(item.get("product_id") or 0) or {}
        key = f"woocommerce-{product['id']}" if product else sku
        tags = [tag.get("slug") for tag in product.get("tags") or ()]
        categories = [category.get("name") for category in product.get("categories") or ()]
        is_digital = bool(product.get("virtual") or product.get("downloadable"))
        entry = goods.setdefault(
            key,
            fields.without_nothing(
                {
                    "id": key,
                    "title": fields.text(product.get("name") or item.get("name"), 200, sku),
                    "category": fields.text(categories[0] if categories else None, 64, "other"),
                    "return_class": fields.return_class(tags, is_digital=is_digital),
                    "description": fields.page(_page(product)),
                    "currency": currency,
                    "variants": [],
                }
            ),
        )
        options = [
            (meta.get("display_key"), meta.get("display_value"))
            for meta in item.get("meta_data") or ()
            if item.get("variation_id") and not str(meta.get("key")).startswith("_")
        ]
        # How many pieces of a variation there are is not told with its product.
        stock = 0 if item.get("variation_id") else int(product.get("stock_quantity") or 0)
        entry["variants"].append(
            {
                "sku": sku,
                "price": fields.amount(fields.money(item["price"], currency)),
                "stock": max(0, min(stock, 10_000_000)),
                **fields.size_and_color(options),
            }
        )
    return goods


def page_text(html: str) -> str:
    """Return the text of a product's page, a line for each block of it."""
    lines = (line.strip() for line in as_text(html[:_MOST_HTML], marks_quotes=False).split("\n"))
    return "\n".join(line for line in lines if line not in ("", "-"))


def _page(product: Mapping[str, Any]) -> str:
    """Return what the page of a product says: its short description, and the long one below."""
    parts = (product.get("short_description"), product.get("description"))
    return "\n".join(page_text(part) for part in parts if isinstance(part, str))


def _payments(order: Mapping[str, Any], currency: str) -> Iterator[Entry]:
    paid_at = fields.moment(order.get("date_paid_gmt"))
    if paid_at:
        yield {
            "method": fields.text(order.get("payment_method_title"), 40, "unknown"),
            "amount": fields.amount(fields.money(order["total"], currency)),
            "paid_at": paid_at,
        }


def _refunded(order: Mapping[str, Any], currency: str) -> Money:
    """Return what was paid back; refunds are written as amounts below nothing."""
    paid_back = (fields.money(refund["total"], currency) * -1 for refund in order.get("refunds") or ())
    return sum(paid_back, start=Money.zero(currency))


def _parcels(order: Mapping[str, Any], number: str, placed_at: str) -> Iterator[Entry]:
    """Yield what was sent: WooCommerce itself does not know when anything arrives."""
    known = _meta(order, _TRACKING)
    for item in known if isinstance(known, list) else ():
        tracking_number = fields.text(item.get("tracking_number"), 60)
        if tracking_number:
            carrier = item.get("custom_tracking_provider") or item.get("tracking_provider")
            yield _parcel(carrier, tracking_number, _shipped_at(item.get("date_shipped")), placed_at)
            known = True
    if known is not True and order["status"] in _SENT and order.get("date_completed_gmt"):
        methods = [line.get("method_title") for line in order.get("shipping_lines") or ()]
        completed_at = fields.moment(order["date_completed_gmt"])
        yield _parcel(methods[0] if methods else None, number, completed_at, placed_at)


def _parcel(carrier: Any, tracking_number: str, shipped_at: str | None, placed_at: str) -> Entry:
    return fields.without_nothing(
        {
            "carrier": fields.text(carrier, 80, "-"),
            "tracking_number": tracking_number,
            "state": ShipmentState.IN_TRANSIT.value,
            "shipped_at": fields.not_before(shipped_at, placed_at),
        }
    )


def _shipped_at(value: Any) -> str | None:
    """Return a day that the extension keeps as a Unix time."""
    given = str(value or "")
    if re.fullmatch(r"\d{9,11}", given, re.ASCII):
        return datetime.fromtimestamp(int(given), timezone.utc).isoformat()
    return fields.moment(given)


def _state(status: str, shipments: list[Entry]) -> str:
    if status == "cancelled" or (status == "refunded" and not shipments):
        return OrderState.CANCELED.value
    if status == "refunded":
        return OrderState.RETURNED.value
    return fields.state(shipments, is_paid=status not in _UNPAID, is_complete=False)


def _meta(owner: Mapping[str, Any], key: str) -> Any:
    return next((meta.get("value") for meta in owner.get("meta_data") or () if meta.get("key") == key), None)


def _name(address: Mapping[str, Any]) -> str:
    return fields.text(f"{address.get('first_name') or ''} {address.get('last_name') or ''}", 120)


def _postal(address: Mapping[str, Any]) -> Entry:
    return {
        "name": _name(address),
        "street": ", ".join(filter(None, (address.get("address_1"), address.get("address_2")))),
        "postcode": address.get("postcode"),
        "city": address.get("city"),
        "country": address.get("country"),
    }


def _notes(order: Mapping[str, Any], asked: Money, total: Money) -> Iterator[str]:
    if asked != total:
        yield f"WooCommerce's total is {asked}, lines and shipping make {total}: Parley knows no further fees"
    if not order["billing"].get("email"):
        yield "the order has no e-mail address: only its postcode or phone number proves it"
    if not isinstance(_meta(order, _TRACKING), list):
        yield f"the order has no {_TRACKING}: tracking numbers need the extension Shipment Tracking"
