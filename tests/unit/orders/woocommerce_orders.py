"""Orders and products as WooCommerce's REST API v3 answers them, with the fields that are read."""

from __future__ import annotations

from typing import Any


def an_item(number: int = 1, **fields: Any) -> dict[str, Any]:
    """Return two mugs for 20 net, 23.80 with tax."""
    return {
        "id": number,
        "name": "Mug - blue",
        "product_id": 70 + number,
        "variation_id": 700 + number,
        "quantity": 2,
        "subtotal": "20.00",
        "subtotal_tax": "3.80",
        "total": "20.00",
        "total_tax": "3.80",
        "sku": f"MUG-{number}",
        "price": 10,
        "meta_data": [
            {"id": 1, "key": "pa_color", "value": "blue", "display_key": "Color", "display_value": "blue"},
            {"id": 2, "key": "_reduced_stock", "value": "2", "display_key": "_reduced_stock", "display_value": "2"},
        ],
        **fields,
    }


def a_product(number: int = 71, **fields: Any) -> dict[str, Any]:
    """Return a mug of the catalogue."""
    return {
        "id": number,
        "name": "Mug",
        "categories": [{"id": 9, "name": "kitchen", "slug": "kitchen"}],
        "tags": [],
        "virtual": False,
        "downloadable": False,
        "stock_quantity": 12,
        **fields,
    }


def tracked(*numbers: str) -> dict[str, Any]:
    """Return what the extension Shipment Tracking keeps with an order."""
    items = [
        {
            "tracking_provider": "dhl",
            "custom_tracking_provider": "",
            "custom_tracking_link": "",
            "tracking_number": number,
            "date_shipped": "1773273600",
            "tracking_id": "0" * 32,
        }
        for number in numbers
    ]
    return {"id": 3, "key": "_wc_shipment_tracking_items", "value": items}


def an_order(*items: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return an order that was paid, sent and completed; without items it has two mugs."""
    person = {
        "first_name": "Mira",
        "last_name": "Lind",
        "address_1": "Lindenstr. 3",
        "address_2": "",
        "city": "Berlin",
        "postcode": "10115",
        "country": "DE",
    }
    return {
        "id": 727,
        "number": "727",
        "status": "completed",
        "currency": "EUR",
        "date_created_gmt": "2026-03-10T09:00:00",
        "date_paid_gmt": "2026-03-10T09:01:00",
        "date_completed_gmt": "2026-03-12T09:00:00",
        "total": "29.63",
        "shipping_total": "4.90",
        "shipping_tax": "0.93",
        "customer_id": 5,
        "payment_method_title": "Visa",
        "billing": {**person, "email": "mira.lind@example.org", "phone": "030 12345678"},
        "shipping": {**person, "phone": ""},
        "line_items": list(items) or [an_item()],
        "shipping_lines": [{"id": 9, "method_title": "Parcel post", "total": "4.90", "total_tax": "0.93"}],
        "refunds": [],
        "meta_data": [tracked("JJD0001")],
        **fields,
    }
