"""Orders that are changed before they leave, and goodwill that is bargained over."""

from __future__ import annotations

from bench.simulation.goods import Situation
from bench.simulation.plan import PHOTO, End, Scenario, cheaper, everything, percent, reason, remedy
from bench.simulation.scenarios import BACK, INSPECTED, MONEY, OPENED, RECEIVED, SENT, SETTLED, pieces, size

_UNSENT = Situation(state="paid", parcel=None, moved=0)

CHANGES = (
    Scenario(
        "cancel_order", "changed_mind", "/cancel_order", "utter_order_canceled", None, _UNSENT, {}, MONEY,
        End(
            told=(SENT, SETTLED), refunds=(everything,), liability="customer", stock={"1-M": 1}, open=("stop_order",),
            order_state="canceled",
        ),
    ),
    Scenario(
        "change_address", "other", "/change_address", "utter_address_changed", None, _UNSENT,
        {"utter_ask_address": ("@address",)}, (), End(open=("new_address",), liability="undetermined"),
    ),
    Scenario(
        "change_items", "changed_mind", "/change_items", "utter_items_changed_paid_back", None, _UNSENT,
        {"utter_ask_variant": size("S")}, MONEY,
        End(
            told=(SENT, SETTLED), refunds=(cheaper("S"),), liability="customer", stock={"1-M": 1, "1-S": -1},
            open=("new_items",),
        ),
    ),
)  # fmt: skip

_PART = {"utter_ask_evidence": (PHOTO,), "utter_ask_remedy": remedy("refund_partial")}
_AGREED = "utter_complaint_refund_agreed"

BARGAINS = (
    Scenario(
        "part_at_once", "damaged", reason("damaged"), _AGREED, "damaged", Situation((2,), discount=10),
        {**_PART, "utter_ask_quantity": pieces(2), "utter_ask_offer": ("/affirm",)}, MONEY,
        End(told=(SENT, SETTLED), refunds=(percent(15),), claims=(percent(15),), liability="carrier"),
    ),
    Scenario(
        "part_after_bargaining", "damaged", reason("damaged"), _AGREED, "damaged", Situation(),
        {**_PART, "utter_ask_offer": ("/deny", "/affirm")}, MONEY,
        End(told=(SENT, SETTLED), refunds=(percent(30),), claims=(percent(30),), liability="carrier"),
    ),
    Scenario(
        "ladder_to_return", "not_as_described", reason("not_as_described"), OPENED, None, Situation(),
        {**_PART, "utter_ask_offer": ("/deny", "/deny", "/deny", "/affirm")}, BACK,
        End(
            told=(RECEIVED, INSPECTED, SENT, SETTLED), refunds=(everything,), things={"returns": "completed"},
            liability="seller",
        ),
    ),
    Scenario(
        "coupon", "not_as_described", reason("not_as_described"), "utter_coupon_issued", None, Situation(),
        {**_PART, "utter_ask_remedy": remedy("coupon"), "utter_ask_offer": ("/affirm",)}, (),
        End(coupon=10, liability="seller"),
    ),
    Scenario(
        "longer_warranty", "defective", reason("defective"), "utter_warranty_extended", None, Situation(),
        {**_PART, "utter_ask_remedy": remedy("warranty_extension"), "utter_ask_offer": ("/affirm",)}, (),
        End(extension=12, liability="supplier"),
    ),
)  # fmt: skip
