"""What is asked of Shopify; needs read_orders, read_customers, read_products, for old orders read_all_orders.

Amounts are asked for in the currency that the customer saw and paid (``presentmentMoney``).
"""

from __future__ import annotations

_MONEY = """
fragment Amount on MoneyBag { presentmentMoney { amount currencyCode } }
"""

_LINES = """
fragment Lines on LineItemConnection {
  nodes {
    id title sku quantity requiresShipping isGiftCard
    originalUnitPriceSet { ...Amount }
    discountAllocations { allocatedAmountSet { ...Amount } }
    taxLines { priceSet { ...Amount } }
    product { id title productType vendor tags description(truncateAt: 4000) }
    variant { id sku inventoryQuantity selectedOptions { name value } }
  }
  pageInfo { hasNextPage endCursor }
}
"""

_PARTS = """
fragment Postal on MailingAddress { name address1 address2 zip city countryCodeV2 phone }

fragment Parcel on Fulfillment {
  id name status displayStatus createdAt inTransitAt deliveredAt estimatedDeliveryAt
  trackingInfo(first: 10) { company number }
  events(first: 30) { nodes { status happenedAt city } }
}
"""

#: The newest few orders that a search by name finds, with the first page of lines.
ORDER = f"""
query ParleyOrder($query: String!) {{
  orders(first: 3, query: $query, sortKey: CREATED_AT, reverse: true) {{
    nodes {{
      id name createdAt cancelledAt email phone customerLocale
      taxesIncluded displayFinancialStatus displayFulfillmentStatus returnStatus presentmentCurrencyCode
      totalPriceSet {{ ...Amount }}
      totalRefundedSet {{ ...Amount }}
      originalTotalDutiesSet {{ ...Amount }}
      customer {{ id displayName defaultPhoneNumber {{ phoneNumber }} }}
      shippingAddress {{ ...Postal }}
      billingAddress {{ ...Postal }}
      shippingLines(first: 5) {{
        nodes {{ discountedPriceSet {{ ...Amount }} taxLines {{ priceSet {{ ...Amount }} }} }}
      }}
      transactions(first: 20) {{ kind status formattedGateway processedAt amountSet {{ ...Amount }} }}
      fulfillments(first: 10) {{ ...Parcel }}
      lineItems(first: 25) {{ ...Lines }}
    }}
  }}
}}
{_MONEY}{_LINES}{_PARTS}"""

#: A further page of an order's lines.
MORE_LINES = f"""
query ParleyLines($id: ID!, $after: String!) {{
  order(id: $id) {{ lineItems(first: 25, after: $after) {{ ...Lines }} }}
}}
{_MONEY}{_LINES}"""
