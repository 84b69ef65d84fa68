"""Everything that happens in the simulated year, one entry each kind: returns, exchanges, repairs and order changes."""

from __future__ import annotations

from decimal import Decimal

from bench.simulation.goods import Bought, Situation
from bench.simulation.plan import (
    PHOTO,
    Agent,
    End,
    Later,
    Says,
    Scan,
    Scenario,
    Shop,
    Step,
    Until,
    Worth,
    cheaper,
    first_pieces,
    goods_only,
    reason,
    remedy,
    withdrawn,
)

SENT, SETTLED = "utter_notify_refund_sent", "utter_notify_refund_settled"
RECEIVED, INSPECTED = "utter_notify_return_received", "utter_notify_return_inspected"
SHIPPED, DELIVERED = "utter_notify_replacement_shipped", "utter_notify_replacement_delivered"

MONEY: tuple[Step, ...] = (Until(SENT), Later(days=2), Shop("refund.settled"))
HERE: tuple[Step, ...] = (Later(days=3), Shop("return.received"), Later(days=1))
BACK: tuple[Step, ...] = (*HERE, Shop("return.inspected"), *MONEY)
PARCEL = {"carrier": "Kranich Paket", "tracking_number": "@new"}
REPLACED: tuple[Step, ...] = (
    Later(days=1), Shop("replacement.shipped", PARCEL), Later(days=2), Scan("again", "delivered"),
)  # fmt: skip
OPENED = "utter_return_opened"
IN_REVIEW = "utter_return_in_review"


def choose_items(*items: str) -> tuple[str, ...]:
    """Return the buttons of order lines."""
    return tuple(f'/choose_item{{"item": "{item}"}}' for item in items)


def pieces(count: int) -> tuple[str, ...]:
    """Return the button of a number of pieces."""
    return (f'/choose_quantity{{"quantity": "{count}"}}',)


def size(name: str) -> tuple[str, ...]:
    """Return the button of a variant of the first line."""
    return (f'/choose_variant{{"variant": "@{name}"}}',)


def completed(worth: Worth, **more: int) -> End:
    """Return the end of a return whose goods came as agreed; ``more`` is what comes into stock."""
    stock = {f"{key[1:]}-M": count for key, count in more.items()}
    told = (RECEIVED, INSPECTED, SENT, SETTLED)
    return End(told=told, refunds=(worth,), things={"returns": "completed"}, liability="customer", stock=stock)


def _half(bought: Bought) -> Decimal:
    return bought.place.rounded(bought.goods / 2)


_DISPUTED = "utter_notify_return_disputed"
_DEAR = Situation(euros="620.00")

RETURNS = (
    Scenario(
        "return_changed_mind", "changed_mind", "/return_item", OPENED, "return", after=BACK,
        end=completed(withdrawn, l1=1),
    ),
    Scenario(
        "return_wrong_size", "wrong_size", "/return_item", OPENED, "return", after=BACK,
        end=completed(withdrawn, l1=1),
    ),
    Scenario(
        "return_with_duties", "changed_mind", "/return_item", OPENED, "return", Situation(duties=True),
        after=BACK, abroad=True,
        end=End(
            told=(RECEIVED, INSPECTED, SENT, SETTLED), refunds=(withdrawn,), things={"returns": "completed"},
            liability="customer", stock={"1-M": 1}, open=("reclaim_duties",),
        ),
    ),
    Scenario(
        "return_some_pieces", "changed_mind", "/return_item", OPENED, "return", Situation((3,), discount=10),
        {"utter_ask_quantity": pieces(2)}, BACK, completed(first_pieces(1, 2), l1=2),
    ),
    Scenario(
        "return_one_line", "changed_mind", "/return_item", OPENED, "return", Situation((1, 2), discount=15),
        {"utter_ask_items": choose_items("2"), "utter_ask_quantity": pieces(2)}, BACK,
        completed(first_pieces(2, 2), l2=2),
    ),
    Scenario(
        "return_partly_received", "changed_mind", "/return_item", OPENED, "return", Situation((1, 1)),
        {"utter_ask_items": choose_items("all")},
        (Later(days=3), Shop("return.received", {"lines": [{"line": 1, "quantity": 1}]}), *BACK),
        End(
            told=("utter_notify_return_partly_received", RECEIVED, INSPECTED, SENT, SETTLED), refunds=(withdrawn,),
            things={"returns": "completed"}, liability="customer", stock={"1-M": 1, "2-M": 1},
        ),
    ),
    Scenario(
        "return_tracked", "changed_mind", "/return_item", OPENED, "return",
        after=(
            Later(days=1), Says('/inform{"tracking_number": "@back"}', "utter_return_tracking_noted"),
            Later(days=1), Scan("back", "in_transit"), *BACK,
        ),
        end=completed(withdrawn, l1=1),
    ),
    Scenario(
        "return_expired", "changed_mind", "/return_item", OPENED, "return",
        after=(Until("utter_notify_return_expired"),),
        end=End(told=("utter_notify_return_expired",), things={"returns": "expired"}, liability="customer"),
    ),
    Scenario(
        "return_worn", "changed_mind", "/return_item", OPENED, "return",
        after=(
            *HERE, Shop("return.inspected", {"lines": [{"line": 1, "damaged_by_customer": 1}]}), Later(),
            Agent("settle", {"reason": "worn outdoors"}, _half), *MONEY,
        ),
        end=End(
            told=(RECEIVED, _DISPUTED, INSPECTED, SENT, SETTLED), refunds=(_half,), things={"returns": "completed"},
            liability="customer",
        ),
        needs_person=True,
    ),
    Scenario(
        "return_of_something_else", "changed_mind", "/return_item", OPENED, "return",
        after=(
            *HERE, Shop("return.inspected", {"lines": [{"line": 1, "wrong_item": 1}]}), Later(),
            Agent("decline", {"reason": "wrong_item"}),
        ),
        end=End(
            told=(RECEIVED, _DISPUTED, "utter_notify_return_declined"), things={"returns": "declined"},
            liability="customer", open=("send_goods_back",),
        ),
        needs_person=True,
    ),
    Scenario(
        "return_dear_approved", "changed_mind", "/return_item", IN_REVIEW, "return", _DEAR,
        after=(Later(), Agent("approve"), *BACK),
        end=End(
            told=("utter_notify_return_approved", RECEIVED, INSPECTED, SENT, SETTLED), refunds=(withdrawn,),
            things={"returns": "completed"}, liability="customer", stock={"1-M": 1},
        ),
        needs_person=True,
    ),
    Scenario(
        "return_dear_declined", "changed_mind", "/return_item", IN_REVIEW, "return", _DEAR,
        after=(Later(), Agent("decline", {"reason": "other"})),
        end=End(told=("utter_notify_return_declined",), things={"returns": "declined"}, liability="customer"),
        needs_person=True,
    ),
    Scenario(
        "return_too_late", "changed_mind", "/return_item", "utter_return_refused", "return", Situation(moved=60),
        end=End(case="closed", liability="customer"),
    ),
    Scenario(
        "return_withdrawn", "changed_mind", "/return_item", OPENED, "return",
        after=(Later(days=1), Says("/withdraw_case", "utter_case_withdrawn")),
        end=End(case="withdrawn", things={"returns": "canceled"}, liability="customer"),
    ),
    Scenario(
        "refund_bounced", "changed_mind", "/return_item", OPENED, "return",
        after=(
            *HERE, Shop("return.inspected"), Until(SENT), Later(days=1),
            Shop("refund.failed", {"reason": "account_closed"}), Later(days=2), Shop("refund.settled"),
        ),
        end=End(
            told=(RECEIVED, INSPECTED, SENT, SENT, SETTLED), refunds=(withdrawn,), things={"returns": "completed"},
            liability="customer", stock={"1-M": 1},
        ),
    ),
)  # fmt: skip

_SWAPPED = "utter_exchange_opened"
_EXCHANGED = (RECEIVED, "utter_notify_return_completed", SHIPPED, DELIVERED)
_BOTH = {"returns": "completed", "exchanges": "replacement_delivered"}

EXCHANGES = (
    Scenario(
        "exchange_size", "wrong_size", "/exchange_item", _SWAPPED, "exchange", Situation(),
        {"utter_ask_variant": size("L")}, (*HERE, Shop("return.inspected"), *REPLACED),
        End(told=_EXCHANGED, things=_BOTH, liability="customer", stock={"1-L": -1, "1-M": 1}),
    ),
    Scenario(
        "exchange_dearer", "wrong_size", "/exchange_item", _SWAPPED, "exchange", Situation(),
        {"utter_ask_variant": size("XL")},
        (Later(days=1), Shop("difference.paid"), *HERE, Shop("return.inspected"), *REPLACED),
        End(told=_EXCHANGED, things=_BOTH, liability="customer", stock={"1-XL": -1, "1-M": 1}),
    ),
    Scenario(
        "exchange_cheaper", "wrong_size", "/exchange_item", _SWAPPED, "exchange", Situation(),
        {"utter_ask_variant": size("S")}, (*HERE, Shop("return.inspected"), *REPLACED, *MONEY),
        End(
            told=(RECEIVED, INSPECTED, SENT, SETTLED, SHIPPED, DELIVERED), refunds=(cheaper("S"),), things=_BOTH,
            liability="customer", stock={"1-S": -1, "1-M": 1},
        ),
    ),
    Scenario(
        "exchange_sold_out_after_all", "wrong_size", "/exchange_item", _SWAPPED, "exchange", Situation(),
        {"utter_ask_variant": size("L")}, (Later(days=1), Shop("replacement.unavailable"), *BACK),
        End(
            told=("utter_notify_replacement_unavailable", RECEIVED, INSPECTED, SENT, SETTLED), refunds=(withdrawn,),
            things={"returns": "completed", "exchanges": "canceled"}, liability="customer",
            # The piece that was set aside turned out not to be there.
            stock={"1-L": -1, "1-M": 1},
        ),
    ),
    Scenario(
        "exchange_expired", "wrong_size", "/exchange_item", _SWAPPED, "exchange", Situation(),
        {"utter_ask_variant": size("L")}, (Until("utter_notify_return_expired"),),
        End(
            told=("utter_notify_return_expired",), things={"returns": "expired", "exchanges": "canceled"},
            liability="customer",
        ),
    ),
    Scenario(
        "damaged_exchange", "damaged", reason("damaged"), _SWAPPED, "damaged", Situation(),
        {"utter_ask_evidence": (PHOTO,), "utter_ask_remedy": remedy("exchange"), "utter_ask_variant": size("M")},
        (*HERE, Shop("return.inspected"), *REPLACED),
        End(told=_EXCHANGED, things=_BOTH, liability="carrier", stock={"1-M": -1}, claims=(goods_only,)),
    ),
)  # fmt: skip

_MENDED = "utter_repair_opened"
_REPAIR = {"utter_ask_evidence": (PHOTO,), "utter_ask_remedy": remedy("repair")}
_STARTED, _QUOTED = "utter_notify_repair_started", "utter_notify_repair_quoted"
_QUOTE = (
    Later(days=3), Shop("repair.received"), Later(days=1),
    Shop("repair.quoted", {"amount": "19", "currency": "@currency"}), Until(_QUOTED), Later(days=1),
)  # fmt: skip


def _back(*, repaired: bool) -> tuple[Step, ...]:
    shipped = Shop("repair.shipped_back", {**PARCEL, "repaired": repaired})
    return (Later(days=1), shipped, Later(days=2), Scan("again", "delivered"))


def _answer(answer: str) -> str:
    return f'/answer_quote{{"repair": "@repair", "accepted": "{answer}"}}'


REPAIRS = (
    Scenario(
        "repair", "defective", reason("defective"), _MENDED, None, Situation(moved=90), _REPAIR,
        (Later(days=3), Shop("repair.received"), *_back(repaired=True)),
        End(told=(_STARTED, "utter_notify_repair_shipped_back"), things={"repairs": "completed"}, liability="supplier"),
    ),
    Scenario(
        "repair_quote_accepted", "defective", reason("defective"), _MENDED, None, Situation(moved=90), _REPAIR,
        (*_QUOTE, Says(_answer("yes"), "utter_quote_accepted"), *_back(repaired=True)),
        End(
            told=(_STARTED, _QUOTED, "utter_notify_repair_shipped_back"), things={"repairs": "completed"},
            liability="supplier", open=("bill_repair",),
        ),
    ),
    Scenario(
        "repair_quote_declined", "defective", reason("defective"), _MENDED, None, Situation(moved=90), _REPAIR,
        (*_QUOTE, Says(_answer("no"), "utter_quote_declined"), *_back(repaired=False)),
        End(
            told=(_STARTED, _QUOTED, "utter_notify_repair_returned_unrepaired"), things={"repairs": "completed"},
            liability="supplier",
        ),
    ),
    Scenario(
        "repair_expired", "defective", reason("defective"), _MENDED, None, Situation(moved=90), _REPAIR,
        (Until("utter_notify_repair_expired"),),
        End(told=("utter_notify_repair_expired",), things={"repairs": "expired"}, liability="supplier"),
    ),
)  # fmt: skip
