"""Every action of the desk, really done, and the event it leaves in the audit log."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse, FormData

from bot.aftersales.labels import Remedy
from bot.aftersales.offer import Offer, Proposer
from bot.aftersales.task import Department
from bot.services import tasks
from bot.services.people_ports import AuditFilter
from tests.integration.desk import test_lost_goods as lost_goods
from tests.integration.desk.conftest import Browser
from tests.integration.desk.test_canned_pages import FIELDS as CANNED
from tests.integration.desk.test_canned_pages import NEW as NEW_CANNED
from tests.integration.desk.test_case_decisions import CASE, CONVERSATION, OFFER, decide, limit, standing, work
from tests.integration.desk.test_decisions import dispute, send_to_review
from tests.integration.desk.test_people import CHEN, GOOD, invite, seen
from tests.integration.desk.test_permissions import AUDITED, posted
from tests.integration.desk.test_second_factor_pages import PATH as FACTOR
from tests.integration.desk.test_second_factor_pages import App, set_up
from tests.integration.desk.test_settings import form_of
from tests.integration.desk.test_stuck_refunds import refused
from tests.integration.desk.test_undelivered import give_up
from tests.integration.desk.test_writing import a_photo, ids_in, newest
from tests.integration.desk.world import PASSWORD, World

MakeBrowser = Callable[[], Browser]
HELD = "c-held"


@dataclass
class Stage:
    """Where one action is done: ``written`` gets who did what by the audit log, ``doers`` who really did it."""

    world: World
    a_browser: MakeBrowser
    route: str
    written: set[tuple[str, str]] = field(default_factory=set)
    doers: set[str] = field(default_factory=set)
    names: dict[int, str] = field(default_factory=dict)

    async def enter(self, name: str) -> Browser:
        browser = self.a_browser()
        assert (await browser.log_in(name)).status == 303
        self.names[id(browser)] = name
        return browser

    async def is_let_in(self, name: str) -> None:
        """Note who it is that an action has just let in."""
        async with self.world.uow() as uow:
            account = await uow.accounts.by_name(name)
        assert account
        self.doers.add(f"agent:{account.id}")

    async def json(self, browser: Browser, path: str, **body: Any) -> None:
        await self._post(browser, path, json=body)

    async def about_case(self, browser: Browser, path: str, number: str = CASE, **body: Any) -> None:
        """Decide by how a case stands now."""
        await self.json(browser, path, seen=await standing(self.world, number), **body)

    async def form(self, browser: Browser, path: str, fields: Any = None) -> None:
        await self._post(browser, path, data=fields or {})

    async def about_conversations(self, browser: Browser, path: str, items: Mapping[str, str], **body: Any) -> None:
        await self.json(browser, path, items=[{"id": id, "from": seen} for id, seen in items.items()], **body)

    async def _post(self, browser: Browser, path: str, **body: Any) -> None:
        """Do what the route is there for, and note what the audit log has of it."""
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(self.route))
        assert re.fullmatch(pattern, path), f"{path} is not {self.route}"
        headers = {"X-CSRF-Token": browser.csrf, "Accept": "application/json"}
        before = {event.id for event in await self._events()}
        answer: ClientResponse = await browser.client.post(path, headers=headers, allow_redirects=False, **body)
        assert answer.status in (200, 303), (answer.status, await answer.text())
        if id(browser) in self.names:
            self.doers.add(f"agent:{self.names[id(browser)]}")
        self.written |= {(event.actor, event.action) for event in await self._events() if event.id not in before}

    async def _events(self) -> list[Any]:
        async with self.world.uow() as uow:
            return await uow.audit_trail.page(AuditFilter(), 1000)

    async def token(self, browser: Browser, page: str) -> str:
        found = re.search(r'name="token" value="(\w+)"', await browser.text(page))
        assert found
        return found[1]


Call = Callable[[Stage], Awaitable[None]]
CALLS: dict[str, Call] = {}


def on(route: str) -> Callable[[Call], Call]:
    def keep(call: Call) -> Call:
        assert route not in CALLS, route
        CALLS[route] = call
        return call

    return keep


# Who somebody is.


@on("/desk/login")
async def log_in(stage: Stage) -> None:
    browser = stage.a_browser()
    token = await stage.token(browser, "/desk/login")
    await stage.form(browser, "/desk/login", {"name": "ana", "password": PASSWORD, "token": token})
    await stage.is_let_in("ana")


@on("/desk/login/code")
async def enter_code(stage: Stage) -> None:
    app, _ = await set_up(stage.world, await stage.enter("ana"))
    browser = await stage.enter("ana")
    token = await stage.token(browser, "/desk/login/code")
    await stage.form(browser, "/desk/login/code", {"token": token, "code": app.code(stage.world.now)})


@on("/desk/invitation/{token}")
async def accept_invitation(stage: Stage) -> None:
    link = await invite(await stage.enter("root"))
    browser = stage.a_browser()
    fields = {"token": await stage.token(browser, link), "new": GOOD, "again": GOOD}
    await stage.form(browser, link, fields)
    await stage.is_let_in("chen")


@on("/desk/logout")
async def log_out(stage: Stage) -> None:
    await stage.form(await stage.enter("ana"), "/desk/logout")


@on("/desk/password")
async def change_password(stage: Stage) -> None:
    await stage.form(await stage.enter("ana"), "/desk/password", {"old": PASSWORD, "new": GOOD, "again": GOOD})


@on("/desk/account/second-factor")
async def turn_on(stage: Stage) -> None:
    ana = await stage.enter("ana")
    app = App(await ana.text(FACTOR))
    await stage.form(ana, FACTOR, {"password": PASSWORD, "code": app.code(stage.world.now)})


@on("/desk/account/second-factor/codes")
async def renew_codes(stage: Stage) -> None:
    ana = await stage.enter("ana")
    app, _ = await set_up(stage.world, ana)
    await stage.form(ana, f"{FACTOR}/codes", {"password": PASSWORD, "code": app.code(stage.world.now)})


@on("/desk/account/second-factor/off")
async def turn_off(stage: Stage) -> None:
    ana = await stage.enter("ana")
    app, _ = await set_up(stage.world, ana)
    await stage.form(ana, f"{FACTOR}/off", {"password": PASSWORD, "code": app.code(stage.world.now)})


@on("/desk/account/sessions/end-others")
async def end_others(stage: Stage) -> None:
    await stage.enter("ana")
    await stage.form(await stage.enter("ana"), "/desk/account/sessions/end-others")


@on("/desk/account/sessions/{session}/end")
async def end_own_session(stage: Stage) -> None:
    await stage.enter("ana")
    ana = await stage.enter("ana")
    found = re.search(r'action="(/desk/account/sessions/\w+/end)"', await ana.text("/desk/account"))
    assert found
    await stage.form(ana, found[1])


@on("/desk/preferences")
async def choose_language(stage: Stage) -> None:
    await stage.form(await stage.enter("ana"), "/desk/preferences", {"language": "de"})


@on("/desk/presence")
async def choose_presence(stage: Stage) -> None:
    await stage.json(await stage.enter("ana"), "/desk/presence", presence="away")


@on("/desk/presence/beat")
async def beat(stage: Stage) -> None:
    await stage.json(await stage.enter("ana"), "/desk/presence/beat")


# What is done in conversations.


@on("/desk/conversations/{id}/read")
async def read(stage: Stage) -> None:
    message = await newest(stage.world, HELD)
    await stage.json(await stage.enter("ana"), f"/desk/conversations/{HELD}/read", message_id=message.id)


@on("/desk/conversations/{id}/translate")
async def translate(stage: Stage) -> None:
    stage.world.translator.is_on = True
    ids = await ids_in(stage.world, "c-bot")
    await stage.json(await stage.enter("ana"), "/desk/conversations/c-bot/translate", ids=ids)


@on("/desk/conversations/{id}/preview")
async def preview(stage: Stage) -> None:
    stage.world.translator.is_on = True
    await stage.json(await stage.enter("ana"), f"/desk/conversations/{CONVERSATION}/preview", text="One moment")


@on("/desk/conversations/{id}/reply")
async def reply(stage: Stage) -> None:
    await stage.json(await stage.enter("ben"), f"/desk/conversations/{HELD}/reply", text="Hello")


@on("/desk/conversations/{id}/note")
async def note(stage: Stage) -> None:
    await stage.json(await stage.enter("ana"), f"/desk/conversations/{HELD}/note", text="Hello")


@on("/desk/conversations/{id}/attach")
async def attach(stage: Stage) -> None:
    form = FormData()
    form.add_field("text", "Like this")
    form.add_field("file", a_photo(), filename="a.jpg", content_type="image/jpeg")
    await stage.form(await stage.enter("ben"), f"/desk/conversations/{HELD}/attach", form)


@on("/desk/conversations/{id}/messages/{message}/edit")
async def edit(stage: Stage) -> None:
    message = await stage.world.router.words.say(HELD, "ben", "Gutn Tag")
    path = f"/desk/conversations/{HELD}/messages/{message.id}/edit"
    await stage.json(await stage.enter("ben"), path, text="Guten Tag")


@on("/desk/conversations/{id}/messages/{message}/retract")
async def retract(stage: Stage) -> None:
    message = await stage.world.router.words.say(HELD, "ben", "Nothing of that")
    await stage.json(await stage.enter("ben"), f"/desk/conversations/{HELD}/messages/{message.id}/retract")


@on("/desk/conversations/{id}/take-over")
async def take_over(stage: Stage) -> None:
    await stage.json(await stage.enter("ana"), "/desk/conversations/c-li/take-over", **{"from": "queued"})


@on("/desk/conversations/{id}/resolve")
async def resolve(stage: Stage) -> None:
    await stage.json(await stage.enter("ben"), f"/desk/conversations/{HELD}/resolve")


@on("/desk/conversations/{id}/return")
async def return_to_bot(stage: Stage) -> None:
    await stage.json(await stage.enter("ben"), f"/desk/conversations/{HELD}/return", instruction={"kind": "go_on"})


@on("/desk/conversations/{id}/transfer")
async def transfer(stage: Stage) -> None:
    root = await stage.enter("root")
    for to in ("agent:ana", "team:east_asia"):
        await stage.json(root, f"/desk/conversations/{HELD}/transfer", to=to)


@on("/desk/conversations/{id}/whisper")
async def whisper(stage: Stage) -> None:
    await stage.json(await stage.enter("root"), f"/desk/conversations/{HELD}/whisper", text="Be kind")


@on("/desk/undelivered/{id}/resend")
async def resend(stage: Stage) -> None:
    (message_id,) = await give_up(stage.world, 1, "blocked")
    await stage.form(await stage.enter("ana"), f"/desk/undelivered/{message_id}/resend")


@on("/desk/undelivered/resend")
async def resend_all(stage: Stage) -> None:
    await give_up(stage.world, 2, "blocked")
    fields = {"channel": "telegram", "reason": "blocked"}
    await stage.form(await stage.enter("ana"), "/desk/undelivered/resend", fields)


@on("/desk/queue/assign")
async def assign(stage: Stage) -> None:
    root = await stage.enter("root")
    await stage.about_conversations(root, "/desk/queue/assign", {"c-li": "queued"}, to="root")
    await stage.about_conversations(root, "/desk/queue/assign", {"c-anna": "queued"}, to="ana")


@on("/desk/queue/close")
async def close(stage: Stage) -> None:
    await stage.about_conversations(await stage.enter("ana"), "/desk/queue/close", {"c-li": "queued"})


@on("/desk/queue/tag")
async def tag(stage: Stage) -> None:
    ana = await stage.enter("ana")
    for is_on in (True, False):
        await stage.about_conversations(ana, "/desk/queue/tag", {"c-li": "queued"}, tag="vip", on=is_on)


@on("/desk/queue/snooze")
async def snooze(stage: Stage) -> None:
    ana = await stage.enter("ana")
    for until in ((stage.world.now + timedelta(hours=1)).isoformat(), None):
        await stage.about_conversations(ana, "/desk/queue/snooze", {"c-li": "queued"}, until=until)


@on("/desk/cases/{number}/translate")
async def translate_story(stage: Stage) -> None:
    stage.world.translator.is_on = True
    await stage.json(await stage.enter("ana"), f"/desk/cases/{CASE}/translate")


# What is decided about cases.


@on("/desk/cases/{number}/approve")
async def approve(stage: Stage) -> None:
    await send_to_review(stage.world)
    await stage.about_case(await stage.enter("ana"), f"/desk/cases/{CASE}/approve")


@on("/desk/cases/{number}/decline")
async def decline(stage: Stage) -> None:
    number = "C1000002"
    async with stage.world.uow() as uow:
        case = await uow.cases.get(number)
        assert case
        case.offer(Offer(Remedy.COUPON, Proposer.BOT, stage.world.now))
        await uow.commit()
    await stage.about_case(await stage.enter("ana"), f"/desk/cases/{number}/decline", number, reason="not_covered")


@on("/desk/cases/{number}/settle")
async def settle(stage: Stage) -> None:
    await dispute(stage.world)
    await stage.about_case(await stage.enter("ana"), f"/desk/cases/{CASE}/settle", amount="12.50", reason="scratched")


@on("/desk/cases/{number}/offer")
async def offer(stage: Stage) -> None:
    await stage.about_case(await stage.enter("ana"), f"/desk/cases/{CASE}/offer", **OFFER)


@on("/desk/cases/{number}/answer")
async def answer_offer(stage: Stage) -> None:
    ana = await stage.enter("ana")
    for position, accepted in ((2, "no"), (3, "yes")):
        assert (await decide(stage.world, ana, f"cases/{CASE}/offer", **OFFER)).status == 200
        await stage.about_case(ana, f"/desk/cases/{CASE}/answer", offer=position, accepted=accepted)


@on("/desk/cases/{number}/refund")
async def refund(stage: Stage) -> None:
    ana = await stage.enter("ana")
    await stage.about_case(ana, f"/desk/cases/{CASE}/refund", amount="5", reason="late")
    await limit(stage.world, "ana", "1")
    await stage.about_case(ana, f"/desk/cases/{CASE}/refund", amount="5", reason="late")


@on("/desk/cases/{number}/liability")
async def overrule(stage: Stage) -> None:
    ana = await stage.enter("ana")
    await stage.about_case(ana, f"/desk/cases/{CASE}/liability", liable="carrier", reason="crushed")


@on("/desk/cases/{number}/priority")
async def prioritise(stage: Stage) -> None:
    await stage.about_case(await stage.enter("ana"), f"/desk/cases/{CASE}/priority", priority="low")


@on("/desk/cases/{number}/reopen")
async def reopen(stage: Stage) -> None:
    await stage.about_case(await stage.enter("ana"), "/desk/cases/C1000000/reopen", "C1000000")


@on("/desk/cases/{number}/tasks")
async def ask_department(stage: Stage) -> None:
    task = {"what": "check_payment", "department": "finance"}
    await stage.about_case(await stage.enter("ana"), f"/desk/cases/{CASE}/tasks", **task)


@on("/desk/cases/{number}/merge")
async def merge(stage: Stage) -> None:
    other = {"other": "C1000000", "other_seen": await standing(stage.world, "C1000000")}
    await stage.about_case(await stage.enter("root"), f"/desk/cases/{CASE}/merge", **other)


async def asked(stage: Stage) -> tuple[Browser, str]:
    """Let Ana ask for what is above her limit, and return her browser and the address of what waits."""
    await limit(stage.world, "ana", "1")
    ana = await stage.enter("ana")
    assert (await decide(stage.world, ana, f"cases/{CASE}/refund", amount="5", reason="late")).status == 200
    async with stage.world.uow() as uow:
        (waiting,) = await uow.approvals.waiting()
    return ana, f"/desk/approvals/{waiting.id}"


@on("/desk/approvals/{id}/approve")
async def grant(stage: Stage) -> None:
    _, address = await asked(stage)
    await stage.json(await stage.enter("root"), f"{address}/approve")


@on("/desk/approvals/{id}/decline")
async def refuse(stage: Stage) -> None:
    _, address = await asked(stage)
    await stage.json(await stage.enter("root"), f"{address}/decline", reason="Ask for a photo")


@on("/desk/approvals/{id}/withdraw")
async def withdraw(stage: Stage) -> None:
    ana, address = await asked(stage)
    await stage.json(ana, f"{address}/withdraw")


def work_on(kind: str) -> Call:
    async def call(stage: Stage) -> None:
        path, body = next((path, body) for path, body in (await work(stage.world)).items() if path.startswith(kind))
        await stage.about_case(await stage.enter("ana"), f"/desk/{path}", **body)

    return call


on("/desk/repairs/{number}/quote")(work_on("repairs/P1000001"))
on("/desk/repairs/{number}/give-up")(work_on("repairs/P1000002"))
on("/desk/returns/{rma}/label")(work_on("returns"))
on("/desk/customs/{number}/close")(work_on("customs/K1000001"))
on("/desk/customs/{number}/papers")(work_on("customs/K1000002"))
on("/desk/tasks/{id}/finish")(work_on("tasks"))


@on("/desk/exchanges/{rma}/paid")
async def note_difference_paid(stage: Stage) -> None:
    await lost_goods.a_difference(stage.world)
    await stage.about_case(await stage.enter("ana"), f"/desk/{lost_goods.DIFFERENCE}")


@on("/desk/exchanges/{rma}/give-up")
async def give_replacement_up(stage: Stage) -> None:
    await stage.about_case(await stage.enter("root"), f"/desk/{lost_goods.GIVEN_UP}")


@on("/desk/returns/{rma}/give-up")
async def give_return_up(stage: Stage) -> None:
    await lost_goods.a_return_under_way(stage.world)
    await stage.about_case(await stage.enter("ana"), f"/desk/{lost_goods.NEVER_CAME}")


@on("/desk/reshipments/{number}/call-off")
async def call_reshipment_off(stage: Stage) -> None:
    await lost_goods.a_second_parcel(stage.world, is_lost=True)
    await stage.about_case(await stage.enter("root"), f"/desk/{lost_goods.CALLED_OFF}", reason="lost twice")


@on("/desk/refunds/{number}/paid")
async def pay_otherwise(stage: Stage) -> None:
    address = f"/desk/refunds/{await refused(stage.world)}/paid"
    await stage.about_case(await stage.enter("root"), address, reference="SEPA 77", method="bank_transfer")


@on("/desk/refunds/{number}/call-off")
async def call_refund_off(stage: Stage) -> None:
    address = f"/desk/refunds/{await refused(stage.world)}/call-off"
    await stage.about_case(await stage.enter("root"), address, reason="wants a voucher")


@on("/desk/tasks/{id}/take")
async def take_task(stage: Stage) -> None:
    await stage.json(await stage.enter("ana"), f"/desk/tasks/{await a_task(stage)}/take", owner="")


@on("/desk/tasks/{id}/release")
async def release_task(stage: Stage) -> None:
    await stage.json(await stage.enter("ana"), f"/desk/tasks/{await a_task(stage, 'ana')}/release", owner="ana")


@on("/desk/tasks/{id}/give")
async def give_task(stage: Stage) -> None:
    await stage.json(await stage.enter("root"), f"/desk/tasks/{await a_task(stage, 'ana')}/give", owner="ana", to="ben")


async def a_task(stage: Stage, owner: str | None = None) -> int | None:
    async with stage.world.uow() as uow:
        task = await tasks.open_task(uow, CASE, Department.QUALITY, "check_safety", "a task", stage.world.now)
        task.give(owner)
        await uow.commit()
    return task.id


# What administrators do.


@on("/desk/people")
async def invite_somebody(stage: Stage) -> None:
    await stage.form(await stage.enter("root"), "/desk/people", {**CHEN, "refund_limit": "150"})


@on("/desk/people/{id}")
async def change_person(stage: Stage) -> None:
    root = await stage.enter("root")
    fields = {"display_name": "Ana Lima", "role": "agent", "refund_limit": "", "capacity": "7"}
    await stage.form(root, "/desk/people/ana", {**fields, "seen": await seen(root, "ana")})


@on("/desk/people/{id}/deactivate")
async def deactivate(stage: Stage) -> None:
    await a_task(stage, "ben")
    await stage.form(await stage.enter("root"), "/desk/people/ben/deactivate")


@on("/desk/people/{id}/activate")
async def activate(stage: Stage) -> None:
    root = await stage.enter("root")
    assert (await root.submit("/desk/people/ben/deactivate")).status == 303
    await stage.form(root, "/desk/people/ben/activate")


@on("/desk/people/{id}/link")
async def renew_link(stage: Stage) -> None:
    await stage.form(await stage.enter("root"), "/desk/people/ana/link")


@on("/desk/people/{id}/second-factor/remove")
async def remove_second_factor(stage: Stage) -> None:
    await set_up(stage.world, await stage.enter("ana"))
    await stage.form(await stage.enter("root"), "/desk/people/ana/second-factor/remove")


@on("/desk/people/{id}/sessions/{session}/end")
async def end_session(stage: Stage) -> None:
    await stage.enter("ben")
    root = await stage.enter("root")
    found = re.search(r'action="(/desk/people/ben/sessions/\w+/end)"', await root.text("/desk/people/ben"))
    assert found
    await stage.form(root, found[1])


@on("/desk/settings/{key}")
async def change_settings(stage: Stage) -> None:
    root = await stage.enter("root")
    fields = form_of(await root.text("/desk/settings/tags"))
    await stage.form(root, "/desk/settings/tags", [*fields, ("77-id", ""), ("77-name", "Damp")])


@on("/desk/settings/canned/new")
async def add_canned(stage: Stage) -> None:
    await stage.form(await stage.enter("root"), NEW_CANNED, CANNED)


async def canned(stage: Stage) -> tuple[Browser, str, dict[str, str]]:
    """Return an administrator's browser, the address of a canned response, and what its form sends."""
    root = await stage.enter("root")
    assert (await root.submit(NEW_CANNED, **CANNED)).status == 303
    async with stage.world.uow() as uow:
        (response,) = await uow.canned_responses.all()
    return root, f"/desk/settings/canned/{response.id}", {**CANNED, "version": str(response.version)}


@on("/desk/settings/canned/{id}")
async def change_canned(stage: Stage) -> None:
    root, address, fields = await canned(stage)
    await stage.form(root, address, {**fields, "title": "Late"})


@on("/desk/settings/canned/{id}/remove")
async def remove_canned(stage: Stage) -> None:
    root, address, fields = await canned(stage)
    await stage.form(root, f"{address}/remove", fields)


def test_every_action_is_really_done_here(world: World) -> None:
    assert set(CALLS) == posted(world)


@pytest.mark.parametrize("route", sorted(CALLS))
async def test_an_action_leaves_its_events_and_who_did_it(world: World, a_browser: MakeBrowser, route: str) -> None:
    stage, wanted = Stage(world, a_browser, route), AUDITED[route]
    await CALLS[route](stage)
    if isinstance(wanted, tuple):
        assert len(stage.doers) == 1
        assert set(wanted) <= {action for actor, action in stage.written if actor in stage.doers}
    else:
        assert stage.written == set(), "this route writes an event by now: put it into the table"
