"""The shop and the conversations that the desk's tests find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bot.aftersales.case import Case, CaseState
from bot.aftersales.catalogue import Product, Variant
from bot.aftersales.escalation import Escalation, EscalationReason
from bot.aftersales.exchange import Exchange
from bot.aftersales.identification import Identification
from bot.aftersales.labels import IssueType, Liability, Payer, Priority, Remedy
from bot.aftersales.money import Money
from bot.aftersales.offer import Offer, OfferState, Proposer
from bot.aftersales.order import (
    Address,
    Customer,
    Order,
    OrderLine,
    OrderState,
    Payment,
    Shipment,
    ShipmentState,
    TrackingEvent,
)
from bot.aftersales.policy_terms import Evidence
from bot.aftersales.refund import RefundBreakdown
from bot.aftersales.return_ import Return, ReturnLine, ReturnMethod, ReturnState
from bot.aftersales.verdict import Step, Verdict
from bot.conversations.model import Author, Conversation, Message
from bot.conversations.ports import UnitOfWork
from bot.services import case_verdicts
from bot.services.account import Account, Role

EVIL = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'


@dataclass
class Seed:
    """Where to write, which moment is now, and everybody's password hash."""

    uow: Callable[[], UnitOfWork]
    now: datetime
    password_hash: str

    def ago(self, minutes: int) -> datetime:
        return self.now - timedelta(minutes=minutes)


async def fill(seed: Seed) -> None:
    """Write everything."""
    async with seed.uow() as uow:
        for account in (
            _account(seed, "ana", "Ana Lima", Role.AGENT),
            _account(seed, "ben", "Ben Okafor", Role.AGENT),
            _account(seed, "root", "Rita Root", Role.ADMINISTRATOR),
        ):
            uow.accounts.add(account)
        await uow.commit()
    await _fill_shop(seed)
    await _fill_conversations(seed)
    await _fill_cases(seed)


def _account(seed: Seed, name: str, display_name: str, role: Role) -> Account:
    return Account(name, name, display_name, seed.password_hash, role, seed.now, languages=["en"])


async def _fill_shop(seed: Seed) -> None:
    now, eur = seed.now, "EUR"
    shoes = Product("runner", "Trail runner GTX", "shoes")
    shoes.variants = [
        Variant(f"runner-{s}", "runner", Money(Decimal("89.90"), eur), 4, s, "black") for s in ("41", "42")
    ]
    kettle = Product("kettle", "Glass kettle 1.7 l", "kitchen")
    kettle.variants = [Variant("kettle-1", "kettle", Money(Decimal("39.00"), eur), 9)]
    anna = Customer(
        "k1",
        "Anna Schmidt",
        "anna.schmidt@example.org",
        "DE",
        "de",
        "+4915112345678",
        now,
    )
    evil = Customer("k2", f"Mallory {EVIL}", "mallory@example.org", "US", "en", None, now)
    order = Order(
        "10482733", anna, OrderState.DELIVERED, now - timedelta(days=9),
        Address("Anna Schmidt", "Lindenweg 4", "04109", "Leipzig", "DE"),
        Money(Decimal("4.90"), eur), Money(Decimal("133.80"), eur),
        lines=[
            OrderLine(1, shoes, "runner-41", 1, Money(Decimal("89.90"), eur), "41", "black"),
            OrderLine(2, kettle, "kettle-1", 1, Money(Decimal("39.00"), eur)),
        ],
        payments=[Payment("p1", "credit_card", Money(Decimal("133.80"), eur), now - timedelta(days=9))],
        shipments=[
            Shipment(
                "s1", "DHL", "00340434161094042557", ShipmentState.DELIVERED, now - timedelta(days=8),
                now - timedelta(days=4), now - timedelta(days=3),
                events=[
                    TrackingEvent(now - timedelta(days=8), ShipmentState.LABEL_CREATED, "Rotterdam"),
                    TrackingEvent(now - timedelta(days=5), ShipmentState.IN_TRANSIT, "Leipzig hub"),
                    TrackingEvent(now - timedelta(days=3), ShipmentState.DELIVERED, "Leipzig"),
                ],
            )
        ],
    )  # fmt: skip
    other = Order(
        "10482999", evil, OrderState.SHIPPED, now - timedelta(days=30),
        Address(evil.name, "1 Script St", "10001", "New York", "US"),
        Money(Decimal("9.00"), "USD"), Money(Decimal("48.00"), "USD"),
        lines=[OrderLine(1, kettle, "kettle-1", 1, Money(Decimal("39.00"), "USD"))],
        shipments=[Shipment("s2", "UPS", "1Z999", ShipmentState.IN_TRANSIT, now, now - timedelta(days=1))],
    )  # fmt: skip
    async with seed.uow() as uow:
        uow.products.add(shoes)
        uow.products.add(kettle)
        uow.customers.add(anna)
        uow.customers.add(evil)
        await uow.commit()
        uow.orders.add(order)
        uow.orders.add(other)
        await uow.commit()


async def _fill_conversations(seed: Seed) -> None:
    """Four handoffs, one conversation with the bot, and one with a slash in its id."""
    say = {
        "c-anna": [
            (Author.CUSTOMER, "Hallo, mein Wasserkocher raucht! Bestellung 10482733", [], 14),
            (Author.BOT, "Bitte benutzen Sie das Gerät nicht weiter. Welcher Artikel ist es?",
             ["Trail runner GTX", "Glass kettle 1.7 l"], 14),
            (Author.CUSTOMER, "Glass kettle 1.7 l", [], 13),
            (Author.BOT, "Danke. Ich verbinde Sie sofort mit einem Menschen.", [], 13),
            (Author.CUSTOMER, "Beeilen Sie sich bitte, es riecht verbrannt", [], 11),
        ],
        "c-li": [
            (Author.CUSTOMER, "我要找人工客服", [], 26),
            (Author.BOT, "好的,我为您转接人工客服,请稍候。", [], 26),
        ],
        "c-held": [
            (Author.CUSTOMER, "I want to talk to a person about my refund", [], 50),
            (Author.AGENT, "Hello, Ben here. I am looking into it.", [], 41),
        ],
        "c-evil": [(Author.CUSTOMER, EVIL, [], 7), (Author.BOT, EVIL, [EVIL], 7), (Author.CUSTOMER, EVIL, [], 6)],
        "c-bot": [(Author.CUSTOMER, "hola", [], 3), (Author.BOT, "¡Hola! ¿En qué puedo ayudarle?", [], 3)],
        "web/42?x#y": [(Author.CUSTOMER, "odd id", [], 90)],
    }  # fmt: skip
    languages = {"c-anna": "de", "c-li": "zh", "c-bot": "es"}
    async with seed.uow() as uow:
        for conversation_id, entries in say.items():
            start, end = seed.ago(entries[0][3]), seed.ago(entries[-1][3])
            language = languages.get(conversation_id, "en")
            uow.conversations.add(Conversation(conversation_id, "web", start, end, language))
        await uow.commit()
        for conversation_id, entries in say.items():
            for author, text, buttons, minutes in entries:
                titles = [{"title": title, "payload": f'/pick{{"n": {n}}}'} for n, title in enumerate(buttons)]
                agent = "ben" if author is Author.AGENT else None
                await uow.messages.add(
                    Message(
                        conversation_id,
                        author,
                        text,
                        seed.ago(minutes),
                        buttons=titles,
                        agent_id=agent,
                    )
                )
        await uow.commit()


async def _fill_cases(seed: Seed) -> None:
    now, eur = seed.now, "EUR"
    case = Case(
        "C1000001", "c-anna", "k1", "10482733", IssueType.SAFETY_HAZARD, seed.ago(12), now + timedelta(hours=4),
        "de", "web", "m1", story="Der Wasserkocher raucht beim Einschalten.", wish=Remedy.EXCHANGE, lines={2: 1},
        priority=Priority.URGENT, liability=Liability.SUPPLIER, state=CaseState.ESCALATED,
        offers=[Offer(Remedy.EXCHANGE, Proposer.BOT, seed.ago(12), Money(Decimal("39.00"), eur), ["legal_guarantee"],
                      OfferState.ACCEPTED)],
        verdict=case_verdicts.as_kept(_verdict(seed), seed.ago(12)),
    )  # fmt: skip
    earlier = Case(
        "C1000000", "c-old", "k1", "10482733", IssueType.WRONG_SIZE, now - timedelta(days=2), now, "de", "web", "m0",
        story="Zu klein", lines={1: 1}, state=CaseState.RESOLVED,
    )  # fmt: skip
    evil = Case(
        "C1000002", "c-evil", "k2", "10482999", IssueType.OTHER, seed.ago(5), now, "en", "web", "m2", story=EVIL,
    )  # fmt: skip
    return_ = Return(
        "R1000001", "C1000001", "10482733", ReturnMethod.DROP_OFF, (now + timedelta(days=14)).date(),
        Money(Decimal("39.00"), eur), Payer.SHOP, seed.ago(12), [ReturnLine(2, 1, IssueType.SAFETY_HAZARD)],
        ReturnState.APPROVED,
    )  # fmt: skip
    exchange = Exchange(
        "R1000001",
        "C1000001",
        "10482733",
        "kettle-1",
        1,
        Money(Decimal(0), eur),
        (now + timedelta(days=14)).date(),
    )
    async with seed.uow() as uow:
        for each in (case, earlier, evil):
            uow.cases.add(each)
        for conversation_id, order_number in (
            ("c-anna", "10482733"),
            ("c-evil", "10482999"),
        ):
            uow.identifications.add(Identification(conversation_id, order_number, proved_at=now))
        await uow.commit()
        uow.returns.add(return_)
        uow.exchanges.add(exchange)
        for handoff in _handoffs(seed):
            uow.escalations.add(handoff)
        await uow.commit()


def _verdict(seed: Seed) -> Verdict:
    """Return what law and policy say of the kettle that smokes: it goes back or is exchanged once a person agreed."""
    price, today = Money(Decimal("39.00"), "EUR"), seed.now.date()
    return Verdict(
        remedies=(Remedy.RETURN_REFUND, Remedy.EXCHANGE),
        reasons=("faulty_goods",),
        window_closes=today + timedelta(days=727),
        send_by=today + timedelta(days=14),
        return_shipping=Payer.SHOP,
        refund=price,
        needs_review=True,
        days_to_refund=14,
        policy="eu",
        policy_version="v1",
        source="Directive (EU) 2019/771",
        evidence=Evidence.ASKED,
        ladder=(
            Step(Remedy.WARRANTY_EXTENSION, None, None, 12),
            Step(Remedy.REFUND_PARTIAL, Decimal(15), Money(Decimal("5.85"), "EUR")),
        ),
        goods_stay=False,
        breakdown=RefundBreakdown.of_goodwill(price),
        duties=Payer.SHOP,
        rules=(),
        cap=Money(Decimal("7.80"), "EUR"),
        owed=Money(Decimal("1.10"), "EUR"),
    )


def _handoffs(seed: Seed) -> list[Escalation]:
    held = Escalation(
        "c-held",
        EscalationReason.ASKED_FOR_HUMAN,
        Priority.NORMAL,
        seed.ago(45),
        "en",
    )
    held.assign("ben", seed.ago(42))
    return [
        Escalation(
            "c-li", EscalationReason.ASKED_FOR_HUMAN, Priority.NORMAL, seed.ago(26), "zh",
            facts={"intent": "ask_human"},
        ),
        Escalation(
            "c-anna", EscalationReason.SAFETY, Priority.URGENT, seed.ago(12), "de", "C1000001",
            {"intent": "complain", "issue_type": "safety_hazard", "order_number": "10482733", "items": [{"line": 2}]},
        ),
        Escalation(
            "c-evil", EscalationReason.NOT_UNDERSTOOD, Priority.NORMAL, seed.ago(6), "en", facts={"story": EVIL}
        ),
        held,
    ]  # fmt: skip
