"""What is sent again is sent once: who claims it again gets the same parcel, or a person who decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.aftersales.case import Case, CaseState
from bot.aftersales.labels import IssueType, Remedy
from bot.aftersales.money import Money
from bot.aftersales.reship import Reshipment, ReshipState
from bot.errors import IllegalStateError, NotIdentifiedError
from bot.services import identification, remedies, reshipments, reviews
from bot.services.cases import Complaint
from bot.services.remedies import Outcome
from tests.unit.aftersales.builders import NOW, a_line, an_order, euros
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.lifecycles import factory, open_tasks
from tests.unit.services.world import A_RETURN, EMAIL, World, proved_world

LOST = replace(A_RETURN, issue=IssueType.LOST_PARCEL, lines={}, wish=Remedy.RESHIP)
ELSEWHERE = replace(LOST, conversation_id="conversation-2", message_id="message-2", channel="telegram")
AFTER_THE_SEARCH = NOW + timedelta(days=9)


async def register(world: World, complaint: Complaint, now: datetime = NOW) -> Outcome:
    async with world.uow() as uow:
        return await remedies.register(uow, A_POLICY, complaint, now)


async def silent(price: Money | None = None, *, days: int = 6, lines: int = 1) -> World:
    """Return a world whose customer misses a parcel that the carrier last saw some days ago, and may search for 14."""
    order = an_order(*(a_line(nth + 1, price=price) for nth in range(lines)), delivered_days_ago=None)
    order.shipments[0].shipped_at = NOW - timedelta(days=days)
    world = await proved_world(order)
    async with world.uow() as uow:
        assert await identification.prove(uow, ELSEWHERE.conversation_id, order.number, EMAIL, NOW)
    return world


async def sent_again(world: World, *, is_delivered: bool) -> Reshipment:
    """Let the search end in vain and the second parcel leave."""
    (again,) = world.database.all(Reshipment)
    await reshipments.end_searches(factory(world), AFTER_THE_SEARCH)
    async with world.uow() as uow:
        await reshipments.ship(uow, again.number, "Kranich Paket", "KP7", AFTER_THE_SEARCH)
        if is_delivered:
            await reshipments.deliver(uow, again.number, AFTER_THE_SEARCH)
        await uow.commit()
    return again


@pytest.mark.parametrize("days", [6, 20])
async def test_above_the_review_amount_a_person_decides_whether_a_lost_parcel_is_sent_again(days: int) -> None:
    world = await silent(euros(2000), days=days)
    outcome = await register(world, LOST)
    assert (outcome.case.state, outcome.reshipment) == (CaseState.INVESTIGATING, None)
    assert open_tasks(world) == ["search_parcel"]


@pytest.mark.parametrize("is_delivered", [False, True])
async def test_what_is_lost_a_second_time_a_person_decides(is_delivered: bool) -> None:
    world = await silent()
    await register(world, LOST)
    again = await sent_again(world, is_delivered=is_delivered)
    second = await register(world, ELSEWHERE, AFTER_THE_SEARCH)
    assert (second.case.state, second.reshipment) == (CaseState.INVESTIGATING, None)
    assert world.database.all(Reshipment) == [again]
    async with world.uow() as uow:
        outcome = await reviews.approve(uow, A_POLICY, second.case.number, "mia", AFTER_THE_SEARCH)
    assert outcome.reshipment is not None
    assert outcome.reshipment.state is ReshipState.RESERVED


@pytest.mark.parametrize(("days", "state"), [(6, ReshipState.SEARCHING), (20, ReshipState.RESERVED)])
async def test_who_claims_what_is_to_be_sent_again_gets_the_case_that_sends_it(days: int, state: ReshipState) -> None:
    world = await silent(days=days)
    first, second = await register(world, LOST), await register(world, ELSEWHERE)
    assert (second.case, second.reshipment) == (first.case, first.reshipment)
    assert [(again.state, again.lines) for again in world.database.all(Reshipment)] == [(state, {1: 1})]
    assert world.database.all(Case) == [first.case]
    assert world.actions()[-1] == "contact.joined"


async def test_who_has_not_proved_the_order_joins_no_case() -> None:
    world = await silent()
    await register(world, LOST)
    with pytest.raises(NotIdentifiedError):
        await register(world, replace(ELSEWHERE, conversation_id="conversation-3"))


async def test_a_case_that_has_ended_is_not_joined() -> None:
    world = await silent()
    first = await register(world, LOST)
    first.case.resolve(NOW)
    second = await register(world, ELSEWHERE)
    assert second.case is not first.case
    assert (second.case.state, second.reshipment) == (CaseState.INVESTIGATING, None)


async def test_who_misses_more_than_is_sent_again_gets_a_person() -> None:
    world = await silent(lines=2)
    await register(world, replace(LOST, lines={1: 1}))
    second = await register(world, ELSEWHERE)
    assert second.case.state is CaseState.INVESTIGATING
    with pytest.raises(IllegalStateError):
        async with world.uow() as uow:
            await reviews.approve(uow, A_POLICY, second.case.number, "mia", NOW)


async def test_other_pieces_of_the_same_line_may_be_sent_beside_the_first() -> None:
    world = await proved_world(an_order(a_line(1, quantity=2)))
    one = replace(LOST, issue=IssueType.MISSING_ITEM, lines={1: 1}, evidence_given=True)
    await register(world, one)
    second = await register(world, replace(one, message_id="message-2"))
    assert second.case.state is CaseState.INVESTIGATING
    async with world.uow() as uow:
        await reviews.approve(uow, A_POLICY, second.case.number, "mia", NOW)
    assert [again.state for again in world.database.all(Reshipment)] == [ReshipState.RESERVED] * 2


async def test_of_two_complaints_that_a_person_decides_about_one_is_sent_again() -> None:
    world = await proved_world()
    denied = replace(LOST, issue=IssueType.DELIVERED_NOT_RECEIVED)
    first, second = await register(world, denied), await register(world, replace(denied, message_id="message-2"))
    async with world.uow() as uow:
        await reviews.approve(uow, A_POLICY, first.case.number, "mia", NOW)
    with pytest.raises(IllegalStateError):
        async with world.uow() as uow:
            await reviews.approve(uow, A_POLICY, second.case.number, "mia", NOW)
    assert len(world.database.all(Reshipment)) == 1
