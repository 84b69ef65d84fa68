"""A case under way, for tests of what is carried out for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bot.aftersales.case import Case
from bot.aftersales.exchange import Exchange
from bot.aftersales.labels import IssueType
from bot.aftersales.notification import Notification
from bot.aftersales.order import Order
from bot.aftersales.policy import Policy
from bot.aftersales.refund import Refund
from bot.aftersales.return_ import Return
from bot.aftersales.task import Task
from bot.services import exchanges, returns
from bot.services.cases import Complaint
from bot.services.lifecycle import begin
from bot.services.ports import UnitOfWork
from tests.unit.aftersales.builders import NOW, a_case
from tests.unit.aftersales.policies import A_POLICY
from tests.unit.services.world import A_RETURN, AN_EXCHANGE, World, proved_world

LATER = NOW + timedelta(days=3)


def factory(world: World) -> Callable[[], UnitOfWork]:
    """Return what makes transactions over a world."""
    return world.uow


def told(world: World) -> list[str]:
    """Return what customers are told, oldest first."""
    return [found.response.removeprefix("utter_notify_") for found in world.database.all(Notification)]


def told_values(world: World) -> dict[str, Any]:
    """Return the values of the newest announcement."""
    return dict(world.database.all(Notification)[-1].values)


def open_tasks(world: World) -> list[str]:
    """Return what departments have to do."""
    return [task.what for task in world.database.all(Task) if task.is_open]


def refunds(world: World) -> list[str]:
    """Return the amounts agreed to be paid back."""
    return [str(refund.amount) for refund in world.database.all(Refund)]


async def returned(*orders: Order, complaint: Complaint = A_RETURN) -> tuple[World, Case, Return]:
    """Return a world with an approved return whose parcel is on its way."""
    world = await proved_world(*orders)
    async with world.uow() as uow:
        case, return_ = await returns.open_return(uow, A_POLICY, complaint, NOW)
        await returns.register_tracking(uow, return_.rma, "Kranich Paket", "kp 99", NOW)
        await uow.commit()
    return world, case, return_


async def exchanged(
    *orders: Order, sku: str = "product1-43", policy: Policy = A_POLICY
) -> tuple[World, Case, Return, Exchange]:
    """Return a world with an exchange that was opened."""
    world = await proved_world(*orders)
    async with world.uow() as uow:
        case, return_, exchange = await exchanges.open_exchange(uow, policy, AN_EXCHANGE, sku, NOW)
    return world, case, return_, exchange


async def a_world_with_case(*orders: Order, issue: IssueType = IssueType.DEFECTIVE) -> tuple[World, Case]:
    """Return a world with a case of the first line that is being carried out."""
    world = await proved_world(*orders)
    case = a_case()
    case.issue_type = issue
    case.lines = {1: 1}
    begin(case)
    world.database.all(Case).append(case)
    return world, case
