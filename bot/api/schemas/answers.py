"""What is answered: orders, lists, what became of a write, events, transcripts and problems."""

from __future__ import annotations

from bot.aftersales.order import OrderState, ShipmentState
from bot.aftersales.shop_event import ShopEventState
from bot.api.schemas.kinds import AMOUNT, CURRENCY, MOMENT, NUMBER, TEXT, Schema, choice, many, named, nullable, record
from bot.conversations.model import Author

_NEXT: Schema = nullable({**TEXT, "description": "Where the next page begins; nothing after the last one."})

ADDRESS = record(name=TEXT, street=TEXT, postcode=TEXT, city=TEXT, country=TEXT)
LINE = record(
    line={**NUMBER, "minimum": 1}, sku=TEXT, product=TEXT, title=TEXT, size=nullable(TEXT), color=nullable(TEXT),
    quantity={**NUMBER, "minimum": 1}, unit_price=AMOUNT, discount=AMOUNT, tax=AMOUNT,
)  # fmt: skip
PAYMENT = record(method=TEXT, amount=AMOUNT, paid_at=MOMENT)
SCAN = record(at=MOMENT, state=choice(ShipmentState), location=TEXT)
SHIPMENT = record(
    carrier=TEXT, tracking_number=TEXT, state=choice(ShipmentState), shipped_at=nullable(MOMENT),
    promised_by=nullable(MOMENT), delivered_at=nullable(MOMENT), events=many(SCAN),
)  # fmt: skip
ORDER = record(
    "An order as Parley has it now: what the shop wrote, moved on by events and by what customers agreed on.",
    number=TEXT, customer=TEXT, state=choice(OrderState), placed_at=MOMENT, currency=CURRENCY, address=named("Address"),
    shipping_fee=AMOUNT, duties=AMOUNT, total=AMOUNT, lines=many(named("OrderLine")), payments=many(named("Payment")),
    shipments=many(named("Shipment")), cases=many(TEXT), updated_at=MOMENT,
)  # fmt: skip

WRITTEN = record(
    "What became of a write; `changed` names what is different now, and is empty where all was known.",
    key={**TEXT, "description": "The id or order number as it is stored."},
    result={"type": "string", "enum": ["added", "changed", "unchanged"]},
    changed=many(TEXT),
)
EVENTS_TAKEN = record(
    events=many(record(id=TEXT, state=choice(ShopEventState), result=nullable(TEXT))),
)

INSTRUCTION = record(
    "Money to pay back to where a payment came from; without `payment` the order tells which it was.",
    key={**TEXT, "description": "The idempotency key: one key is one payment."},
    refund=TEXT, order=TEXT, payment=nullable(TEXT), method=TEXT, amount=AMOUNT, currency=CURRENCY, reference=TEXT,
    recorded_at=MOMENT,
)  # fmt: skip
CONVERSATION = record(
    id=TEXT, channel=TEXT, language=nullable(TEXT), created_at=MOMENT, last_message_at=MOMENT,
)  # fmt: skip
MESSAGE = record(
    "An entry of a transcript, as customers see it.",
    message_id=TEXT, author=choice(author for author in Author if author is not Author.NOTE), response=nullable(TEXT),
    language=nullable(TEXT), text=TEXT, buttons=many({"type": "object"}), image=nullable(TEXT),
    custom={"type": "object"}, at=MOMENT,
)  # fmt: skip


def page(name: str, items: Schema) -> Schema:
    """Return the schema of one page of a list."""
    return record(**{name: many(items), "next": _NEXT})


MESSAGES = record(
    messages=many(named("Message")),
    next=nullable({**TEXT, "description": "Give it as `after` for what follows; nothing where this is the end."}),
)

PROBLEM: Schema = {
    "description": "What is wrong (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "`urn:parley:problem:` and the code."},
        "title": {**TEXT, "description": "The phrase of the status."},
        "status": {**NUMBER, "minimum": 400, "maximum": 599},
        "detail": {**TEXT, "description": "What is wrong with this request, for people."},
        "code": {**TEXT, "description": "What is wrong, for programs."},
        "errors": {
            "description": "Every single thing that is wrong, each with a JSON path or the name of a parameter.",
            "type": "array",
            "minItems": 1,
            "items": record(path=TEXT, reason=TEXT),
        },
        "scope": {**TEXT, "description": "The scope that the token lacks."},
        "path": {**TEXT, "description": "The field of an event that is wrong."},
        "reason": {**TEXT, "description": "What is wrong with that field."},
    },
    "additionalProperties": False,
}

ANSWERS: dict[str, Schema] = {
    "Address": ADDRESS,
    "OrderLine": LINE,
    "Payment": PAYMENT,
    "Shipment": SHIPMENT,
    "Order": ORDER,
    "Written": WRITTEN,
    "EventsTaken": EVENTS_TAKEN,
    "PaymentInstruction": INSTRUCTION,
    "Conversation": CONVERSATION,
    "Message": MESSAGE,
    "Problem": PROBLEM,
}
