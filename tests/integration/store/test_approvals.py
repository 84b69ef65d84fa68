"""Approvals, merged cases and offers of agents come back as they were, on either database."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.aftersales.approval import Approval, ApprovalKind, ApprovalState
from bot.aftersales.labels import Remedy
from bot.aftersales.money import Money
from bot.aftersales.offer import Offer, OfferState, Proposer
from bot.errors import ConflictError
from tests.integration.conftest import UowFactory
from tests.integration.store.things import NOW, a_case, a_shop, plain


def an_approval(case: str = "C1", minutes: int = 0) -> Approval:
    amount, at = Money(Decimal("25.50"), "EUR"), NOW + timedelta(minutes=minutes)
    return Approval(case, ApprovalKind.OFFER, amount, "long wait", "a-mona", at, {"remedy": "coupon", "percent": "10"})


async def test_an_approval_comes_back_and_is_decided_once(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        uow.cases.add(a_case())
        uow.approvals.add(an_approval())
        await uow.commit()
    async with uow_factory() as uow, uow_factory() as late:
        (found,) = await uow.approvals.waiting()
        (other,) = await late.approvals.waiting()
        assert plain(found) == {**plain(an_approval()), "id": found.id}
        found.approve("a-rita", NOW)
        other.decline("a-sue", "no", NOW)
        await uow.commit()
        with pytest.raises(ConflictError):
            await late.commit()
    async with uow_factory() as uow:
        assert await uow.approvals.waiting() == []
        (decided,) = await uow.approvals.decided()
    assert (decided.state, decided.decided_by) == (ApprovalState.APPROVED, "a-rita")


async def test_a_case_waits_for_one_approval_at_most(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        uow.cases.add(a_case())
        uow.approvals.add(an_approval())
        await uow.commit()
    with pytest.raises(ConflictError):
        async with uow_factory() as uow:
            uow.approvals.add(an_approval(minutes=1))
            await uow.commit()


async def test_verdict_merging_and_an_agents_offer_are_kept(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    verdict = {"remedies": ["coupon"], "cap": {"amount": "5.00", "currency": "EUR"}}
    async with uow_factory() as uow:
        case = a_case()
        case.verdict, case.merged_into = dict(verdict), "C0"
        offer = Offer(Remedy.COUPON, Proposer.AGENT, NOW, terms={"percent": "10"}, agent_id="a-mona", note="long wait")
        case.offers.append(offer)
        uow.cases.add(case)
        await uow.commit()
    async with uow_factory() as uow:
        found = await uow.cases.get("C1")
        assert found is not None
        assert (found.verdict, found.merged_into, found.decisions) == (verdict, "C0", 0)
        assert (found.offers[-1].agent_id, found.offers[-1].note, found.offers[-1].state) == (
            "a-mona",
            "long wait",
            OfferState.PROPOSED,
        )
        assert [case.number for case in await uow.cases.offered_until(NOW)] == ["C1"]
        assert await uow.cases.offered_until(NOW - timedelta(seconds=1)) == []


async def test_of_two_who_decide_at_once_the_second_is_noticed(uow_factory: UowFactory) -> None:
    await a_shop(uow_factory)
    async with uow_factory() as uow:
        uow.cases.add(a_case())
        await uow.commit()
    async with uow_factory() as first, uow_factory() as second:
        one, other = await first.cases.get("C1"), await second.cases.get("C1")
        assert one is not None and other is not None
        one.decisions += 1
        other.decisions += 1
        await first.commit()
        with pytest.raises(ConflictError):
            await second.commit()
