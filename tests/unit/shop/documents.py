"""A small shop file that is right in every respect; tests break it where they like."""

from __future__ import annotations

from typing import Any


def right() -> dict[str, Any]:
    """Return two products, two customers and two orders, one delivered and one in transit."""
    return {
        "format": "parley-shop/1",
        "products": [
            {
                "id": "P-1",
                "title": "Walking shoes",
                "titles": {"de": "Wanderschuhe", "zh": "步行鞋"},
                "description": "Low shoes of suede.\nWaterproof\tto the ankle.",
                "descriptions": {"de": "Flache Schuhe aus Wildleder."},
                "category": "shoes",
                "supplier": "Anvil & Sole",
                "currency": "EUR",
                "variants": [
                    {"sku": "P-1-42", "price": "80.00", "stock": 3, "size": "42", "color": "black"},
                    {"sku": "P-1-43", "price": "80.00", "stock": 0, "size": "43", "color": "black"},
                ],
            },
            {
                "id": "P-2",
                "title": "Gift voucher",
                "category": "vouchers",
                "return_class": "digital",
                "warranty_months": 0,
                "currency": "JPY",
                "variants": [{"sku": "P-2", "price": 5000, "stock": 10}],
            },
        ],
        "customers": [
            {
                "id": "C-1",
                "name": "Mira Lind",
                "email": "mira.lind@example.org",
                "country": "DE",
                "language": "de",
                "phone": "+493023125001",
                "created_at": "2025-01-05T10:00:00Z",
            },
            {"id": "C-2", "name": "李娜", "email": "li.na@example.com", "country": "CN", "language": "zh"},
        ],
        "orders": [
            {
                "number": "PL-7731 0042",
                "customer": "C-1",
                "state": "delivered",
                "placed_at": "2025-03-01T09:00:00+01:00",
                "currency": "EUR",
                "address": _address("Mira Lind", "DE"),
                "shipping_fee": "4.90",
                "total": "164.90",
                "lines": [{"sku": "P-1-42", "quantity": 2, "unit_price": "80.00"}],
                "payments": [{"method": "card", "amount": "164.90", "paid_at": "2025-03-01T09:01:00+01:00"}],
                "shipments": [
                    {
                        "carrier": "Kranich Paket",
                        "tracking_number": "LX593590345DE",
                        "state": "delivered",
                        "shipped_at": "2025-03-02T12:00:00Z",
                        "promised_by": "2025-03-06T20:00:00Z",
                        "delivered_at": "2025-03-05T11:30:00.5Z",
                        "events": [
                            {"at": "2025-03-05T11:30:00Z", "state": "delivered", "location": "Berlin"},
                            {"at": "2025-03-02T12:00:00Z", "state": "in_transit"},
                        ],
                    }
                ],
            },
            {
                "number": "77310043",
                "customer": "C-2",
                "state": "shipped",
                "placed_at": "2025-03-04T09:00:00Z",
                "currency": "CNY",
                "address": _address("李娜", "CN"),
                "shipping_fee": 0,
                "total": 640.1,
                "lines": [
                    {"sku": "P-1-43", "quantity": 1, "unit_price": 620},
                    {"sku": "P-2", "quantity": 1, "unit_price": 20.1},
                ],
                "shipments": [
                    {"carrier": "Meridian Express", "tracking_number": "LY000000005DE", "state": "in_customs"}
                ],
            },
        ],
    }


def _address(name: str, country: str) -> dict[str, str]:
    return {"name": name, "street": "Hafenweg 1", "postcode": "10115", "city": "Berlin", "country": country}
