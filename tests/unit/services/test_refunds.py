"""Refunds are agreed once, sent once in effect, and booked at every step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest

from bot.aftersales.audit import AuditEvent
from bot.aftersales.case import Case, CaseState
from bot.aftersales.labels import IssueType
from bot.aftersales.ledger import Account, JournalEntry
from bot.aftersales.money import Money
from bot.aftersales.notification import Notification
from bot.aftersales.order import Payment
from bot.aftersales.payment import Instruction, Receipt
from bot.aftersales.refund import MOST_ROUNDS, Refund, RefundBreakdown, RefundState, breakdown
from bot.aftersales.selection import Selection
from bot.aftersales.task import Task, TaskState
from bot.errors import (
    IllegalStateError,
    InvalidInputError,
    PaymentRefusedError,
    PaymentUnavailableError,
    RefundTooHighError,
)
from bot.payments.recorded import RecordedPayments
from bot.services import ledger, refunds
from bot.services.lifecycle import begin
from tests.unit.aftersales.builders import NOW, euros
from tests.unit.services.world import World

LATER = NOW + timedelta(days=2)


class Provider:
    """A payment provider that answers as it is told, one answer after the other, then as usual."""

    def __init__(self, *answers: Exception) -> None:
        self.answers = list(answers)
        self.asked: list[Instruction] = []
        self.refuses: int | None = None

    async def refund(self, instruction: Instruction) -> Receipt:
        self.asked.append(instruction)
        if len(self.asked) == self.refuses:
            raise PaymentRefusedError("closed")
        if self.answers:
            raise self.answers.pop(0)
        return Receipt(f"receipt-{instruction.key}", 3)


class Shop(World):
    """A world with one case, whose order was paid by card and, later, from a wallet."""

    def __init__(self) -> None:
        super().__init__()
        self.case = self.add_case()
        self.order.payments = [
            Payment("p1", "card", euros("34.90"), NOW - timedelta(days=9)),
            Payment("p2", "wallet", euros(20), NOW - timedelta(days=8)),
        ]

    async def agree(self, given: RefundBreakdown | Money, key: str = "offer:1", case: Case | None = None) -> Refund:
        async with self.uow() as uow:
            refund = await refunds.agree(uow, case or self.case, given, "agreed", NOW, key=key)
            await uow.commit()
        return refund

    async def send(self, provider: Provider, now: datetime = NOW) -> int:
        return await refunds.send_due(self.uow, provider, now)

    async def do(self, what: Callable[..., object], *arguments: object) -> None:
        async with self.uow() as uow:
            await what(uow, *arguments)  # type: ignore[misc]
            await uow.commit()

    async def problems(self) -> list[str]:
        async with self.uow() as uow:
            return (await ledger.check(uow)).problems

    async def balances(self) -> dict[Account, Money]:
        async with self.uow() as uow:
            return {account: money for account, money in await uow.ledger.totals() if money}

    def told(self) -> list[str]:
        return [notification.response for notification in self.database.all(Notification)]

    def tasks(self) -> list[TaskState]:
        return [task.state for task in self.database.all(Task)]


@pytest.fixture
def shop() -> Shop:
    return Shop()


async def test_agreeing_books_the_debt_once(shop: Shop) -> None:
    order = shop.order
    given = breakdown(order, [Selection(order.lines[0], 1)], outbound_shipping=True, duties=True)
    first = await shop.agree(given)
    assert await shop.agree(given) is first
    assert (first.number, first.amount, first.state) == ("F1000001", euros("54.90"), RefundState.AGREED)
    assert await shop.balances() == {
        Account.GOODS_REFUNDED: euros(50),
        Account.SHIPPING_REFUNDED: euros("4.90"),
        Account.OWED_TO_CUSTOMER: euros("-54.90"),
    }
    assert shop.actions() == ["refund.agreed"]
    assert await shop.problems() == []


async def test_no_more_is_agreed_than_is_left(shop: Shop) -> None:
    await shop.agree(euros(30))
    with pytest.raises(RefundTooHighError) as raised:
        await shop.agree(euros(25), "offer:2")
    assert raised.value.fields["left"] == "24.90 EUR"
    async with shop.uow() as uow:
        assert await refunds.left(uow, shop.order) == euros("24.90")
        assert [part.total for part in await refunds.earlier(uow, shop.order.number)] == [euros(30)]
    with pytest.raises(InvalidInputError):
        await shop.agree(euros(0), "offer:3")


async def test_what_was_paid_too_much_is_no_goodwill(shop: Shop) -> None:
    overcharged = shop.add_case("C1000002")
    overcharged.issue_type = IssueType.OVERCHARGED
    await shop.agree(euros(10))
    await shop.agree(euros(5), "offer:2", overcharged)
    balances = await shop.balances()
    assert (balances[Account.GOODWILL], balances[Account.OVERPAYMENTS_RETURNED]) == (euros(10), euros(5))


async def test_a_refund_is_sent_to_where_the_money_came_from_and_told(shop: Shop) -> None:
    refund = await shop.agree(euros(30))
    provider = Provider()
    assert await shop.send(provider) == 1
    assert [(asked.key, asked.payment_id, asked.method, asked.amount) for asked in provider.asked] == [
        ("F1000001-1-0", "p2", "wallet", euros(20)),
        ("F1000001-2-0", "p1", "card", euros(10)),
    ]
    assert refund.state is RefundState.SENT
    assert await shop.balances() == {Account.GOODWILL: euros(30), Account.PAID_OUT: euros(-30)}
    assert await shop.send(provider, LATER) == 0
    assert len(provider.asked) == 2
    (told,) = shop.database.all(Notification)
    assert (told.response, told.key) == ("utter_notify_refund_sent", "refund:F1000001:sent:0")
    assert told.values["amount"] == {"type": "money", "amount": "30.00", "currency": "EUR"}
    assert (told.values["days"], told.values["method"]["name"]) == (3, "label_payment_method_original")
    assert await shop.problems() == []


async def test_a_crash_after_the_provider_was_asked_sends_the_same_instruction_again(shop: Shop) -> None:
    refund = await shop.agree(euros(10))
    provider = Provider(KeyboardInterrupt())  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        await shop.send(provider)
    assert refund.state is RefundState.SENDING
    with pytest.raises(IllegalStateError):
        await shop.do(refunds.cancel, refund.number, "agent:mona", NOW)
    assert await shop.send(provider) == 0
    assert await shop.send(provider, LATER) == 1
    assert len({asked.key for asked in provider.asked}) == 1
    assert await shop.problems() == []


async def test_no_answer_leaves_it_open_and_calls_finance_the_third_time(shop: Shop) -> None:
    refund = await shop.agree(euros(10))
    provider = Provider(*[PaymentUnavailableError() for _ in range(3)])
    for days in range(3):
        assert await shop.send(provider, NOW + timedelta(days=days)) == 0
        assert refund.state is RefundState.SENDING
        assert len(shop.tasks()) == (1 if days == 2 else 0)
    assert await shop.send(provider, NOW + timedelta(days=3)) == 1
    assert shop.tasks() == [TaskState.CANCELED]
    assert len({asked.key for asked in provider.asked}) == 1


async def test_a_refusal_calls_finance_and_is_tried_again_with_a_new_key(shop: Shop) -> None:
    refund = await shop.agree(euros(30))
    provider = Provider(PaymentRefusedError("expired_card"))
    assert await shop.send(provider) == 0
    assert (refund.state, refund.failure) == (RefundState.FAILED, "expired_card")
    assert shop.tasks() == [TaskState.OPEN]
    assert await shop.problems() == []
    assert await shop.send(provider, LATER) == 1
    assert [asked.key for asked in provider.asked] == ["F1000001-1-0", "F1000001-1-1", "F1000001-2-0"]
    assert shop.tasks() == [TaskState.CANCELED]
    assert shop.told() == ["utter_notify_refund_sent"]
    assert await shop.problems() == []


async def test_a_refused_second_part_does_not_send_the_first_again(shop: Shop) -> None:
    refund = await shop.agree(euros(30))

    provider = Provider()
    provider.refuses = 2
    assert await shop.send(provider) == 0
    assert (refund.state, (await shop.balances())[Account.PAID_OUT]) == (RefundState.FAILED, euros(-20))
    assert await shop.problems() == []
    provider = Provider()
    assert await shop.send(provider, LATER) == 1
    assert [asked.key for asked in provider.asked] == ["F1000001-2-1"]
    assert await shop.balances() == {Account.GOODWILL: euros(30), Account.PAID_OUT: euros(-30)}


async def refused(shop: Shop, *, times: int = MOST_ROUNDS) -> tuple[Refund, list[timedelta]]:
    """Return a refund that the provider refused so often, and the pauses between the attempts."""
    refund, now, pauses = await shop.agree(euros(10)), NOW, []
    for _ in range(times):
        assert await shop.send(Provider(PaymentRefusedError("expired_card")), now) == 0
        pauses.append(refund.next_attempt_at - now)
        now = refund.next_attempt_at
    return refund, pauses


async def test_a_provider_that_keeps_refusing_is_asked_ever_later_and_then_no_more(shop: Shop) -> None:
    refund, pauses = await refused(shop)
    assert refund.state is RefundState.REFUSED
    assert pauses[:-1] == [timedelta(days=1), timedelta(days=2), timedelta(days=4)]
    provider = Provider()
    assert await shop.send(provider, NOW + timedelta(days=999)) == 0
    assert provider.asked == []
    # However often it was refused, finance looks into it once.
    assert shop.tasks() == [TaskState.OPEN]
    assert await shop.problems() == []


async def test_a_refusal_after_finance_has_looked_into_the_last_one_is_another_task(shop: Shop) -> None:
    await refused(shop, times=1)
    (task,) = shop.database.all(Task)
    task.finish("card is blocked", NOW)
    await shop.send(Provider(PaymentRefusedError("expired_card")), LATER)
    assert shop.tasks() == [TaskState.DONE, TaskState.OPEN]


@pytest.mark.parametrize("times", [1, MOST_ROUNDS])
async def test_what_was_refused_can_be_paid_otherwise(shop: Shop, times: int) -> None:
    begin(shop.case)
    refund, _ = await refused(shop, times=times)
    async with shop.uow() as uow:
        await refunds.pay_otherwise(uow, refund.number, " SEPA 77 ", "bank_transfer", LATER, actor="agent:fin")
        await uow.commit()
    assert (refund.state, refund.sent_at, [part.reference for part in refund.parts]) == (
        RefundState.SENT, LATER, ["SEPA 77"],
    )  # fmt: skip
    assert await shop.balances() == {Account.GOODWILL: euros(10), Account.PAID_OUT: euros(-10)}
    (told,) = shop.database.all(Notification)
    assert (told.response, told.values["method"]["name"]) == (
        "utter_notify_refund_sent", "label_payment_method_bank_transfer",
    )  # fmt: skip
    assert shop.tasks() == [TaskState.CANCELED]
    assert shop.case.state is CaseState.RESOLVED
    (sent,) = [event for event in shop.database.all(AuditEvent) if event.action == "refund.sent"]
    assert (sent.actor, sent.data["reference"]) == ("agent:fin", "SEPA 77")
    assert await shop.send(Provider(), NOW + timedelta(days=99)) == 0
    assert await shop.problems() == []


async def test_money_paid_otherwise_that_comes_back_is_owed_again(shop: Shop) -> None:
    refund, _ = await refused(shop)
    await shop.do(partial(refunds.pay_otherwise, actor="agent:fin"), refund.number, "S1", "bank_transfer", LATER)
    await shop.do(refunds.fail, refund.number, "account_closed", LATER)
    assert (await shop.balances())[Account.OWED_TO_CUSTOMER] == euros(-10)
    assert shop.tasks() == [TaskState.CANCELED, TaskState.OPEN]
    assert await shop.problems() == []


async def test_only_the_parts_that_were_refused_are_paid_otherwise(shop: Shop) -> None:
    refund = await shop.agree(euros(30))
    provider = Provider()
    provider.refuses = 2
    await shop.send(provider)
    await shop.do(partial(refunds.pay_otherwise, actor="agent:fin"), refund.number, "S1", "bank_transfer", LATER)
    assert [part.reference for part in refund.parts] == ["receipt-F1000001-1-0", "S1"]
    assert await shop.balances() == {Account.GOODWILL: euros(30), Account.PAID_OUT: euros(-30)}
    assert await shop.problems() == []


async def test_what_the_provider_may_still_carry_out_is_not_paid_otherwise(shop: Shop) -> None:
    refund = await shop.agree(euros(10))
    pay = partial(refunds.pay_otherwise, actor="agent:fin")
    with pytest.raises(IllegalStateError):
        await shop.do(pay, refund.number, "S1", "bank_transfer", NOW)
    await shop.send(Provider(PaymentUnavailableError()))
    assert refund.state is RefundState.SENDING
    with pytest.raises(IllegalStateError):
        await shop.do(pay, refund.number, "S1", "bank_transfer", NOW)
    await shop.send(Provider(), LATER)
    with pytest.raises(IllegalStateError):
        await shop.do(pay, refund.number, "S1", "bank_transfer", LATER)
    assert shop.told() == ["utter_notify_refund_sent"]


@pytest.mark.parametrize(("reference", "method"), [(" ", "bank_transfer"), ("S1", "barter")])
async def test_paying_otherwise_needs_a_reference_and_a_known_method(shop: Shop, reference: str, method: str) -> None:
    refund, _ = await refused(shop)
    with pytest.raises(InvalidInputError):
        await shop.do(partial(refunds.pay_otherwise, actor="agent:fin"), refund.number, reference, method, LATER)
    assert refund.state is RefundState.REFUSED


async def test_what_was_refused_can_be_called_off_and_its_case_goes_on_to_a_person(shop: Shop) -> None:
    begin(shop.case)
    refund, _ = await refused(shop)
    async with shop.uow() as uow:
        await refunds.call_off(uow, refund.number, "wants a voucher", LATER, actor="agent:fin")
        await uow.commit()
    assert (refund.state, shop.case.state) == (RefundState.CANCELED, CaseState.ESCALATED)
    assert await shop.balances() == {}
    assert shop.tasks() == [TaskState.CANCELED]
    (called_off,) = [event for event in shop.database.all(AuditEvent) if event.action == "refund.canceled"]
    assert (called_off.actor, called_off.data["reason"]) == ("agent:fin", "wants a voucher")
    with pytest.raises(IllegalStateError):
        await shop.do(partial(refunds.call_off, actor="agent:fin"), refund.number, "again", LATER)


async def test_a_refund_called_off_leaves_a_case_alone_for_which_something_else_is_under_way(shop: Shop) -> None:
    begin(shop.case)
    refund, _ = await refused(shop)
    await shop.agree(euros(5), "offer:2")
    await shop.do(partial(refunds.call_off, actor="agent:fin"), refund.number, "paid twice", LATER)
    assert shop.case.state is CaseState.EXECUTING


async def test_settling_is_told_once(shop: Shop) -> None:
    refund = await shop.agree(euros(10))
    with pytest.raises(IllegalStateError):
        await shop.do(refunds.settle, refund.number, NOW)
    await shop.send(Provider())
    for _ in range(2):
        await shop.do(refunds.settle, refund.number, LATER)
    assert (refund.state, refund.settled_at) == (RefundState.SETTLED, LATER)
    assert shop.told() == ["utter_notify_refund_sent", "utter_notify_refund_settled"]


async def test_money_that_came_back_is_owed_again_and_sent_again(shop: Shop) -> None:
    refund = await shop.agree(euros(10))
    await shop.send(Provider())
    for _ in range(2):
        await shop.do(refunds.fail, refund.number, "account_closed", NOW)
    assert (await shop.balances())[Account.OWED_TO_CUSTOMER] == euros(-10)
    assert shop.tasks() == [TaskState.OPEN]
    assert await shop.problems() == []
    provider = Provider()
    assert await shop.send(provider, LATER) == 1
    assert provider.asked[0].key == "F1000001-1-1"
    assert shop.told() == ["utter_notify_refund_sent"] * 2
    assert await shop.balances() == {Account.GOODWILL: euros(10), Account.PAID_OUT: euros(-10)}
    assert await shop.problems() == []


async def test_a_refund_called_off_leaves_nothing_in_the_ledger_and_room_for_another(shop: Shop) -> None:
    refund = await shop.agree(euros("54.90"))
    for _ in range(2):
        await shop.do(refunds.cancel, refund.number, "agent:mona", NOW)
    assert await shop.balances() == {}
    assert await shop.send(Provider(), LATER) == 0
    await shop.agree(euros(1), "offer:2")
    assert await shop.problems() == []


async def test_the_embedded_provider_records_each_instruction_once(shop: Shop) -> None:
    refund = await shop.agree(euros(30))
    provider = RecordedPayments(shop.uow, lambda: NOW)
    assert await refunds.send_due(shop.uow, provider, NOW) == 1
    async with shop.uow() as uow:
        recorded = await uow.payment_instructions.page(None, None, 9)
    assert [(found.method, found.amount, found.days) for found in recorded] == [
        ("wallet", euros(20), 1),
        ("card", euros(10), 5),
    ]
    assert refund.arrives_by == (NOW + timedelta(days=5)).date()
    first = Instruction("F1000001-1-0", refund.order_number, refund.number, "wallet", euros(20), "p2")
    assert await provider.refund(first) == Receipt("recorded-F1000001-1-0", 1)
    with pytest.raises(PaymentRefusedError):
        await provider.refund(Instruction("F1000001-1-0", "1", refund.number, "wallet", euros(21), "p2"))


async def test_the_check_finds_what_is_wrong(shop: Shop) -> None:
    refund = await shop.agree(euros(10))
    shop.database.all(JournalEntry).clear()
    shop.order.payments[1].amount = euros(1)
    refund.parts[0].amount = euros(12)
    problems = await shop.problems()
    assert problems == [
        "refund F1000001 is agreed: the ledger owes 0.00 EUR, not 10.00 EUR",
        "refund F1000001: its parts do not add up to 10.00 EUR",
        "payment p2: 12.00 EUR refunded of 1.00 EUR paid",
    ]


async def test_money_that_keeps_coming_back_is_sent_so_often_and_no_more(shop: Shop) -> None:
    refund = await shop.agree(euros(10))
    states, now = [], NOW
    for _ in range(MOST_ROUNDS):
        assert await shop.send(Provider(), now) == 1
        for _ in range(2):
            await shop.do(refunds.fail, refund.number, "account_closed", now)
        states.append(refund.state)
        now = refund.next_attempt_at
    assert states == [RefundState.FAILED] * (MOST_ROUNDS - 1) + [RefundState.REFUSED]
    provider = Provider()
    assert await shop.send(provider, NOW + timedelta(days=999)) == 0
    assert provider.asked == []
    assert (await shop.balances())[Account.OWED_TO_CUSTOMER] == euros(-10)
    assert await shop.problems() == []
