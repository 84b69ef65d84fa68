"""The inbox and its search, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.aftersales.escalation import Escalation, EscalationReason
from bot.aftersales.identification import Identification
from bot.aftersales.labels import IssueType, Priority
from bot.aftersales.sla import Metric, ServiceClock
from bot.conversations.model import Author, Conversation, Message
from bot.desk import queue
from bot.desk.inbox_address import Asked
from bot.desk.inbox_views import MOST_AT_ONCE
from bot.desk.queue import Row
from bot.services import escalations, inbox, search
from bot.services.account import Account, Role
from bot.services.inbox_ports import EntryKind, Filters, Sort, View
from bot.services.privacy_ports import Replacement
from tests.integration.conftest import UowFactory
from tests.integration.desk.seed import Seed, fill
from tests.integration.desk.world import password_hash

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)


@pytest.fixture
async def uow(uow_factory: UowFactory) -> UowFactory:
    await fill(Seed(uow_factory, NOW, password_hash()))
    return uow_factory


def account(name: str = "ana", *teams: str) -> Account:
    return Account(name, name, name, "", Role.AGENT, NOW, teams=list(teams))


async def shown(uow: UowFactory, who: Account | None = None, now: datetime = NOW, **wish: object) -> queue.Queue:
    async with uow() as work:
        return await queue.load(work, who or account(), Asked(**wish), now)  # type: ignore[arg-type]


async def ids(uow: UowFactory, **wish: object) -> list[str]:
    return [row.conversation_id for row in (await shown(uow, **wish)).rows]  # type: ignore[arg-type]


async def a_clock(uow: UowFactory, conversation_id: str, due: timedelta, *, breached: bool = False) -> None:
    clock = ServiceClock(
        f"k:{conversation_id}", Metric.NEXT_RESPONSE, conversation_id, Priority.NORMAL, "europe", NOW - HOUR,
        NOW + due / 2, NOW + due, breached_at=NOW if breached else None,
    )  # fmt: skip
    async with uow() as work:
        work.service_clocks.add(clock)
        await work.commit()


async def test_each_view_shows_and_counts_its_conversations(uow: UowFactory) -> None:
    async with uow() as work:
        (await work.escalations.open_of("c-li")).team = "east_asia"  # type: ignore[union-attr]
        await escalations.resolve(work, "c-held", "ben", NOW)
        await work.commit()
        await inbox.snooze(work, "c-evil", NOW + HOUR, "ana", NOW)
    await a_clock(uow, "c-anna", -HOUR, breached=True)
    member = account("ana", "east_asia")
    found = {view: [row.conversation_id for row in (await shown(uow, member, view=view)).rows] for view in View}
    assert found == {
        View.MINE: [],
        View.UNASSIGNED: ["c-anna", "c-li"],
        View.TEAM: ["c-li"],
        View.ALL: ["c-anna", "c-li"],
        View.BREACHED: ["c-anna"],
        View.SNOOZED: ["c-evil"],
        View.CLOSED: ["c-held"],
        View.BOT: ["c-bot", "c-held", "web/42?x#y"],
    }
    counts = (await shown(uow, member)).counts
    assert counts == {view: len(found[view]) for view in View}


async def test_rows_tell_what_is_known(uow: UowFactory) -> None:
    await a_clock(uow, "c-anna", HOUR)
    first = (await shown(uow)).rows[0]
    one = first.listed
    assert (first.name, first.preview) == ("Anna Schmidt", "Beeilen Sie sich bitte, es riecht verbrannt")
    assert (one.language, one.channel, one.issue_type) == ("de", "web", IssueType.SAFETY_HAZARD)
    assert (one.due_at, one.warn_at, one.is_late) == (NOW + HOUR, NOW + HOUR / 2, False)
    assert one.waiting_since == NOW - timedelta(minutes=12)


async def test_who_was_answered_does_not_wait(uow: UowFactory) -> None:
    mine = (await shown(uow, account("ben"), view=View.MINE)).rows
    assert [row.listed.waiting_since for row in mine] == [None]
    async with uow() as work:
        for minutes in (4, 2):
            await work.messages.add(Message("c-held", Author.CUSTOMER, "and?", NOW - timedelta(minutes=minutes)))
        await work.commit()
    mine = (await shown(uow, account("ben"), view=View.MINE)).rows
    assert [row.listed.waiting_since for row in mine] == [NOW - timedelta(minutes=4)]


async def test_an_answer_to_somebody_else_answers_nobody_here(uow: UowFactory) -> None:
    async with uow() as work:
        await work.messages.add(Message("c-held", Author.CUSTOMER, "and?", NOW - timedelta(minutes=4)))
        await work.messages.add(Message("c-bot", Author.AGENT, "hello there", NOW, agent_id="ana"))
        await work.commit()
    (mine,) = (await shown(uow, account("ben"), view=View.MINE)).rows
    assert mine.listed.waiting_since == NOW - timedelta(minutes=4)


async def test_each_order_puts_something_else_first(uow: UowFactory) -> None:
    assert await ids(uow) == ["c-anna", "c-li", "c-evil", "c-held"]
    assert await ids(uow, sort=Sort.WAITING) == ["c-li", "c-anna", "c-evil", "c-held"]
    assert await ids(uow, sort=Sort.NEWEST) == ["c-evil", "c-anna", "c-li", "c-held"]
    await a_clock(uow, "c-held", HOUR)
    await a_clock(uow, "c-evil", 2 * HOUR)
    assert (await ids(uow, sort=Sort.TIME_LEFT))[:2] == ["c-held", "c-evil"]
    await a_clock(uow, "c-li", -HOUR, breached=True)
    assert (await ids(uow))[0] == "c-li"


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(language="zh"), ["c-li"]),
        (Filters(channel="telegram"), ["c-held"]),
        (Filters(channel="line"), []),
        (Filters(issue_type=IssueType.SAFETY_HAZARD), ["c-anna"]),
        (Filters(country="DE"), ["c-anna"]),
        (Filters(agent_id="ben"), ["c-held"]),
        (Filters(tag="vip"), ["c-evil"]),
        (Filters(language="de", country="US"), []),
    ],
)
async def test_filters_leave_what_fits(uow: UowFactory, filters: Filters, found: list[str]) -> None:
    async with uow() as work:
        held = await work.conversations.get("c-held")
        assert held is not None
        held.channel = "telegram"
        await work.commit()
        await inbox.tag(work, "c-evil", "vip", "ana", NOW)
    assert await ids(uow, filters=filters) == found


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("view", [View.ALL, View.BOT])
async def test_pages_show_every_conversation_once(
    uow: UowFactory, sort: Sort, view: View, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await ids(uow, view=view, sort=sort)
    monkeypatch.setattr(queue, "PAGE", 1)
    paged: list[Row] = []
    after: str | None = None
    async with uow() as work:
        while True:
            rows, after = await queue.more(work, account(), Asked(view, sort, after=after), NOW)
            paged += rows
            if after is None:
                break
    assert [row.conversation_id for row in paged] == whole


async def test_an_update_brings_only_what_is_still_in_the_view(uow: UowFactory) -> None:
    async with uow() as work:
        changed = await queue.changes(work, account(), Asked(View.UNASSIGNED), ["c-li", "c-held", "nobody"], NOW)
    assert [row.conversation_id for row in changed.rows] == ["c-li"]
    assert changed.counts[View.ALL] == 4


async def test_an_update_brings_as_many_as_are_asked_for(uow: UowFactory) -> None:
    many = [f"many-{number}" for number in range(MOST_AT_ONCE)]
    async with uow() as work:
        for id in many:
            work.conversations.add(Conversation(id, "web", NOW, NOW, "en"))
            work.escalations.add(Escalation(id, EscalationReason.ASKED_FOR_HUMAN, Priority.NORMAL, NOW, "en"))
        await work.commit()
    async with uow() as work:
        changed = await queue.changes(work, account(), Asked(), many, NOW)
    assert {row.conversation_id for row in changed.rows} == set(many)


async def test_a_customer_who_writes_brings_a_snoozed_conversation_back(uow: UowFactory) -> None:
    async with uow() as work:
        await inbox.snooze(work, "c-li", NOW + HOUR, "ana", NOW)
    assert await ids(uow, view=View.SNOOZED) == ["c-li"]
    async with uow() as work:
        await work.messages.add(Message("c-li", Author.CUSTOMER, "在吗", NOW))
        await work.commit()
    assert await ids(uow, view=View.SNOOZED) == []
    assert "c-li" in await ids(uow)
    assert await inbox.wake_due(uow, NOW) == 1


# --- the search ---------------------------------------------------------------------------------------------------


async def finds(uow: UowFactory, query: str) -> set[str]:
    await search.follow(uow)
    return set(await ids(uow, query=query))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("Wasserkocher", {"c-anna"}),
        ("wasserk", {"c-anna"}),
        ("raucht beim", {"c-anna"}),
        ("人工客服", {"c-li"}),
        ("客服", {"c-li"}),
        ("服", {"c-li"}),
        ("服客", set()),
        ("10482733", {"c-anna"}),
        ("00340434161094042557", {"c-anna"}),
        ("C1000001", {"c-anna"}),
        ("anna.schmidt@example.org", {"c-anna"}),
        ("SCHMIDT kocher verbrannt", set()),
        ("SCHMIDT wasserkocher verbrannt", {"c-anna"}),
        ("¿En qué puedo", {"c-bot"}),
        ("' OR 1=1 --", set()),
        ('"*', set()),
        ("nothing of the kind", set()),
    ],
)
async def test_the_search_finds_messages_cases_orders_and_customers(
    uow: UowFactory, query: str, found: set[str]
) -> None:
    assert await finds(uow, query) == found


async def test_order_data_finds_only_conversations_that_proved_the_order(uow: UowFactory) -> None:
    assert await finds(uow, "schmidt") == {"c-anna"}
    async with uow() as work:
        work.identifications.add(Identification("c-bot", "10482733"))
        await work.commit()
    assert await finds(uow, "schmidt") == {"c-anna"}
    async with uow() as work:
        proof = await work.identifications.get("c-bot", "10482733")
        assert proof is not None
        proof.proved_at = NOW
        await work.commit()
    assert await finds(uow, "schmidt") == {"c-anna", "c-bot"}


async def test_what_is_edited_is_found_as_it_is_now(uow: UowFactory) -> None:
    assert await finds(uow, "verbrannt") == {"c-anna"}
    async with uow() as work:
        message = (await work.messages.of("c-anna"))[-1]
        message.text, message.custom = "weg", {"translation": {"en": {"text": "gone away", "engine": "apertium"}}}
        await work.messages.change(message)
        await work.commit()
    assert await finds(uow, "verbrannt") == set()
    assert await finds(uow, "gone away") == {"c-anna"}


async def test_a_result_says_why_it_was_found(uow: UowFactory) -> None:
    await search.follow(uow)
    (by_message,) = (await shown(uow, query="verbrannt")).rows
    assert by_message.found and by_message.found.kind is EntryKind.MESSAGE
    assert "verbrannt" in by_message.preview
    (by_order,) = (await shown(uow, query="Trail runner")).rows
    assert by_order.found
    assert by_order.found.kind in (EntryKind.ORDER, EntryKind.MESSAGE)


async def test_results_obey_the_filters(uow: UowFactory) -> None:
    await search.follow(uow)
    assert await ids(uow, query="10482733", filters=Filters(language="de")) == ["c-anna"]
    assert await ids(uow, query="10482733", filters=Filters(language="fr")) == []


async def test_following_again_finds_nothing_to_do(uow: UowFactory) -> None:
    assert await search.follow(uow) > 0
    assert await search.follow(uow) == 0


async def test_what_is_erased_is_not_found(uow: UowFactory) -> None:
    assert await finds(uow, "wasserkocher") == {"c-anna"}
    async with uow() as work:
        await inbox.tag(work, "c-anna", "vip", "ana", NOW)
        await inbox.snooze(work, "c-anna", NOW + HOUR, "ana", NOW)
        belongings = await work.personal_data.belongings("k1")
        by = Replacement(
            "Erased", "erased@example.invalid", {id: f"gone-{n}" for n, id in enumerate(belongings.conversations)}
        )
        await work.personal_data.erase(belongings, by, NOW)
        await work.commit()
    for query in ("wasserkocher", "schmidt", "10482733", "raucht"):
        assert await finds(uow, query) == set()
    async with uow() as work:
        assert await work.tags.of(["c-anna"]) == {}
        assert await work.snoozes.get("c-anna") is None
