"""What events tell, and what they never tell."""

from __future__ import annotations

import json
from typing import Any

from bot.aftersales.escalation import EscalationReason
from bot.aftersales.labels import IssueType, Priority
from bot.aftersales.order import Payment
from bot.payments.recorded import RecordedPayments
from bot.services import escalations, identification, refunds, returns
from tests.unit.aftersales.builders import NOW, euros
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.world import A_RETURN, CONVERSATION, EMAIL
from tests.unit.webhooks.things import Told


def bodies(told: Told) -> dict[str, Any]:
    return {(found := json.loads(post.body))["type"]: found["data"] for post in told.sender.posts}


async def test_a_return_is_told_in_numbers_states_and_amounts_and_without_anything_personal() -> None:
    told = Told()
    await told.subscribe("*")
    async with told.uow() as uow:
        assert await identification.prove(uow, CONVERSATION, "10482733", EMAIL, NOW)
    async with told.uow() as uow:
        case, return_ = await returns.open_return(uow, A_POLICY, A_RETURN, NOW)
        await refunds.agree(uow, case, euros("3"), "goodwill", NOW, key="goodwill")
        await uow.commit()
    await told.run()
    told_of = bodies(told)
    assert told_of["case.opened"]["case"]["issue"] == IssueType.CHANGED_MIND.value
    assert told_of["return.opened"]["return"]["rma"] == return_.rma
    assert told_of["return.opened"]["return"]["refund"]["currency"] == "EUR"
    assert told_of["refund.agreed"]["refund"]["amount"] == {"amount": "3.00", "currency": "EUR"}
    everything = b"".join(post.body for post in told.sender.posts).decode()
    customer, address = told.order.customer, told.order.address
    secret = (customer.name, customer.email, customer.phone, customer.id, address.street, address.postcode)
    for word in (*secret, A_RETURN.story, CONVERSATION, A_RETURN.message_id):
        assert word is None or word not in everything


async def test_money_that_was_sent_is_told_with_what_it_takes_to_carry_it_out() -> None:
    told = Told()
    await told.subscribe("refund.sent")
    told.order.payments = [Payment("p1", "card", told.order.total, NOW)]
    case = told.add_case()
    async with told.uow() as uow:
        refund = await refunds.agree(uow, case, euros("3"), "goodwill", NOW, key="goodwill")
        await uow.commit()
    provider = RecordedPayments(told.uow, lambda: NOW)
    await refunds.send_due(told.uow, provider, NOW)
    await told.run()
    (part,) = bodies(told)["refund.sent"]["refund"]["parts"]
    async with told.uow() as uow:
        (recorded,) = await uow.payment_instructions.page(None, None, 9)
    assert part == {
        "key": recorded.key,
        "payment": "p1",
        "method": "card",
        "amount": {"amount": "3.00", "currency": "EUR"},
        "reference": recorded.reference,
    }
    assert recorded.refund_number == refund.number


async def test_a_handoff_without_a_case_is_told_without_its_conversation() -> None:
    told = Told()
    await told.subscribe("handoff.*")
    async with told.uow() as uow:
        await escalations.hand_over(
            uow, CONVERSATION, EscalationReason.SAFETY, "de", NOW, priority=Priority.URGENT, facts={"note": "hilfe"}
        )
    await told.run()
    (data,) = bodies(told).values()
    assert (data["handoff"]["reason"], data["handoff"]["priority"]) == ("safety", "urgent")
    assert CONVERSATION not in json.dumps(data) and "hilfe" not in json.dumps(data)
    assert told.deliveries[0].thread == f"handoff:{data['handoff']['id']}"


async def test_free_words_of_agents_stay_inside() -> None:
    told = Told()
    await told.subscribe("*")
    told.add_case()
    await told.happen("case.declined", "case:C1000001", case="C1000001", reason="Frau Becker lügt")
    await told.happen("reshipment.canceled", "reshipment:X1", case="C1000001", reason="Frau Becker lügt")
    await told.happen("case.rated", "case:C1000001", rating=2, comment="Frau Becker")
    await told.run()
    assert "Becker" not in b"".join(post.body for post in told.sender.posts).decode()
    assert bodies(told)["case.rated"]["details"] == {"rating": 2}


async def test_what_is_gone_by_now_is_still_told_of() -> None:
    told = Told()
    await told.subscribe("*")
    for subject in ("case:C9", "return:R9", "repair:S9", "reshipment:X9", "customs:Z9", "refund:F9", "coupon:K9"):
        await told.happen("case.approved", subject)
    await told.happen("conversation.resolved", "conversation:c9", "c9")
    assert await told.run() == 8


async def test_an_order_that_was_changed_tells_the_difference_as_money() -> None:
    told = Told()
    await told.subscribe("*")
    told.add_case()
    await told.happen(
        "order.items_changed", "order:10482733", case="C1000001", difference="-1250", currency="EUR"
    )  # fmt: skip
    await told.run()
    (data,) = bodies(told).values()
    assert data["order"] == {"number": "10482733"}
    assert data["details"] == {"price_difference": {"amount": "-12.50", "currency": "EUR"}}
