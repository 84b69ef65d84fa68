"""What departments have to do, over all cases: a list for everybody who does it, and how much it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.aftersales.case import Case
from bot.aftersales.labels import Label
from bot.aftersales.task import Department, Task, Workload
from bot.desk.keys import desk_of, visitor_of
from bot.desk.numbers import number_of
from bot.desk.pages import page
from bot.desk.permissions import Permission, can, needs

PAGE = 50


class Whose(Label):
    """Whose tasks are shown."""

    ALL = "all"
    MINE = "mine"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Asked:
    """What an address asks for; what it says wrongly is as if it were not there."""

    department: Department | None
    whose: Whose
    after: int | None

    @classmethod
    def by(cls, query: Mapping[str, str]) -> Asked:
        """Read the part of an address after the question mark."""
        department = next((one for one in Department if one.value == query.get("department")), None)
        whose = next((one for one in Whose if one.value == query.get("whose")), Whose.ALL)
        return cls(department, whose, number_of(query.get("after")))

    def owners(self, account_id: str) -> list[str | None] | None:
        """Return whose tasks are asked for, None for everybody's."""
        found: dict[Whose, list[str | None]] = {Whose.MINE: [account_id], Whose.NOBODY: [None]}
        return found.get(self.whose)

    def to(self, **changes: Any) -> str:
        """Return the address of the same with something else, from its first page on."""
        wanted = {"department": self.department, "whose": self.whose, **changes}
        given = {name: value for name, value in wanted.items() if value not in (None, Whose.ALL)}
        return "/desk/tasks" + (f"?{urlencode({name: str(value) for name, value in given.items()})}" if given else "")


@dataclass(frozen=True)
class Row:
    """A task with its case, and the name of a customer who proved an order there."""

    task: Task
    case: Case
    name: str | None


@needs(Permission.READ)
async def show(request: web.Request) -> web.Response:
    """List the open tasks, the soonest due first, so that what is overdue leads; with how many each department has."""
    desk, visitor, asked = desk_of(request), visitor_of(request), Asked.by(request.query)
    owners, now = asked.owners(visitor.account.id), desk.clock()
    async with desk.uow() as uow:
        found = await uow.tasks.open(asked.department, owners, asked.after, PAGE + 1)
        workload = await uow.tasks.workload(now, owners)
        cases = await uow.cases.by_numbers({task.case_number for task in found})
        customers = await uow.customers.proved_in({case.conversation_id for case in cases.values()})
        accounts = await uow.accounts.all()
    rows = []
    for task in found[:PAGE]:
        case = cases[task.case_number]
        customer = customers.get(case.conversation_id)
        rows.append(Row(task, case, customer.name if customer else None))
    values = {
        "asked": asked,
        "rows": rows,
        "next": found[PAGE - 1].id if len(found) > PAGE else None,
        "workload": workload,
        "total": sum(workload.values(), Workload()),
        "whose": list(Whose),
        "agents": {account.id: account.display_name for account in accounts},
        "colleagues": [account for account in accounts if account.is_active] if can(visitor, "supervise") else [],
        "now": now,
    }
    return page(request, "tasks.html", values)


@needs(Permission.READ)
async def count(request: web.Request) -> web.Response:
    """Return as JSON how much waits for somebody: what is theirs, and what nobody has taken."""
    desk, visitor = desk_of(request), visitor_of(request)
    async with desk.uow() as uow:
        workload = await uow.tasks.workload(desk.clock(), [visitor.account.id, None])
    total = sum(workload.values(), Workload())
    return web.json_response({"open": total.open, "overdue": total.overdue})


ROUTES = [web.get("/tasks", show), web.get("/tasks/count", count)]
