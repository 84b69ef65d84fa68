"""Orders as Shopify's GraphQL Admin API answers them, with the fields that are asked for."""

from __future__ import annotations

from typing import Any


def bag(amount: str, currency: str = "EUR") -> dict[str, Any]:
    """Return a MoneyBag."""
    return {"presentmentMoney": {"amount": amount, "currencyCode": currency}}


def a_line(number: int = 1, **fields: Any) -> dict[str, Any]:
    """Return a line of one pair of boots for 119 with 19 of tax in it."""
    return {
        "id": f"gid://shopify/LineItem/{number}",
        "title": "Boots",
        "sku": f"BOOT-{number}",
        "quantity": 1,
        "requiresShipping": True,
        "isGiftCard": False,
        "originalUnitPriceSet": bag("119.0"),
        "discountAllocations": [],
        "taxLines": [{"priceSet": bag("19.0")}],
        "product": {
            "id": "gid://shopify/Product/7",
            "title": "Boots",
            "productType": "shoes",
            "vendor": "Anvil",
            "tags": [],
        },
        "variant": {
            "id": f"gid://shopify/ProductVariant/{number}",
            "sku": f"BOOT-{number}",
            "inventoryQuantity": 4,
            "selectedOptions": [{"name": "Size", "value": str(40 + number)}, {"name": "Color", "value": "black"}],
        },
        **fields,
    }


def a_fulfillment(**fields: Any) -> dict[str, Any]:
    """Return a parcel that arrived."""
    return {
        "id": "gid://shopify/Fulfillment/1",
        "name": "#1001-F1",
        "status": "SUCCESS",
        "displayStatus": "DELIVERED",
        "createdAt": "2026-03-11T08:00:00Z",
        "inTransitAt": "2026-03-11T18:00:00Z",
        "deliveredAt": "2026-03-13T10:00:00Z",
        "estimatedDeliveryAt": "2026-03-14T10:00:00Z",
        "trackingInfo": [{"company": "DHL", "number": "JJD0001"}],
        "events": {"nodes": [{"status": "DELIVERED", "happenedAt": "2026-03-13T10:00:00Z", "city": "Berlin"}]},
        **fields,
    }


def an_order(*lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return an order that was paid, sent and delivered; without lines it has one pair of boots."""
    postal = {
        "name": "Mira Lind",
        "address1": "Lindenstr. 3",
        "address2": None,
        "zip": "10115",
        "city": "Berlin",
        "countryCodeV2": "DE",
        "phone": "030 12345678",
    }
    return {
        "id": "gid://shopify/Order/5001",
        "name": "#1001",
        "createdAt": "2026-03-10T09:00:00Z",
        "cancelledAt": None,
        "email": "mira.lind@example.org",
        "phone": None,
        "customerLocale": "de-DE",
        "taxesIncluded": True,
        "displayFinancialStatus": "PAID",
        "displayFulfillmentStatus": "FULFILLED",
        "returnStatus": "NO_RETURN",
        "presentmentCurrencyCode": "EUR",
        "totalPriceSet": bag("123.9"),
        "totalRefundedSet": bag("0.0"),
        "originalTotalDutiesSet": None,
        "customer": {
            "id": "gid://shopify/Customer/90",
            "displayName": "Mira Lind",
            "defaultPhoneNumber": {"phoneNumber": "+493012345678"},
        },
        "shippingAddress": postal,
        "billingAddress": postal,
        "shippingLines": {"nodes": [{"discountedPriceSet": bag("4.9"), "taxLines": [{"priceSet": bag("0.78")}]}]},
        "transactions": [
            {
                "kind": "SALE",
                "status": "SUCCESS",
                "formattedGateway": "Visa",
                "processedAt": "2026-03-10T09:01:00Z",
                "amountSet": bag("123.9"),
            }
        ],
        "fulfillments": [a_fulfillment()],
        "lineItems": {
            "nodes": list(lines) or [a_line()],
            "pageInfo": {"hasNextPage": False, "endCursor": None},
        },
        **fields,
    }
