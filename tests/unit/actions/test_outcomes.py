"""What is said of each thing that can be started for a complaint: the response, its values, and facts for programs."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.intake import Intake
from actions.outcomes import say_outcome
from bot.aftersales.case import Case
from bot.aftersales.customs import CustomsMatter
from bot.aftersales.grant import Coupon, WarrantyExtension
from bot.aftersales.labels import Payer, Remedy
from bot.aftersales.offer import Offer, Proposer
from bot.aftersales.refund import Refund, RefundBreakdown
from bot.aftersales.repair import Repair
from bot.aftersales.reship import Reshipment
from bot.aftersales.verdict import Verdict
from bot.services.document_links import PREFIX, DocumentKind, DocumentLinks, Ticket
from bot.services.remedies import Outcome
from tests.unit.aftersales.builders import NOW, a_case, euros

NUMBER, ORDER = "C1000001", "10482733"
VERDICT = cast(Verdict, SimpleNamespace(goods_stay=True, days_to_refund=14, return_shipping=Payer.SHOP))

LINKS = DocumentLinks(b"a key for tests")
CONTEXT = SimpleNamespace(links=LINKS, clock=lambda: NOW)
INTAKE = cast(Intake, SimpleNamespace(context=CONTEXT, turn=SimpleNamespace(language="de")))


def said(outcome: Outcome) -> dict[str, Any]:
    dispatcher = CollectingDispatcher()
    say_outcome(dispatcher, INTAKE, outcome, VERDICT)
    (message,) = dispatcher.messages
    return {key: value for key, value in message.items() if value}


def a_case_of(remedy: Remedy) -> Case:
    case = a_case()
    case.offer(Offer(remedy, Proposer.BOT, NOW))
    return case


def a_refund() -> Refund:
    money = euros("12.50")
    breakdown = RefundBreakdown.of_goodwill(money)
    return Refund("F1000001", "k", NUMBER, ORDER, "agreed", NOW, NOW, breakdown, money, [])


def test_without_anything_started_the_complaint_is_registered() -> None:
    message = said(Outcome(a_case()))
    assert message["response"] == "utter_complaint_registered"
    assert message["case"] == NUMBER
    assert message["issue"]["name"] == "label_issue_defective"
    assert message["facts"]["case"]["number"] == NUMBER


@pytest.mark.parametrize(
    ("remedy", "response"),
    [
        (Remedy.REFUND_FULL, "utter_refund_keeps_goods"),
        (Remedy.REFUND_PARTIAL, "utter_complaint_refund_agreed"),
    ],
)
def test_money_is_told_with_its_amount_and_its_days(remedy: Remedy, response: str) -> None:
    message = said(Outcome(a_case_of(remedy), refund=a_refund()))
    assert (message["response"], message["days"], message["refund"]["amount"]) == (response, 14, "12.50")
    assert message["facts"]["refund"]["number"] == "F1000001"


def test_a_coupon_is_told_with_its_code_and_its_last_day() -> None:
    coupon = Coupon("G1000001", "ABC", "k", NUMBER, NOW, NOW + timedelta(days=365), percent=Decimal("10.0"))
    message = said(Outcome(a_case(), coupon=coupon))
    assert (message["response"], message["code"], message["percent"]) == ("utter_coupon_issued", "ABC", "10")
    assert message["facts"]["coupon"] == {"code": "ABC", "percent": "10"}
    assert message["until"]["type"] == "date"


def test_a_longer_warranty_is_told_with_its_last_day() -> None:
    extension = WarrantyExtension("k", NUMBER, ORDER, 1, 12, date(2027, 3, 20), NOW)
    message = said(Outcome(a_case(), extension=extension))
    assert (message["response"], message["until"]["date"]) == ("utter_warranty_extended", "2027-03-20")


def test_goods_sent_again_are_told_with_the_end_of_the_search() -> None:
    reshipment = Reshipment("S1000001", NUMBER, ORDER, NOW)
    assert said(Outcome(a_case(), reshipment=reshipment))["response"] == "utter_reship_opened"
    reshipment.search("KP1", NOW + timedelta(days=7))
    message = said(Outcome(a_case(), reshipment=reshipment))
    assert (message["response"], message["until"]["date"]) == ("utter_reship_searching", "2026-03-27")
    assert message["facts"]["reship"] == {"number": "S1000001", "state": "searching"}


def test_a_repair_is_told_with_who_pays_for_the_way() -> None:
    repair = Repair("W1000001", NUMBER, ORDER, 1, 1, True, NOW, date(2026, 4, 3))
    message = said(Outcome(a_case(), repair=repair))
    assert (message["response"], message["repair"]) == ("utter_repair_opened", "W1000001")
    assert message["shipping"]["name"] == "label_shipping_free"
    assert message["facts"]["repair"] == {"number": "W1000001", "state": "requested"}
    document = message["facts"]["document"]
    ticket = LINKS.read(document["url"].removeprefix(PREFIX), NOW)
    assert (document["kind"], ticket) == ("repair", Ticket(DocumentKind.REPAIR, "W1000001", "de"))


def test_a_customs_matter_is_told_with_its_number() -> None:
    message = said(Outcome(a_case(), customs=CustomsMatter("K1000001", NUMBER, ORDER, NOW)))
    assert message["response"] == "utter_customs_opened"
    assert message["facts"]["customs"] == {"number": "K1000001", "state": "reported"}
