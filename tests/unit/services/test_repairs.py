"""A repair in warranty costs nothing, one outside waits for the customer's word, and everything goes back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.aftersales.case import Case, CaseState
from bot.aftersales.labels import Payer, Remedy
from bot.aftersales.offer import Offer, OfferState, Proposer
from bot.aftersales.repair import Repair, RepairState
from bot.aftersales.return_ import Refusal
from bot.aftersales.shop_event import ShopEventState
from bot.errors import IllegalStateError, InvalidInputError, NotFoundError
from bot.services import cases, incoming_repairs, repairs
from tests.unit.aftersales.builders import NOW, euros
from tests.unit.services.lifecycles import LATER, a_world_with_case, factory, open_tasks, told, told_values
from tests.unit.services.reporting_shop import Shop
from tests.unit.services.world import CONVERSATION, World, proved_world

DEADLINE = date(2026, 4, 3)


async def a_repair(*, in_warranty: bool, needs_review: bool = False) -> tuple[World, Case, Repair]:
    world, case = await a_world_with_case()
    async with world.uow() as uow:
        repair = await repairs.add_repair(
            uow, case, world.order, NOW, in_warranty=in_warranty, deadline=DEADLINE, needs_review=needs_review
        )
        await uow.commit()
    return world, case, repair


async def test_in_warranty_the_work_begins_when_the_goods_are_here() -> None:
    world, case, repair = await a_repair(in_warranty=True)
    assert (repair.number, repair.warehouse) == ("W1000001", "leipzig")
    async with world.uow() as uow:
        await repairs.receive(uow, repair.number, LATER)
        assert open_tasks(world) == ["repair"]
        await repairs.ship_back(uow, repair.number, "Kranich Paket", "KP7", LATER, is_repaired=True)
        await repairs.complete(uow, repair.number, LATER)
        await uow.commit()
    assert (repair.state, case.state) == (RepairState.COMPLETED, CaseState.RESOLVED)
    assert told(world) == ["repair_started", "repair_shipped_back"]
    assert open_tasks(world) == []


async def test_outside_of_warranty_the_clocks_stop_until_the_customer_has_answered() -> None:
    world, case, repair = await a_repair(in_warranty=False)
    async with world.uow() as uow:
        await repairs.receive(uow, repair.number, LATER)
        assert open_tasks(world) == ["quote_repair"]
        await repairs.propose(uow, repair.number, euros(30), LATER)
        assert case.state is CaseState.WAITING_CUSTOMER
        assert told_values(world)["quote"]["amount"] == "30.00"
        assert [choice["payload"] for choice in told_values(world)["choices"]] == [
            '/answer_quote{"repair": "W1000001", "accepted": "yes"}',
            '/answer_quote{"repair": "W1000001", "accepted": "no"}',
        ]
        await repairs.accept_quote(uow, repair.number, LATER)
        await uow.commit()
    assert case.state is CaseState.EXECUTING
    assert open_tasks(world) == ["repair", "bill_repair"]


async def test_a_declined_quote_sends_the_goods_back_and_ends_the_case() -> None:
    world, case, repair = await a_repair(in_warranty=False)
    async with world.uow() as uow:
        await repairs.receive(uow, repair.number, LATER)
        await repairs.propose(uow, repair.number, euros(30), LATER)
        await repairs.decline_quote(uow, repair.number, LATER)
        assert open_tasks(world) == ["send_goods_back"]
        await repairs.ship_back(uow, repair.number, "Kranich Paket", "KP7", LATER, is_repaired=False)
        await repairs.complete(uow, repair.number, LATER)
        await uow.commit()
    assert case.state is CaseState.RESOLVED
    assert told(world)[-1] == "repair_returned_unrepaired"
    assert open_tasks(world) == []


async def test_a_quote_nobody_answers_is_declined() -> None:
    world, case, repair = await a_repair(in_warranty=False)
    async with world.uow() as uow:
        await repairs.receive(uow, repair.number, LATER)
        await repairs.propose(uow, repair.number, euros(30), LATER)
        assert await repairs.expire_overdue(factory(world), LATER + repairs.QUOTE_HOLDS) == 0
        assert await repairs.expire_overdue(factory(world), LATER + timedelta(days=30)) == 1
    assert (repair.state, case.state) == (RepairState.QUOTE_DECLINED, CaseState.EXECUTING)


async def test_what_cannot_be_mended_needs_another_remedy() -> None:
    world, case, repair = await a_repair(in_warranty=True)
    async with world.uow() as uow:
        await repairs.receive(uow, repair.number, LATER)
        await repairs.ship_back(uow, repair.number, "Kranich Paket", "KP7", LATER, is_repaired=False)
        await repairs.complete(uow, repair.number, LATER)
        await uow.commit()
    assert open_tasks(world) == ["repair_failed"]
    assert case.state is CaseState.ESCALATED


async def test_work_that_costs_more_than_was_agreed_is_asked_about_and_billed_anew() -> None:
    world, _, repair = await a_repair(in_warranty=True)
    async with world.uow() as uow:
        await repairs.receive(uow, repair.number, LATER)
        for price in (30, 45):
            await repairs.propose(uow, repair.number, euros(price), LATER)
            assert open_tasks(world) == []
            await repairs.accept_quote(uow, repair.number, LATER)
            assert open_tasks(world) == ["repair", "bill_repair"]
        await uow.commit()
    assert told(world).count("repair_quoted") == 2
    assert told_values(world)["repair"] == repair.number


async def test_goods_that_are_never_sent_end_the_repair() -> None:
    world, case, repair = await a_repair(in_warranty=True)
    assert await repairs.expire_overdue(factory(world), NOW + timedelta(days=60)) == 1
    assert (repair.state, case.state) == (RepairState.EXPIRED, CaseState.RESOLVED)
    assert told(world) == ["repair_expired"]


async def sent(world: World, repair: Repair, number: str = "kp 99") -> None:
    async with world.uow() as uow:
        await repairs.register_tracking(uow, repair.number, "", number, LATER)
        await uow.commit()


async def test_goods_that_are_on_their_way_do_not_expire_and_cannot_be_called_off() -> None:
    world, case, repair = await a_repair(in_warranty=True)
    await sent(world, repair)
    assert (repair.state, repair.tracking_number) == (RepairState.SHIPPED, "KP99")
    assert await repairs.expire_overdue(factory(world), NOW + timedelta(days=60)) == 0
    async with world.uow() as uow:
        with pytest.raises(IllegalStateError):
            await cases.withdraw(uow, CONVERSATION, case.number, NOW)
    shop = Shop(world)
    assert await shop.scan("KP99", "in_transit") == (ShopEventState.IGNORED, "known")
    assert await shop.report("repair.received", repair=repair.number) == (ShopEventState.APPLIED, "done")
    assert repair.state is RepairState.REPAIRING


@pytest.mark.parametrize(("payer", "tasks"), [(Payer.SHOP, ["issue_return_label"]), (Payer.CUSTOMER, [])])
async def test_a_label_is_made_where_the_shop_pays_for_the_way(payer: Payer, tasks: list[str]) -> None:
    world, case = await a_world_with_case()
    case.verdict = {"return_shipping": payer.value}
    async with world.uow() as uow:
        await repairs.add_repair(uow, case, world.order, NOW, in_warranty=True, deadline=DEADLINE, needs_review=True)
        assert open_tasks(world) == []
        await repairs.approve(uow, "W1000001", LATER, actor="agent:7")
        await uow.commit()
    assert open_tasks(world) == tasks
    assert told_values(world)["facts"] == {"document": {"kind": "repair", "number": "W1000001"}}


async def expired() -> tuple[World, Case, Repair]:
    world, case, repair = await a_repair(in_warranty=True)
    await repairs.expire_overdue(factory(world), NOW + timedelta(days=60))
    return world, case, repair


async def test_goods_that_come_late_are_mended_after_all() -> None:
    world, case, repair = await expired()
    assert (await Shop(world).report("repair.received", repair=repair.number))[0] is ShopEventState.APPLIED
    assert (repair.state, repair.ended_at, case.state) == (RepairState.REPAIRING, None, CaseState.EXECUTING)
    assert open_tasks(world) == ["repair"]


async def test_who_tells_late_that_the_goods_are_under_way_is_waited_for_again() -> None:
    world, case, repair = await expired()
    async with world.uow() as uow:
        assert await incoming_repairs.awaited_in(uow, CONVERSATION) is repair
    await sent(world, repair)
    assert (repair.state, repair.is_open, case.state) == (RepairState.SHIPPED, True, CaseState.EXECUTING)
    async with world.uow() as uow:
        assert await incoming_repairs.awaited_in(uow, CONVERSATION) is None


async def test_goods_for_which_something_else_was_agreed_meanwhile_are_a_persons() -> None:
    world, case, repair = await expired()
    after = NOW + timedelta(days=61)
    case.offers.append(Offer(Remedy.REFUND_FULL, Proposer.BOT, after, state=OfferState.ACCEPTED))
    async with world.uow() as uow:
        assert await incoming_repairs.awaited_in(uow, CONVERSATION) is None
    assert (await Shop(world).report("repair.received", repair=repair.number))[0] is ShopEventState.APPLIED
    assert (repair.state, case.state) == (RepairState.EXPIRED, CaseState.RESOLVED)
    assert open_tasks(world) == ["unexpected_return"]


async def test_goods_of_a_repair_that_was_called_off_are_a_persons() -> None:
    world, case, repair = await a_repair(in_warranty=True)
    async with world.uow() as uow:
        await cases.withdraw(uow, CONVERSATION, case.number, NOW)
    assert (await Shop(world).report("repair.received", repair=repair.number))[0] is ShopEventState.APPLIED
    assert (repair.state, open_tasks(world)) == (RepairState.CANCELED, ["unexpected_return"])


async def test_goods_that_were_here_are_not_expected_a_second_time() -> None:
    world, _, repair = await a_repair(in_warranty=True)
    async with world.uow() as uow:
        await repairs.receive(uow, repair.number, LATER)
        await repairs.ship_back(uow, repair.number, "Kranich Paket", "KP7", LATER, is_repaired=True)
        await repairs.complete(uow, repair.number, LATER)
        await uow.commit()
    assert await Shop(world).report("repair.received", repair=repair.number) == (ShopEventState.IGNORED, "past")


async def test_of_several_repairs_the_one_that_is_in_time_is_awaited() -> None:
    world, case, _ = await expired()
    async with world.uow() as uow:
        other = await repairs.add_repair(uow, case, world.order, NOW, in_warranty=True, deadline=DEADLINE)
        await uow.commit()
        assert await incoming_repairs.awaited_in(uow, CONVERSATION) is other


async def test_a_parcel_that_is_lost_on_its_way_to_us_is_traced() -> None:
    world, _, repair = await a_repair(in_warranty=True)
    await sent(world, repair)
    assert (await Shop(world).scan("KP99", "lost"))[0] is ShopEventState.APPLIED
    assert open_tasks(world) == ["trace_return"]


async def test_only_what_is_on_its_way_is_given_up_and_each_time_the_customer_is_told() -> None:
    world, case, repair = await a_repair(in_warranty=True)
    async with world.uow() as uow:
        with pytest.raises(IllegalStateError):
            await repairs.give_up(uow, repair.number, LATER, actor="agent:7")
    for number in ("KP1", "KP2"):
        await sent(world, repair, number)
        async with world.uow() as uow:
            await repairs.give_up(uow, repair.number, LATER, actor="agent:7")
            await uow.commit()
        assert (repair.state, case.state) == (RepairState.EXPIRED, CaseState.RESOLVED)
    assert told(world) == ["repair_expired"] * 2


async def test_a_parcel_of_which_nothing_is_heard_is_traced_once() -> None:
    world, _, repair = await a_repair(in_warranty=True)
    await sent(world, repair)
    assert await incoming_repairs.trace_silent(factory(world), LATER + timedelta(days=13)) == 0
    assert await incoming_repairs.trace_silent(factory(world), LATER + timedelta(days=14)) == 1
    assert await incoming_repairs.trace_silent(factory(world), LATER + timedelta(days=15)) == 0
    assert open_tasks(world) == ["trace_return"]
    assert (await Shop(world).report("repair.received", repair=repair.number))[0] is ShopEventState.APPLIED
    assert open_tasks(world) == ["repair"]


async def test_a_reviewed_repair_is_approved_or_declined_by_a_person() -> None:
    world, _, repair = await a_repair(in_warranty=True, needs_review=True)
    assert repair.state is RepairState.REQUESTED
    async with world.uow() as uow:
        await repairs.approve(uow, repair.number, LATER, actor="agent:7")
    assert repair.state is RepairState.APPROVED
    world, case, repair = await a_repair(in_warranty=True, needs_review=True)
    async with world.uow() as uow:
        await repairs.decline(uow, repair.number, Refusal.NOT_REPAIRABLE, LATER, actor="agent:7")
        await uow.commit()
    assert case.state is CaseState.RESOLVED
    assert told_values(world)["reason"]["name"] == "label_refusal_not_repairable"


async def test_a_withdrawn_case_takes_its_repair_along() -> None:
    world, case, repair = await a_repair(in_warranty=True)
    async with world.uow() as uow:
        await cases.withdraw(uow, CONVERSATION, case.number, NOW)
    assert repair.state is RepairState.CANCELED


async def test_a_repair_is_of_one_line_that_the_order_has_and_never_costs_nothing() -> None:
    world, case, repair = await a_repair(in_warranty=False)
    async with world.uow() as uow:
        await repairs.receive(uow, repair.number, LATER)
        with pytest.raises(InvalidInputError):
            await repairs.propose(uow, repair.number, euros(0), LATER)
        for lines, error in (({}, InvalidInputError), ({1: 1, 2: 1}, InvalidInputError), ({9: 1}, NotFoundError)):
            case.lines = lines
            with pytest.raises(error):
                await repairs.add_repair(uow, case, world.order, NOW, in_warranty=True, deadline=DEADLINE)


async def test_a_repair_nobody_knows_is_not_found() -> None:
    world = await proved_world()
    async with world.uow() as uow:
        with pytest.raises(NotFoundError):
            await repairs.receive(uow, "W9", NOW)
