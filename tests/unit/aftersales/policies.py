"""A policy to decide by, independent of the one that ships."""

from __future__ import annotations

from decimal import Decimal

from bot.aftersales.labels import Payer, Remedy
from bot.aftersales.policy import DestinationPolicy, Policy, Terms

EU = DestinationPolicy(
    name="eu",
    countries=frozenset({"DE", "AT"}),
    change_of_mind=Terms(
        days=30,
        remedies=(Remedy.RETURN_REFUND, Remedy.EXCHANGE),
        return_shipping=Payer.CUSTOMER,
        refunds_outbound_shipping=True,
        source="law of change_of_mind",
        review_above=Decimal(500),
    ),
    faulty=Terms(
        days=730,
        remedies=(
            Remedy.RESHIP,
            Remedy.EXCHANGE,
            Remedy.RETURN_REFUND,
            Remedy.REPAIR,
            Remedy.REFUND_PARTIAL,
        ),
        return_shipping=Payer.SHOP,
        refunds_outbound_shipping=True,
        source="law of faulty",
        review_above=Decimal(500),
    ),
    service=Terms(
        days=None,
        remedies=(
            Remedy.RESHIP,
            Remedy.REFUND_FULL,
            Remedy.REFUND_PARTIAL,
            Remedy.COUPON,
            Remedy.APOLOGY,
        ),
        return_shipping=Payer.SHOP,
        refunds_outbound_shipping=True,
        source="law of service",
        review_above=Decimal(250),
    ),
    days_to_send=14,
    days_to_refund=14,
)
SHOP = DestinationPolicy(
    name="shop",
    countries=frozenset(),
    change_of_mind=EU.change_of_mind,
    faulty=EU.faulty,
    service=EU.service,
    days_to_send=10,
    days_to_refund=7,
)
A_POLICY = Policy(
    destinations=(EU,),
    default=SHOP,
    version="v1",
    exchange_rates={"EUR": Decimal(1), "JPY": Decimal(165)},
)
