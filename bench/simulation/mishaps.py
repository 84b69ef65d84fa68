"""The rest of what happens: bad goods, parcels, customs, payments, service, and what only people can settle."""

from __future__ import annotations

from dataclasses import replace

from bench.simulation.bargains import BARGAINS, CHANGES
from bench.simulation.goods import STOCK, Situation
from bench.simulation.plan import (
    PHOTO,
    Agent,
    End,
    Later,
    Scan,
    Scenario,
    Sends,
    Shop,
    Step,
    TakeOver,
    Until,
    everything,
    goods_only,
    reason,
    remedy,
)
from bench.simulation.scenarios import (
    BACK,
    EXCHANGES,
    IN_REVIEW,
    INSPECTED,
    MONEY,
    OPENED,
    PARCEL,
    RECEIVED,
    REPAIRS,
    RETURNS,
    SENT,
    SETTLED,
    choose_items,
)

_REGISTERED = "utter_complaint_registered"
_APPROVED, _DECLINED = "utter_notify_case_approved", "utter_notify_case_declined"
_RETURN = {"utter_ask_evidence": (PHOTO,), "utter_ask_remedy": remedy("return_refund")}
_ALL_BACK = (RECEIVED, INSPECTED, SENT, SETTLED)


def _returned(liability: str, *told: str) -> End:
    return End(
        told=(*told, *_ALL_BACK), refunds=(everything,), things={"returns": "completed"}, liability=liability,
        claims=(everything,) if liability in ("carrier", "supplier") else (),
    )  # fmt: skip


GOODS = (
    Scenario(
        "damaged_return", "damaged", reason("damaged"), OPENED, "damaged", Situation(), _RETURN, BACK,
        _returned("carrier"),
    ),
    Scenario(
        "wrong_item_return", "wrong_item", reason("wrong_item"), OPENED, None, Situation(), _RETURN, BACK,
        _returned("seller"),
    ),
    Scenario(
        "liability_overruled", "damaged", reason("damaged"), OPENED, "damaged", Situation(), _RETURN,
        (Later(), Agent("liability", {"liable": "supplier", "reason": "the box was whole"}), *BACK),
        _returned("supplier"), needs_person=True,
    ),
    Scenario(
        "no_photo", "damaged", reason("damaged"), IN_REVIEW, "damaged", Situation(),
        {**_RETURN, "utter_ask_evidence": ("/deny",)}, (Later(), Agent("decline", {"reason": "no_evidence"})),
        End(told=("utter_notify_return_declined",), things={"returns": "declined"}, liability="carrier"),
        needs_person=True,
    ),
    Scenario(
        "counterfeit", "counterfeit", reason("counterfeit"), IN_REVIEW, None, Situation(), _RETURN,
        (Later(), Agent("approve"), *BACK),
        # Whoever knows the brand looks at the goods whatever is paid for them.
        replace(_returned("supplier", "utter_notify_return_approved"), open=("check_authenticity",)), needs_person=True,
    ),
    Scenario(
        "cheap_goods_stay", "damaged", reason("damaged"), "utter_refund_keeps_goods", "damaged",
        Situation(euros="9.90"), {**_RETURN, "utter_ask_remedy": remedy("refund_full")}, MONEY,
        End(told=(SENT, SETTLED), refunds=(everything,), claims=(everything,), liability="carrier"),
    ),
    Scenario(
        "missing_item", "missing_item", reason("missing_item"), "utter_reship_opened", None, Situation((1, 1)),
        {**_RETURN, "utter_ask_items": choose_items("1"), "utter_ask_remedy": remedy("reship")},
        (Later(days=1), Shop("reshipment.shipped", PARCEL), Later(days=3), Scan("again", "delivered")),
        End(
            told=("utter_notify_reship_shipped", "utter_notify_reship_delivered"), liability="seller",
            things={"reshipments": "delivered"}, stock={"1-M": -1},
        ),
    ),
    Scenario(
        "safety", "safety_hazard", reason("safety_hazard"), "utter_handoff_queued", None, Situation(), {},
        (TakeOver(),), End(liability="supplier", open=("check_safety",)), needs_person=True,
    ),
)  # fmt: skip

_UNDER_WAY = Situation(state="shipped", parcel="in_transit", moved=20, promised=10)
_SEARCHED = Situation(state="shipped", parcel="in_transit", moved=4, promised=2)
_AGAIN: tuple[Step, ...] = (
    Shop("reshipment.shipped", PARCEL), Later(days=3), Scan("again", "delivered"),
)  # fmt: skip
_RESHIP = {"utter_ask_remedy": remedy("reship")}
_SENT_AGAIN = ("utter_notify_reship_shipped", "utter_notify_reship_delivered")
_THERE = {"reshipments": "delivered"}

PARCELS = (
    Scenario(
        "lost_sent_again", "lost_parcel", reason("lost_parcel"), "utter_reship_opened", "lost", _UNDER_WAY, _RESHIP,
        (Later(days=1), *_AGAIN), End(
            told=_SENT_AGAIN, things=_THERE, claims=(goods_only,), liability="carrier", stock={"1-M": -1},
        ),
    ),
    Scenario(
        "lost_searched", "lost_parcel", reason("lost_parcel"), "utter_reship_searching", "lost", _SEARCHED, _RESHIP,
        (Later(days=11), *_AGAIN), End(told=_SENT_AGAIN, things=_THERE, liability="undetermined", stock={"1-M": -1}),
    ),
    Scenario(
        "lost_found", "lost_parcel", reason("lost_parcel"), "utter_reship_searching", "lost", _SEARCHED, _RESHIP,
        (Later(days=3), Scan("order", "delivered")),
        End(
            told=("utter_notify_parcel_found",), things={"reshipments": "found_meanwhile"}, liability="undetermined",
            order_state="delivered",
        ),
    ),
    Scenario(
        "lost_refunded", "lost_parcel", reason("lost_parcel"), "utter_complaint_refund_agreed", "lost",
        Situation(state="shipped", parcel="lost", moved=20, promised=10), {"utter_ask_remedy": remedy("refund_full")},
        MONEY, End(told=(SENT, SETTLED), refunds=(everything,), claims=(everything,), liability="carrier"),
    ),
    Scenario(
        "lost_sold_out", "lost_parcel", reason("lost_parcel"), "utter_reship_opened", "lost",
        Situation(state="shipped", parcel="in_transit", moved=20, promised=10, scarce=True), _RESHIP,
        (Later(), Shop("stock.changed", {"free": STOCK}), Agent("approve"), Later(days=1), *_AGAIN),
        End(
            told=("utter_notify_reship_unavailable", _APPROVED, *_SENT_AGAIN), claims=(goods_only,),
            liability="carrier",
            things={"reshipments": "delivered"}, stock={"1-M": STOCK - 1},
        ),
        needs_person=True,
    ),
    Scenario(
        "denied_delivery_sent_again", "delivered_not_received", reason("delivered_not_received"), _REGISTERED, None,
        Situation(moved=8), _RESHIP, (Later(), Agent("approve"), Later(days=1), *_AGAIN),
        End(told=(_APPROVED, *_SENT_AGAIN), things=_THERE, liability="undetermined", stock={"1-M": -1}),
        needs_person=True,
    ),
    Scenario(
        "denied_delivery_declined", "delivered_not_received", reason("delivered_not_received"), _REGISTERED, None,
        Situation(moved=8), _RESHIP, (Later(), Agent("decline", {"reason": "other"})),
        End(told=(_DECLINED,), liability="undetermined"), needs_person=True,
    ),
    Scenario(
        "late_coupon", "late_delivery", reason("late_delivery"), "utter_coupon_issued", None, _SEARCHED,
        {"utter_ask_remedy": remedy("coupon"), "utter_ask_offer": ("/deny", "/affirm")}, (),
        End(coupon=10, liability="carrier"),
    ),
    Scenario(
        "late_refunded", "late_delivery", reason("late_delivery"), _REGISTERED, None, _SEARCHED,
        {"utter_ask_remedy": remedy("refund_full")}, (Later(), Agent("approve"), *MONEY),
        End(told=(_APPROVED, SENT, SETTLED), refunds=(everything,), claims=(everything,), liability="carrier"),
        needs_person=True,
    ),
)  # fmt: skip

_HELD = Situation(state="shipped", parcel="in_customs", moved=3, promised=-2)
_SORRY = {"utter_ask_remedy": remedy("apology")}
_PAPERS = Shop("customs.updated", {"state": "papers_requested", "papers": ["identity"], "due_on": "@due"})

AUTHORITIES = (
    Scenario(
        "customs_released", "customs_hold", reason("customs_hold"), "utter_customs_opened", None, _HELD, _SORRY,
        (
            Later(), Agent("approve"), Later(days=1), _PAPERS, Until("utter_notify_customs_papers"), Later(days=1),
            Sends("utter_papers_received"), Later(days=1), Shop("customs.updated", {"state": "submitted"}),
            Later(days=2), Shop("customs.updated", {"state": "released"}),
        ),
        End(
            told=(_APPROVED, "utter_notify_customs_papers", "utter_notify_customs_released"),
            things={"customs": "closed"}, liability="force_majeure",
        ),
        needs_person=True, abroad=True,
    ),
    Scenario(
        "customs_abandoned", "customs_hold", reason("customs_hold"), "utter_customs_opened", None, _HELD, _SORRY,
        (
            Later(), Agent("approve"), Later(days=1), _PAPERS, Until("utter_notify_customs_papers"),
            Until("utter_notify_customs_abandoned"), Later(), Agent("decline", {"reason": "other"}),
        ),
        End(
            told=(_APPROVED, "utter_notify_customs_papers", "utter_notify_customs_abandoned", _DECLINED),
            things={"customs": "closed"}, liability="force_majeure",
        ),
        needs_person=True, abroad=True,
    ),
    Scenario(
        "customs_charges", "customs_charges", reason("customs_charges"), "utter_coupon_issued", None, Situation(),
        {
            "utter_ask_evidence": (PHOTO,), "utter_ask_remedy": remedy("coupon"), "utter_ask_offer": ("/affirm",),
        },
        (), End(coupon=5, liability="force_majeure"), abroad=True,
    ),
)  # fmt: skip

MONEY_MATTERS = (
    Scenario(
        "charged_twice", "overcharged", reason("overcharged"), "utter_complaint_refund_agreed", None,
        Situation(charges=2), {"utter_ask_remedy": remedy("refund_partial")}, MONEY,
        End(told=(SENT, SETTLED), refunds=(everything,), liability="seller"),
    ),
    Scenario(
        "charged_right", "overcharged", reason("overcharged"), _REGISTERED, None, Situation(), _SORRY,
        (Later(), Agent("decline", {"reason": "not_covered"})), End(told=(_DECLINED,), liability="undetermined"),
        needs_person=True,
    ),
    Scenario(
        "refund_missing", "refund_missing", reason("refund_missing"), _REGISTERED, None, Situation(), _SORRY,
        (Later(), Agent("approve")), End(told=(_APPROVED,), liability="seller"), needs_person=True,
    ),
    Scenario(
        "answered_late", "poor_service", reason("poor_service"), _REGISTERED, None, Situation(), _SORRY,
        (Until("utter_notify_delay"), Agent("approve")),
        End(told=("utter_notify_delay", _APPROVED), liability="seller"), needs_person=True,
    ),
    Scenario(
        "answered_much_too_late", "other", reason("other"), _REGISTERED, None, Situation(), _SORRY,
        (Until("utter_notify_delay_handed_over"), TakeOver()),
        End(told=("utter_notify_delay", "utter_notify_delay_handed_over"), liability="undetermined"),
        needs_person=True,
    ),
)  # fmt: skip

ALL: tuple[Scenario, ...] = (
    *RETURNS, *EXCHANGES, *REPAIRS, *CHANGES, *BARGAINS, *GOODS, *PARCELS, *AUTHORITIES, *MONEY_MATTERS,
)  # fmt: skip
