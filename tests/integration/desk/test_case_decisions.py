"""Offers, refunds, approvals, merging and tasks over real HTTP, and the buttons customers answer offers with."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from aiohttp import ClientResponse

from bot.aftersales.case import Case, CaseState
from bot.aftersales.customs import CustomsMatter, CustomsState, Paper
from bot.aftersales.labels import IssueType, Priority
from bot.aftersales.money import Money
from bot.aftersales.offer import OfferState
from bot.aftersales.repair import Repair, RepairState
from bot.aftersales.task import Department, TaskState
from bot.conversations.notifier import Notifier
from bot.desk import formats
from bot.errors import ConflictError
from bot.services import deciding, tasks
from bot.services.document_links import DocumentLinks
from tests.integration.desk.conftest import Browser
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]
CASE, CONVERSATION, ORDER = "C1000001", "c-anna", "10482733"
OFFER = {"remedy": "refund_partial", "percent": "10", "reason": "long wait"}
THING = f"cases/{CASE}"


async def do(browser: Browser, path: str, **body: Any) -> ClientResponse:
    headers = {"X-CSRF-Token": browser.csrf, "Accept": "application/json"}
    return await browser.client.post(f"/desk/{path}", json=body, headers=headers)


async def decide(world: World, browser: Browser, path: str, **body: Any) -> ClientResponse:
    """Decide about a case by how it stands now."""
    given = {"seen": await standing(world, path.split("/")[1]), **body}
    if "other" in body:
        given.setdefault("other_seen", await standing(world, body["other"]))
    return await do(browser, path, **given)


async def said(answer: ClientResponse) -> str:
    return str((await answer.json())["error"]["message"])


async def case_of(world: World, number: str = CASE) -> Case:
    async with world.uow() as uow:
        case = await uow.cases.get(number)
    assert case is not None
    return case


async def standing(world: World, number: str = CASE) -> int:
    async with world.uow() as uow:
        case = await uow.cases.get(number)
    return case.standing if case is not None else 0


async def limit(world: World, name: str, amount: str) -> None:
    async with world.uow() as uow:
        account = await uow.accounts.get(name)
        assert account is not None
        account.refund_limit = Decimal(amount)
        await uow.commit()


async def refunded(world: World) -> list[Money]:
    async with world.uow() as uow:
        return [refund.amount for refund in await uow.refunds.of_order(ORDER)]


async def press(world: World, accepted: str, offer: int = 2) -> list[str]:
    text = f'/answer_offer{{"case": "{CASE}", "offer": "{offer}", "accepted": "{accepted}"}}'
    inbound = await world.router.receive(CONVERSATION, "web", text, title="Yes, I accept")
    return [message.response or "" for message in await world.router.answer_to(inbound, CONVERSATION)]


@pytest.mark.parametrize("handler", ["agent", "queue", "bot"])
async def test_the_customer_accepts_by_button_whoever_has_the_conversation(
    world: World, logged_in: LogIn, handler: str
) -> None:
    ana = await logged_in("ana")
    assert (await decide(world, ana, f"{THING}/offer", **OFFER)).status == 200
    if handler != "queue":
        assert (await ana.act(CONVERSATION, "take-over")).status == 200
    if handler == "bot":
        assert (await ana.act(CONVERSATION, "return")).status == 200
    for _ in range(2):
        await press(world, "yes")
    assert await refunded(world) == [Money(Decimal("3.90"), "EUR")]
    async with world.uow() as uow:
        told = [found.response for found in await uow.notifications.of_case(CASE)]
    assert told == ["utter_ask_offer", "utter_refund_keeps_goods"]
    assert not any("/answer_offer" in heard for heard in world.bot.heard)


async def test_a_declined_offer_leads_back_to_a_person_where_the_bot_has_the_conversation(
    world: World, logged_in: LogIn
) -> None:
    ana = await logged_in("ana")
    await decide(world, ana, f"{THING}/offer", **OFFER)
    await ana.act(CONVERSATION, "take-over")
    await ana.act(CONVERSATION, "return")
    answer = await press(world, "no")
    assert answer[0] == "utter_all_right" and len(answer) == 2
    handoff = await world.handoff(CONVERSATION)
    assert handoff is not None and handoff.is_open
    assert (await case_of(world)).offers[-1].state is OfferState.DECLINED


async def test_an_offer_reaches_the_transcript_while_an_agent_has_it(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    await ana.act(CONVERSATION, "take-over")
    await decide(world, ana, f"{THING}/offer", **OFFER)
    links = DocumentLinks(b"a key of the tests")
    notifier = Notifier(world.uow, world.bot, world.router.feed, lambda: world.now, links)
    assert await notifier.deliver() == 1
    async with world.uow() as uow:
        newest = (await uow.messages.of(CONVERSATION))[-1]
    assert newest.response == "utter_ask_offer"


async def test_of_two_agents_the_second_is_told_who_was_first(world: World, logged_in: LogIn) -> None:
    ana, ben = await logged_in("ana"), await logged_in("ben")
    seen = (await case_of(world)).standing
    assert (await decide(world, ana, f"{THING}/refund", amount="5", reason="kindness", seen=seen)).status == 200
    second = await decide(world, ben, f"{THING}/refund", amount="5", reason="kindness", seen=seen)
    assert second.status == 409
    assert "Ana Lima has just worked on this case" in await said(second)
    assert await refunded(world) == [Money(Decimal(5), "EUR")]


async def test_above_the_limit_a_supervisor_approves_and_only_once(world: World, logged_in: LogIn) -> None:
    await limit(world, "ana", "20")
    ana, root = await logged_in("ana"), await logged_in("root")
    asked = await decide(world, ana, f"{THING}/refund", amount="25.50", reason="parcel came late")
    assert (asked.status, (await asked.json())["waits"]) == (200, True)
    assert await refunded(world) == []
    assert (await ana.get("/desk/approvals")).status == 403
    listed = await root.text("/desk/approvals")
    assert "€25.50" in listed and "parcel came late" in listed and "Ana Lima" in listed
    async with world.uow() as uow:
        (waiting,) = await uow.approvals.waiting()
    assert (await do(ana, f"approvals/{waiting.id}/approve")).status == 403
    assert (await do(root, f"approvals/{waiting.id}/approve")).status == 200
    assert (await do(root, f"approvals/{waiting.id}/approve")).status == 409
    assert await refunded(world) == [Money(Decimal("25.50"), "EUR")]


async def test_while_an_approval_waits_nothing_else_is_decided(world: World, logged_in: LogIn) -> None:
    await limit(world, "ana", "20")
    ana, ben = await logged_in("ana"), await logged_in("ben")
    await decide(world, ana, f"{THING}/refund", amount="25", reason="late")
    for path, body in (("refund", {"amount": "1", "reason": "x"}), ("offer", OFFER), ("approve", {})):
        answer = await decide(world, ben, f"{THING}/{path}", **body)
        assert answer.status == 409
        assert "waits for an approval" in await said(answer)
    page = await ana.text(f"/desk/conversations/{CONVERSATION}")
    assert "Waits for a supervisor" in page and "Take the request back" in page


async def test_a_refusal_says_why_in_plain_words(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    much = await decide(world, ana, f"{THING}/refund", amount="1000", reason="all of it")
    assert much.status == 409 and "Only 133.80 EUR" in await said(much)
    nothing = await decide(world, ana, f"{THING}/offer", remedy="refund_partial", reason="x")
    assert nothing.status == 400 and "percentage or an amount" in await said(nothing)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("offer", {"remedy": "gold", "reason": "x"}),
        ("offer", {**OFFER, "reason": " "}),
        ("offer", {**OFFER, "percent": "many"}),
        ("refund", {"amount": "1" * 30, "reason": "x"}),
        ("refund", {"amount": "Infinity", "reason": "x"}),
        ("priority", {"priority": "soon"}),
        ("tasks", {"what": "check_payment", "department": "kitchen"}),
        ("tasks", {"what": "inspect_return", "department": "warehouse"}),
        ("tasks", {"what": "other", "department": "legal", "note": " "}),
        ("tasks", {"what": "decide", "department": "supervisor", "due_at": "tomorrow"}),
        ("tasks", {"what": "decide", "department": "supervisor", "due_at": "2026-12-01T10:00"}),
        ("tasks", {"what": "decide", "department": "supervisor", "due_at": "2020-12-01T10:00Z"}),
        ("tasks", {"what": "decide", "department": "supervisor", "due_at": "0001-01-01T00:00+23:59"}),
        ("tasks", {"what": "decide", "department": "supervisor", "note": "x" * 2001}),
        ("refund", {"amount": "1", "reason": "x", "seen": "-1"}),
        ("answer", {"offer": 2, "accepted": "true"}),
        ("answer", {"offer": 2, "accepted": True}),
        ("answer", {"offer": 2}),
    ],
)
async def test_useless_input_is_refused(world: World, logged_in: LogIn, path: str, body: dict[str, Any]) -> None:
    ana = await logged_in("ana")
    assert (await decide(world, ana, f"{THING}/{path}", **body)).status == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("approve", {}),
        ("decline", {"reason": "not_covered"}),
        ("settle", {"amount": "1", "reason": "x"}),
        ("offer", OFFER),
        ("answer", {"offer": 1, "accepted": "yes"}),
        ("refund", {"amount": "1", "reason": "x"}),
        ("liability", {"liable": "carrier", "reason": "x"}),
        ("priority", {"priority": "low"}),
        ("tasks", {"what": "check_payment", "department": "finance"}),
        ("reopen", {}),
        ("merge", {"other": "C1000000", "other_seen": 1}),
    ],
)
async def test_nothing_is_decided_without_how_the_case_stood(
    world: World, logged_in: LogIn, path: str, body: dict[str, Any]
) -> None:
    root, before = await logged_in("root"), await standing(world)
    assert (await do(root, f"{THING}/{path}", **body)).status == 400
    assert (await do(root, f"{THING}/{path}", seen=before + 1, **body)).status == 409
    assert await standing(world) == before


async def test_a_duplicate_that_changed_is_not_merged(world: World, logged_in: LogIn) -> None:
    root, seen = await logged_in("root"), await standing(world, "C1000000")
    assert f'value="C1000000" data-seen="{seen}"' in await root.text(f"/desk/conversations/{CONVERSATION}")
    body = {"other": "C1000000", "seen": await standing(world)}
    assert (await do(root, f"{THING}/merge", **body)).status == 400
    assert (await decide(world, root, "cases/C1000000/reopen")).status == 200
    assert (await do(root, f"{THING}/merge", **body, other_seen=seen)).status == 409
    assert (await case_of(world, "C1000000")).merged_into is None


async def work(world: World) -> dict[str, dict[str, Any]]:
    """Add a repair to be quoted, a decided customs matter and a task; return what to post to which path."""
    async with world.uow() as uow:
        deadline = world.now.date()
        repair = Repair("P1000001", CASE, ORDER, 2, 1, False, world.now, deadline, state=RepairState.RECEIVED)
        matter = CustomsMatter("K1000001", CASE, ORDER, world.now, state=CustomsState.REFUSED)
        uow.repairs.add(repair)
        lost = Repair("P1000002", CASE, ORDER, 1, 1, True, world.now, deadline, state=RepairState.SHIPPED)
        uow.repairs.add(lost)
        uow.customs.add(matter)
        waiting = CustomsMatter("K1000002", CASE, ORDER, world.now, state=CustomsState.PAPERS_REQUESTED)
        waiting.papers, waiting.due_on = (Paper.IDENTITY,), deadline
        uow.customs.add(waiting)
        task = await tasks.open_task(uow, CASE, Department.QUALITY, "check_safety", "a task", world.now)
        await uow.commit()
    return {
        "repairs/P1000001/quote": {"amount": "12"},
        "repairs/P1000002/give-up": {},
        "returns/R1000001/label": {},
        "customs/K1000001/close": {},
        "customs/K1000002/papers": {},
        f"tasks/{task.id}/finish": {"result": "It is safe."},
    }


@pytest.mark.parametrize(
    "kind", ["repairs/P1000001", "repairs/P1000002", "returns", "customs/K1000001", "customs/K1000002", "tasks"]
)
async def test_work_on_a_case_notices_what_changed_and_is_noticed(world: World, logged_in: LogIn, kind: str) -> None:
    ana = await logged_in("ana")
    path, body = next((path, body) for path, body in (await work(world)).items() if path.startswith(kind))
    seen = await standing(world)
    assert (await do(ana, path, **body)).status == 400
    assert (await decide(world, ana, f"{THING}/liability", liable="carrier", reason="crushed")).status == 200
    assert (await do(ana, path, **body, seen=seen)).status == 409
    seen = await standing(world)
    assert (await do(ana, path, **body, seen=seen)).status == 200
    assert (await do(ana, f"{THING}/refund", amount="1", reason="kind", seen=seen)).status == 409
    assert await refunded(world) == []


async def test_papers_that_came_in_another_way_are_handed_in_with_their_task(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    await work(world)
    assert "papers-K1000002" in await ana.text(f"/desk/conversations/{CONVERSATION}")
    assert (await do(ana, "customs/K1000002/papers", seen=await standing(world))).status == 200
    async with world.uow() as uow:
        (task,) = [found for found in await uow.tasks.of_case(CASE) if found.what == "send_papers"]
    assert "papers-K1000002" not in await ana.text(f"/desk/conversations/{CONVERSATION}")
    seen = await standing(world)
    assert (await do(ana, f"tasks/{task.id}/finish", result="By courier", seen=seen)).status == 200
    async with world.uow() as uow:
        matter = await uow.customs.get("K1000002")
        (task,) = [found for found in await uow.tasks.of_case(CASE) if found.what == "send_papers"]
    assert matter is not None
    assert (matter.state, task.state) == (CustomsState.SUBMITTED, TaskState.DONE)


async def test_what_an_agent_gave_before_counts_on_the_page_and_on_the_server(world: World, logged_in: LogIn) -> None:
    await limit(world, "ana", "10")
    ana = await logged_in("ana")
    waits = []
    for _ in range(2):
        answer = await decide(world, ana, f"{THING}/refund", amount="10", reason="late")
        waits.append((await answer.json()).get("waits", False))
    assert waits == [False, True]
    assert await refunded(world) == [Money(Decimal(10), "EUR")]


async def test_supervisors_merge_duplicates_and_agents_do_not(world: World, logged_in: LogIn) -> None:
    ana, root = await logged_in("ana"), await logged_in("root")
    assert (await decide(world, ana, f"{THING}/merge", other="C1000000")).status == 403
    assert (await decide(world, root, f"{THING}/merge", other="C1000002")).status == 400
    assert (await decide(world, root, f"{THING}/merge", other="C9999999")).status == 404
    assert (await decide(world, root, f"{THING}/merge", other="C1000000")).status == 200
    assert (await case_of(world, "C1000000")).merged_into == CASE
    assert (await decide(world, root, "cases/C1000000/refund", amount="1", reason="x")).status == 409
    assert "merged into C1000001" in await root.text(f"/desk/conversations/{CONVERSATION}")


async def test_a_task_is_taken_and_finished_and_not_from_under_a_colleague(world: World, logged_in: LogIn) -> None:
    async with world.uow() as uow:
        task = await tasks.open_task(uow, CASE, Department.QUALITY, "check_safety", "a task", world.now)
        await uow.commit()
    ana, ben = await logged_in("ana"), await logged_in("ben")
    assert (await do(ana, f"tasks/{task.id}/take", owner="")).status == 200
    assert (await do(ben, f"tasks/{task.id}/take", owner="")).status == 409
    assert (await do(ben, f"tasks/{task.id}/take", owner="ana")).status == 200
    assert (await do(ben, f"tasks/{task.id}/finish", result="It is safe.", seen=await standing(world))).status == 200
    assert (await do(ana, f"tasks/{task.id}/finish", result="It is not.", seen=await standing(world))).status == 409
    assert "It is safe." in await ana.text(f"/desk/conversations/{CONVERSATION}")


async def test_an_agent_asks_a_department_and_the_history_tells_of_it(world: World, logged_in: LogIn) -> None:
    ana, due_at = await logged_in("ana"), world.now + timedelta(days=4)
    asked = {"what": "check_payment", "department": "finance", "note": "Charged <b>twice</b>?"}
    answer = await decide(world, ana, f"{THING}/tasks", **asked, due_at=due_at.isoformat())
    assert await answer.json() == {"ok": True}
    async with world.uow() as uow:
        (task,) = await uow.tasks.of_case(CASE)
    assert (task.department, task.note, task.due_at) == (Department.FINANCE, "Charged <b>twice</b>?", due_at)
    ben = await logged_in("ben")
    page = await ben.text(f"/desk/conversations/{CONVERSATION}")
    assert "Charged &lt;b&gt;twice&lt;/b&gt;?" in page and f'data-open="take-{task.id}"' in page
    history = await ben.text(f"/desk/cases/{CASE}/timeline")
    for text in ("Task opened", "Ana Lima", "Check payment", "Finance", "Charged &lt;b&gt;twice"):
        assert text in history
    assert (await do(ben, f"tasks/{task.id}/finish", result="Once.", seen=await standing(world))).status == 200


async def test_of_two_who_ask_for_the_same_at_once_the_second_is_told(world: World, logged_in: LogIn) -> None:
    ana, ben, seen = await logged_in("ana"), await logged_in("ben"), await standing(world)
    asked = {"what": "check_payment", "department": "finance", "seen": seen, "due_at": ""}
    assert (await do(ana, f"{THING}/tasks", **asked)).status == 200
    answer = await do(ben, f"{THING}/tasks", **asked)
    assert answer.status == 409 and "changed" in await said(answer)
    async with world.uow() as uow:
        (task,) = await uow.tasks.of_case(CASE)
    assert task.due_at == world.now + tasks.DUE_IN[Department.FINANCE]


async def test_a_task_that_no_kind_names_needs_a_note(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    answer = await decide(world, ana, f"{THING}/tasks", what="other", department="legal")
    assert answer.status == 400 and "in the note" in await said(answer)
    answer = await decide(world, ana, f"{THING}/tasks", what="other", department="legal", note="Ask the lawyer")
    assert answer.status == 200


async def test_nothing_is_asked_for_a_case_that_was_merged(world: World, logged_in: LogIn) -> None:
    root = await logged_in("root")
    assert (await decide(world, root, f"{THING}/merge", other="C1000000")).status == 200
    asked = {"what": "decide", "department": "supervisor"}
    assert (await decide(world, root, "cases/C1000000/tasks", **asked)).status == 409
    assert 'data-open="task-C1000000"' not in await root.text(f"/desk/conversations/{CONVERSATION}")


async def test_the_panel_shows_identity_route_offers_and_history(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    await decide(world, ana, f"{THING}/offer", **OFFER)
    page = await ana.text(f"/desk/conversations/{CONVERSATION}")
    for text in ("Identified", "Order 10482733 proved", "Rotterdam", "Leipzig hub", "Earlier cases", "C1000000",
                 "The customer has yet to answer an offer", "Offered by Ana Lima"):  # fmt: skip
        assert text in page
    history = await ana.text(f"/desk/cases/{CASE}/timeline")
    assert "Offer made" in history and "Ana Lima" in history
    # By which policy it was offered is told; the rules are listed with the case.
    assert "Policy version: " in history
    assert ".remedies" not in history
    assert (await ana.get("/desk/cases/C9/timeline")).status == 404


async def policy_card(browser: Browser) -> str:
    """Return what the panel shows of the case's verdict, without tags and with one space between words."""
    page = await browser.text(f"/desk/conversations/{CONVERSATION}")
    found = re.search(rf'<details id="policy-{CASE}".*?</details>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split()) if found else ""


async def test_the_panel_shows_what_law_and_policy_say(world: World, logged_in: LogIn) -> None:
    right_ends = formats.day(world.now.date() + timedelta(days=727))
    shown = await policy_card(await logged_in("ana"))
    facts, _, ladder = shown.partition("What the bot may offer, one after the other")
    assert facts.strip() == (
        "What law and policy say"
        " Open Return for refund a person decides Exchange a person decides"
        " Because Faulty goods"
        " In full €39.00"
        " Goodwill left €7.80"
        " Paid too much €1.10"
        f" Right ends {right_ends}"
        " Shipping back Paid by: Shop"
        " Source Directive (EU) 2019/771"
    )
    assert ladder.strip() == "Warranty extension · 12 months Partial refund 15 % · €5.85"


@pytest.mark.parametrize(("changes", "there", "missing"), [
    ({"needs_review": False, "reviewed": ["exchange"]}, "Open Return for refund Exchange a person decides Because", ""),
    ({"needs_review": False}, "Open Return for refund Exchange Because", "a person decides"),
    ({"remedies": [], "ladder": []}, "Open Nothing by policy alone Because", "What the bot may offer"),
    ({"reasons": ["window_closed", "already_returned"]}, "Because Window closed, Already returned In full", "Faulty"),
    ({"cap": None, "owed": None, "window_closes": None}, "In full €39.00 Shipping back", "Right ends"),
])  # fmt: skip
async def test_the_panel_shows_of_a_verdict_what_there_is(
    world: World, logged_in: LogIn, changes: dict[str, Any], there: str, missing: str
) -> None:
    async with world.uow() as uow:
        case = await uow.cases.get(CASE)
        assert case is not None
        case.verdict = {**(case.verdict or {}), **changes}
        await uow.commit()
    shown = await policy_card(await logged_in("ana"))
    assert there in shown
    assert not missing or missing not in shown


async def test_without_a_verdict_nothing_is_said_of_law_and_policy(world: World, logged_in: LogIn) -> None:
    async with world.uow() as uow:
        case = await uow.cases.get(CASE)
        assert case is not None
        case.verdict = None
        await uow.commit()
    assert await policy_card(await logged_in("ana")) == ""


async def test_without_proof_no_money_can_be_offered_and_no_order_is_shown(world: World, logged_in: LogIn) -> None:
    async with world.uow() as uow:
        now = world.now
        uow.cases.add(Case("C1000009", "c-li", "k1", ORDER, IssueType.OTHER, now, now, "zh", "web", "m9"))
        await uow.commit()
    page = await (await logged_in("ana")).text("/desk/conversations/c-li")
    assert "No order was proved" in page
    assert "Lindenweg" not in page and 'data-open="offer-C1000009"' not in page


async def test_the_priority_moves_and_an_ended_case_is_reopened(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    assert (await decide(world, ana, f"{THING}/priority", priority="low")).status == 200
    assert (await case_of(world)).priority is Priority.LOW
    assert (await decide(world, ana, "cases/C1000000/reopen")).status == 200
    assert (await case_of(world, "C1000000")).state is CaseState.REOPENED
    assert (await decide(world, ana, "cases/C1000000/reopen")).status == 409


async def test_whoever_asked_reads_the_supervisors_answer_on_the_case(world: World, logged_in: LogIn) -> None:
    await limit(world, "ana", "20")
    ana, root = await logged_in("ana"), await logged_in("root")
    await decide(world, ana, f"{THING}/refund", amount="25", reason="late")
    async with world.uow() as uow:
        (waiting,) = await uow.approvals.waiting()
    answer = "Offer <b>a coupon</b> instead"
    assert (await do(root, f"approvals/{waiting.id}/decline", reason=answer)).status == 200
    page = await ana.text(f"/desk/conversations/{CONVERSATION}")
    assert "Offer &lt;b&gt;a coupon&lt;/b&gt; instead" in page
    assert "Rita Root answered the request for €25.00: Declined" in page
    # A new request takes its place.
    await decide(world, ana, f"{THING}/refund", amount="26", reason="still late")
    assert "a coupon" not in await ana.text(f"/desk/conversations/{CONVERSATION}")


async def test_what_happens_by_itself_meanwhile_is_no_conflict(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    seen = (await case_of(world)).standing
    async with world.uow() as uow:
        case = await uow.cases.get(CASE)
        assert case is not None
        case.priority = Priority.URGENT if case.priority is not Priority.URGENT else Priority.HIGH
        await uow.commit()
    assert (await decide(world, ana, f"{THING}/refund", amount="5", reason="kindness", seen=seen)).status == 200


async def test_a_decision_that_meets_the_clock_is_taken_once_more(
    world: World, logged_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, tries = await logged_in("ana"), []
    taken_up = deciding.taken_up

    async def meanwhile(*args: Any, **kwargs: Any) -> Case:
        found = await taken_up(*args, **kwargs)
        tries.append(found.number)
        if len(tries) == 1:
            # A priority that rises between what a decision reads and what it writes.
            raise ConflictError(case=found.number)
        return found

    monkeypatch.setattr(deciding, "taken_up", meanwhile)
    assert (await decide(world, ana, f"{THING}/refund", amount="5", reason="kindness")).status == 200
    assert tries == [CASE, CASE]
    assert await refunded(world) == [Money(Decimal(5), "EUR")]
