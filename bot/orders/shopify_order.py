"""An order of Shopify in the words of ``data/shop/shop.schema.json``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from bot.aftersales.money import Money
from bot.aftersales.order import OrderState, ShipmentState
from bot.orders import fields
from bot.orders.fields import Entry
from bot.services.order_sources_ports import OrderSourceError, SourcedOrder

_PAID = frozenset({"PAID", "PARTIALLY_REFUNDED", "REFUNDED", "PARTIALLY_PAID"})
_RECEIVED = frozenset({"SALE", "CAPTURE"})
# Fulfilments that failed or were called off sent nothing.
_SENT_NOTHING = frozenset({"CANCELLED", "ERROR", "FAILURE"})
_VOID = frozenset({"CANCELED", "LABEL_VOIDED", "FAILURE"})
# Whatever is not listed here is on its way; Shopify says nothing more certain of it.
_STATES = {
    "LABEL_PRINTED": ShipmentState.LABEL_CREATED,
    "LABEL_PURCHASED": ShipmentState.LABEL_CREATED,
    "CONFIRMED": ShipmentState.LABEL_CREATED,
    "SUBMITTED": ShipmentState.LABEL_CREATED,
    "OUT_FOR_DELIVERY": ShipmentState.OUT_FOR_DELIVERY,
    "ATTEMPTED_DELIVERY": ShipmentState.OUT_FOR_DELIVERY,
    "DELIVERED": ShipmentState.DELIVERED,
    "PICKED_UP": ShipmentState.DELIVERED,
}


def sourced_order(order: Mapping[str, Any], number: str, lines: list[dict[str, Any]]) -> SourcedOrder:
    """Return an order; ``lines`` are the nodes of all pages. Raises OrderSourceError where it cannot be read."""
    try:
        return _sourced_order(order, number, lines)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise OrderSourceError("malformed", f"Shopify: {type(error).__name__} {error}"[:200]) from error


def _sourced_order(order: Mapping[str, Any], number: str, nodes: list[dict[str, Any]]) -> SourcedOrder:
    currency = str(order["presentmentCurrencyCode"])
    placed_at = fields.moment(order["createdAt"]) or ""
    billing = order.get("billingAddress") or {}
    destination = order.get("shippingAddress") or billing
    country = fields.text(destination.get("countryCodeV2"), 2)
    owner = order.get("customer") or {}
    customer = fields.without_nothing(
        {
            "id": _customer_id(order, owner),
            "name": fields.text(owner.get("displayName") or billing.get("name") or destination.get("name"), 120, "-"),
            "email": fields.email(order.get("email")),
            "country": country,
            "language": fields.language(order.get("customerLocale"), country),
            "phone": fields.phone(_phones(order, owner), country),
        }
    )
    is_gross = bool(order["taxesIncluded"])
    lines = [_line(node, currency, is_gross) for node in nodes]
    shipping, duties = _shipping(order, currency, is_gross), _amount(order.get("originalTotalDutiesSet"), currency)
    total, asked = fields.total(lines, shipping, duties), _amount(order.get("totalPriceSet"), currency)
    shipments = [parcel for sent in order["fulfillments"] for parcel in _parcels(sent, number, placed_at)]
    state = _state(order, shipments)
    received = [paid for transaction in order["transactions"] for paid in _payment(transaction, currency)]
    told: Entry = {
        "number": number,
        "customer": customer["id"],
        "state": state,
        "placed_at": placed_at,
        "currency": currency,
        "address": fields.address(_postal(destination), customer["name"]),
        "shipping_fee": fields.amount(shipping),
        "duties": fields.amount(duties),
        "total": fields.amount(total),
        "lines": lines,
        "payments": fields.payments(received, state, placed_at, asked=asked, total=total),
        "shipments": shipments,
    }
    return SourcedOrder(
        told,
        customer,
        tuple(_products(nodes, currency).values()),
        refunded=fields.amount(_amount(order.get("totalRefundedSet"), currency)),
        notes=tuple(_notes(order, told, asked, total)),
    )


def _customer_id(order: Mapping[str, Any], owner: Mapping[str, Any]) -> str:
    if owner.get("id"):
        return f"shopify-{fields.number_of(owner['id'])}"
    # Two guests who give the same address need not be the same person.
    return f"shopify-guest-{fields.number_of(order['id'])}"


def _phones(order: Mapping[str, Any], owner: Mapping[str, Any]) -> list[Any]:
    """Return the numbers that may be the customer's; the parcel may go to somebody else."""
    if owner.get("id"):
        return [(owner.get("defaultPhoneNumber") or {}).get("phoneNumber")]
    # A guest has no other order that somebody else's number could prove.
    addresses = (order.get("billingAddress") or {}, order.get("shippingAddress") or {})
    return [order.get("phone"), *(address.get("phone") for address in addresses)]


def _amount(bag: Any, currency: str) -> Money:
    """Return the amount of a MoneyBag in the customer's currency, or nothing."""
    if bag is None:
        return Money.zero(currency)
    found = bag["presentmentMoney"]
    if found["currencyCode"] != currency:
        raise OrderSourceError("malformed", "an amount is in another currency than its order")
    return fields.money(found["amount"], currency)


def _taxes(lines: list[Any], currency: str) -> Money:
    return sum((_amount(line["priceSet"], currency) for line in lines), start=Money.zero(currency))


def _sku(node: Mapping[str, Any]) -> str:
    """Return a line's SKU; goods without one, or with one that we cannot take, are named by their ids."""
    variant = node.get("variant") or {}
    return fields.key(
        node.get("sku") or variant.get("sku"),
        f"shopify-{fields.number_of(variant['id'])}"
        if variant.get("id")
        else f"shopify-line-{fields.number_of(node['id'])}",
    )


def _line(node: Mapping[str, Any], currency: str, is_gross: bool) -> Entry:
    off = (_amount(allocation["allocatedAmountSet"], currency) for allocation in node["discountAllocations"])
    return fields.line(
        _sku(node),
        int(node["quantity"]),
        _amount(node["originalUnitPriceSet"], currency),
        sum(off, start=Money.zero(currency)),
        _taxes(node["taxLines"], currency),
        tax_included=is_gross,
    )


def _shipping(order: Mapping[str, Any], currency: str, is_gross: bool) -> Money:
    fee = Money.zero(currency)
    for line in order["shippingLines"]["nodes"]:
        fee += _amount(line["discountedPriceSet"], currency)
        fee += Money.zero(currency) if is_gross else _taxes(line["taxLines"], currency)
    return fee


def _products(nodes: list[dict[str, Any]], currency: str) -> dict[str, Entry]:
    """Return what was bought, each variant once."""
    products: dict[str, Entry] = {}
    sold = set()
    for node in nodes:
        sku = _sku(node)
        if sku in sold:
            continue
        sold.add(sku)
        product, variant = node.get("product") or {}, node.get("variant") or {}
        is_digital = bool(node.get("isGiftCard")) or not node.get("requiresShipping", True)
        # A product that was deleted since, or a line made by hand, is a product of its own.
        key = f"shopify-{fields.number_of(product['id'])}" if product.get("id") else sku
        entry = products.setdefault(
            key,
            fields.without_nothing(
                {
                    "id": key,
                    "title": fields.text(product.get("title") or node.get("title"), 200, sku),
                    "category": fields.text(product.get("productType"), 64, "other"),
                    "return_class": fields.return_class(product.get("tags") or (), is_digital=is_digital),
                    "supplier": fields.text(product.get("vendor"), 120) or None,
                    "description": fields.page(product.get("description")),
                    "currency": currency,
                    "variants": [],
                }
            ),
        )
        options = [(option.get("name"), option.get("value")) for option in variant.get("selectedOptions") or ()]
        entry["variants"].append(
            {
                "sku": sku,
                "price": fields.amount(_amount(node["originalUnitPriceSet"], currency)),
                "stock": max(0, min(int(variant.get("inventoryQuantity") or 0), 10_000_000)),
                **fields.size_and_color(options),
            }
        )
    return products


def _payment(transaction: Mapping[str, Any], currency: str) -> Iterator[Entry]:
    if transaction["status"] == "SUCCESS" and transaction["kind"] in _RECEIVED:
        yield {
            "method": fields.text(transaction.get("formattedGateway"), 40, "unknown"),
            "amount": fields.amount(_amount(transaction["amountSet"], currency)),
            "paid_at": fields.moment(transaction.get("processedAt")),
        }


def _parcels(sent: Mapping[str, Any], number: str, placed_at: str) -> Iterator[Entry]:
    """Yield the parcels of a fulfilment; one without tracking is named after the fulfilment."""
    display = str(sent.get("displayStatus") or "FULFILLED")
    if sent["status"] in _SENT_NOTHING or display in _VOID:
        return
    delivered_at = fields.not_before(fields.moment(sent.get("deliveredAt")), placed_at)
    state = _STATES.get(display, ShipmentState.IN_TRANSIT)
    scans = list(_scans(sent, placed_at))
    if state is ShipmentState.DELIVERED and delivered_at is None:
        arrivals = [scan["at"] for scan in scans if scan["state"] == state.value]
        delivered_at = max(arrivals, default=None)
        # Delivered, but nobody knows when: that begins no time limit.
        state = state if delivered_at else ShipmentState.OUT_FOR_DELIVERY
    shipped_at = fields.not_before(fields.moment(sent.get("inTransitAt") or sent.get("createdAt")), placed_at)
    if state is ShipmentState.LABEL_CREATED:
        shipped_at = None
    infos = [info for info in sent["trackingInfo"] if info.get("number")]
    for info in infos or [{"company": None, "number": str(sent.get("name") or number).lstrip("#")}]:
        yield fields.without_nothing(
            {
                "carrier": fields.text(info.get("company"), 80, "-"),
                "tracking_number": fields.text(info.get("number"), 60, number),
                "state": state.value,
                "shipped_at": min(filter(None, (shipped_at, delivered_at)), default=None),
                "promised_by": fields.not_before(fields.moment(sent.get("estimatedDeliveryAt")), placed_at),
                "delivered_at": delivered_at if state is ShipmentState.DELIVERED else None,
                "events": scans,
            }
        )


def _scans(sent: Mapping[str, Any], placed_at: str) -> Iterator[Entry]:
    for event in sent["events"]["nodes"]:
        at = fields.not_before(fields.moment(event.get("happenedAt")), placed_at)
        if at and event.get("status") not in _VOID:
            state = _STATES.get(str(event.get("status")), ShipmentState.IN_TRANSIT)
            yield {"at": at, "state": state.value, "location": fields.text(event.get("city"), 120)}


def _state(order: Mapping[str, Any], shipments: list[Entry]) -> str:
    if order.get("cancelledAt"):
        return OrderState.CANCELED.value
    return fields.state(
        shipments,
        is_paid=order.get("displayFinancialStatus") in _PAID,
        is_complete=order.get("displayFulfillmentStatus") == "FULFILLED",
    )


def _postal(address: Mapping[str, Any]) -> Entry:
    street = ", ".join(filter(None, (address.get("address1"), address.get("address2"))))
    return {
        "name": address.get("name"),
        "street": street,
        "postcode": address.get("zip"),
        "city": address.get("city"),
        "country": address.get("countryCodeV2"),
    }


def _notes(order: Mapping[str, Any], told: Entry, asked: Money, total: Money) -> Iterator[str]:
    if asked != total:
        yield f"Shopify's total is {asked}, the lines, shipping and duties make {total}: Parley knows no tips and fees"
    if not order.get("email"):
        yield "the order has no e-mail address: only its postcode or phone number proves it"
    if any(Decimal(line["unit_price"]) == 0 for line in told["lines"]):
        yield "a line costs nothing"
