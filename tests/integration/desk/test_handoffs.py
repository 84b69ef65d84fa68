"""Handing conversations around: bot, queue, people, twice over, and what happens when somebody goes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.aftersales.business_calendar import Calendar
from bot.aftersales.escalation import EscalationReason, EscalationState, GivenBy
from bot.aftersales.sla import ALWAYS_OPEN
from bot.conversations.model import HandledBy
from bot.conversations.routing_rounds import RoutingRounds, is_news
from bot.errors import ConflictError
from bot.services import escalations, inbox, presence
from bot.services.account import Presence
from tests.channels.platform_server import until
from tests.integration.desk.conftest import Browser
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]
CUSTOMER = "c-twice"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def rounds(world: World) -> RoutingRounds:
    return RoutingRounds(world.uow, world.router.handling, lambda: world.now, ALWAYS_OPEN)


async def pushes(world: World, seconds: int = 120) -> None:
    async with world.uow() as uow:
        routing = {"mode": "push", "answer_within_seconds": seconds}
        assert await uow.desk_settings.put("routing", routing, 0)
        await uow.commit()


async def comes(world: World, *names: str, presence_: Presence = Presence.ONLINE) -> None:
    for name in names:
        async with world.uow() as uow:
            await presence.choose(uow, name, presence_, world.now)


async def only(world: World, conversation_id: str) -> None:
    """Leave nobody else in the queue."""
    for other in ("c-anna", "c-li", "c-evil", "c-held"):
        if other == conversation_id:
            continue
        async with world.uow() as uow:
            handoff = await uow.escalations.open_of(other)
            assert handoff
            handoff.resolve(world.now)
            await uow.commit()


async def says(world: World, text: str) -> list[str]:
    received = await world.router.receive(CUSTOMER, "web", text)
    return [message.text for message in await world.router.answer_to(received, CUSTOMER)]


async def asks_for_a_person(world: World) -> None:
    async with world.uow() as uow:
        await escalations.hand_over(uow, CUSTOMER, EscalationReason.ASKED_FOR_HUMAN, "en", world.now)


async def holder(world: World, conversation_id: str = CUSTOMER) -> tuple[EscalationState, str | None]:
    handoff = await world.handoff(conversation_id)
    assert handoff
    return handoff.state, handoff.agent_id


async def joins(world: World, conversation_id: str) -> int:
    return sum("joined" in text for author, text in await world.transcript(conversation_id) if author == "system")


async def drained(world: World, conversation_id: str = CUSTOMER) -> None:
    async def is_empty() -> bool:
        async with world.uow() as uow:
            return not await uow.inbox.waiting(conversation_id)

    await until(is_empty)


async def test_every_path_back_and_forth_twice_keeps_talking_and_one_at_a_time(
    world: World, rounds: RoutingRounds, logged_in: LogIn
) -> None:
    ana, ben = await logged_in("ana"), await logged_in("ben")
    await only(world, CUSTOMER)
    for turn in (1, 2):
        assert await says(world, f"hello {turn}") == [f"Bot heard hello {turn}"]
        await asks_for_a_person(world)
        assert await says(world, "anybody?") == []
        assert (await ana.act(CUSTOMER, "take-over", **{"from": "queued"})).status == 200
        assert await says(world, "hello Ana") == []
        assert (await ana.act(CUSTOMER, "return", instruction={"kind": "ask_photo"})).status == 200
        await drained(world)
        assert await says(world, f"with the bot {turn}") == [f"Bot heard with the bot {turn}"]
        await asks_for_a_person(world)
        await rounds.run(world.now)
        assert (await ben.act(CUSTOMER, "take-over", **{"from": "queued"})).status == 200
        assert (await ana.act(CUSTOMER, "take-over", **{"from": "agent:ben"})).status == 200
        assert (await ben.act(CUSTOMER, "reply", text="me too")).status == 409
        assert (await ana.act(CUSTOMER, "resolve")).status == 200
        assert await world.router.handling.handled_by(CUSTOMER) is HandledBy.BOT
    assert await says(world, "bye") == ["Bot heard bye"]
    # The bot heard each word that was its own, and nothing that people were there for.
    assert world.bot.heard == [
        "hello 1", "/resume", "with the bot 1", "hello 2", "/resume", "with the bot 2", "bye",
    ]  # fmt: skip
    joined = [text[:3] for author, text in await world.transcript(CUSTOMER) if "joined" in text and author == "system"]
    assert joined == ["Ana", "Ben", "Ana"] * 2


async def test_what_waits_is_given_to_who_is_there_and_has_room(world: World, rounds: RoutingRounds) -> None:
    await pushes(world)
    await rounds.run(world.now)
    assert (await holder(world, "c-anna"))[0] is EscalationState.QUEUED
    await comes(world, "ana", "ben")
    await rounds.run(world.now)
    for conversation_id in ("c-anna", "c-li", "c-evil"):
        handoff = await world.handoff(conversation_id)
        assert handoff and handoff.given_by is GivenBy.ROUTING, conversation_id
        assert await joins(world, conversation_id) == 1
    await rounds.run(world.now)
    assert await joins(world, "c-anna") == 1


async def test_nothing_is_given_where_people_take(world: World, rounds: RoutingRounds) -> None:
    await comes(world, "ana")
    await rounds.run(world.now)
    assert (await holder(world, "c-anna"))[0] is EscalationState.QUEUED


async def test_who_is_away_gets_nothing_new_and_keeps_what_is_held(world: World, rounds: RoutingRounds) -> None:
    await pushes(world)
    await comes(world, "ben", presence_=Presence.AWAY)
    await rounds.run(world.now)
    assert await holder(world, "c-held") == (EscalationState.ASSIGNED, "ben")
    assert (await holder(world, "c-anna"))[0] is EscalationState.QUEUED


async def test_who_closes_the_browser_loses_it_to_a_colleague_after_the_grace(
    world: World, rounds: RoutingRounds
) -> None:
    await pushes(world)
    await only(world, "c-held")
    await comes(world, "ben")
    world.now += 50 * timedelta(seconds=1)
    await comes(world, "ana")
    await rounds.run(world.now)
    assert await holder(world, "c-held") == (EscalationState.ASSIGNED, "ben")
    world.now += 20 * timedelta(seconds=1)
    await rounds.run(world.now)
    assert await holder(world, "c-held") == (EscalationState.ASSIGNED, "ana")
    assert [text for author, text in await world.transcript("c-held") if author == "system"][-1].startswith("Ana Lima")


async def test_who_goes_offline_loses_it_at_once(world: World, rounds: RoutingRounds) -> None:
    await comes(world, "ben")
    await comes(world, "ben", presence_=Presence.OFFLINE)
    await rounds.run(world.now)
    assert (await holder(world, "c-held"))[0] is EscalationState.QUEUED


async def test_who_does_not_answer_in_time_loses_it_for_good_where_somebody_else_is_there(
    world: World, rounds: RoutingRounds
) -> None:
    await pushes(world, seconds=60)
    await only(world, "c-li")
    await comes(world, "ana")
    await rounds.run(world.now)
    assert await holder(world, "c-li") == (EscalationState.ASSIGNED, "ana")
    world.now += 2 * MINUTE
    await comes(world, "ana")
    await rounds.run(world.now)
    assert await holder(world, "c-li") == (EscalationState.ASSIGNED, "ana"), "nobody else is there"
    await comes(world, "ben")
    await rounds.run(world.now)
    assert await holder(world, "c-li") == (EscalationState.ASSIGNED, "ben")
    world.now += 2 * MINUTE
    await comes(world, "ana", "ben")
    for _ in range(3):
        await rounds.run(world.now)
    assert await holder(world, "c-li") == (EscalationState.ASSIGNED, "ben"), "it does not go round in circles"


async def test_who_answered_keeps_it(world: World, rounds: RoutingRounds) -> None:
    await pushes(world, seconds=60)
    await only(world, "c-li")
    await comes(world, "ana")
    await rounds.run(world.now)
    await world.router.words.say("c-li", "ana", "您好")
    world.now += 5 * MINUTE
    await comes(world, "ana", "ben")
    await rounds.run(world.now)
    assert await holder(world, "c-li") == (EscalationState.ASSIGNED, "ana")


@pytest.fixture(params=["push", "pull"])
async def mode(request: pytest.FixtureRequest, world: World) -> str:
    async with world.uow() as uow:
        routing = {"mode": request.param, "answer_within_seconds": 60}
        assert await uow.desk_settings.put("routing", routing, 0)
        await uow.commit()
    return str(request.param)


async def hears_nothing_for(world: World, rounds: RoutingRounds, time: timedelta) -> None:
    """Let the customer of c-li write, and everybody at the desk but look on for some time."""
    await world.router.receive("c-li", "web", "还在吗?")
    world.now += time
    await comes(world, "ana", "ben")
    await rounds.run(world.now)


async def test_who_answered_once_and_then_leaves_the_customer_waiting_loses_it(
    world: World, rounds: RoutingRounds, mode: str
) -> None:
    await only(world, "c-li")
    await comes(world, "ana", "ben")
    await world.router.handling.take_over("c-li", "ana", "Ana Lima")
    await world.router.words.say("c-li", "ana", "您好")
    world.now += 5 * MINUTE
    await hears_nothing_for(world, rounds, MINUTE / 2)
    assert await holder(world, "c-li") == (EscalationState.ASSIGNED, "ana"), "there is time left"
    told_before = len(await world.transcript("c-li"))
    await hears_nothing_for(world, rounds, MINUTE / 2)
    told = [text for author, text in (await world.transcript("c-li"))[told_before:] if author == "system"]
    if mode == "push":
        assert await holder(world, "c-li") == (EscalationState.ASSIGNED, "ben")
        assert [text.partition(" joined")[0] for text in told[1:]] == ["Ben Okafor"]
    else:
        assert await holder(world, "c-li") == (EscalationState.QUEUED, None)
    said = world.bot.say("utter_handoff_requeued", "zh")
    assert told[0] == said.text, "the customer hears it as when somebody goes"
    async with world.uow() as uow:
        trail = await uow.audit.of_subject("conversation:c-li")
    assert [event.data for event in trail if event.action == "conversation.requeued"] == [
        {"from": "ana", "why": "not_answered"}
    ]
    handoff = await world.handoff("c-li")
    assert handoff and handoff.passed_over == ["ana"]


async def test_each_answer_gives_all_of_the_time_again(world: World, rounds: RoutingRounds, mode: str) -> None:
    await only(world, "c-li")
    await comes(world, "ana", "ben")
    await world.router.handling.take_over("c-li", "ana", "Ana Lima")
    for _ in range(3):
        await hears_nothing_for(world, rounds, MINUTE * 0.9)
        await world.router.words.say("c-li", "ana", "请稍等")
    world.now += 5 * MINUTE
    await comes(world, "ana", "ben")
    await rounds.run(world.now)
    assert await holder(world, "c-li") == (EscalationState.ASSIGNED, "ana")


async def test_who_took_it_and_never_writes_loses_it_only_where_somebody_else_is_there(
    world: World, rounds: RoutingRounds, mode: str
) -> None:
    await only(world, "c-li")
    await comes(world, "ana")
    await world.router.handling.take_over("c-li", "ana", "Ana Lima")
    world.now += 2 * MINUTE
    await comes(world, "ana")
    await rounds.run(world.now)
    assert await holder(world, "c-li") == (EscalationState.ASSIGNED, "ana"), "better off where it is"
    await comes(world, "ben")
    await rounds.run(world.now)
    expected = (EscalationState.ASSIGNED, "ben") if mode == "push" else (EscalationState.QUEUED, None)
    assert await holder(world, "c-li") == expected


async def test_a_message_that_was_put_off_on_purpose_is_not_taken_away(
    world: World, rounds: RoutingRounds, mode: str
) -> None:
    await only(world, "c-li")
    await comes(world, "ana", "ben")
    await world.router.handling.take_over("c-li", "ana", "Ana Lima")
    async with world.uow() as uow:
        await inbox.snooze(uow, "c-li", world.now + timedelta(hours=1), "ana", world.now)
    world.now += 5 * MINUTE
    await comes(world, "ana", "ben")
    await rounds.run(world.now)
    assert await holder(world, "c-li") == (EscalationState.ASSIGNED, "ana")


async def test_who_was_taken_over_from_the_bot_waits_only_after_writing(
    world: World, rounds: RoutingRounds, mode: str
) -> None:
    await only(world, "nobody")
    await comes(world, "ana", "ben")
    await world.router.handling.take_over("c-bot", "ana", "Ana Lima")
    world.now += 5 * MINUTE
    await comes(world, "ana", "ben")
    await rounds.run(world.now)
    assert await holder(world, "c-bot") == (EscalationState.ASSIGNED, "ana")
    await world.router.receive("c-bot", "web", "¿hola?")
    world.now += 2 * MINUTE
    await comes(world, "ana", "ben")
    await rounds.run(world.now)
    handoff = await world.handoff("c-bot")
    assert handoff and handoff.passed_over == ["ana"]


async def test_two_replicas_give_a_conversation_once(world: World, rounds: RoutingRounds) -> None:
    await pushes(world)
    await comes(world, "ana", "ben")
    other = RoutingRounds(world.uow, world.router.handling, lambda: world.now, ALWAYS_OPEN)
    await asyncio.gather(rounds.run(world.now), other.run(world.now))
    for conversation_id in ("c-anna", "c-li", "c-evil"):
        assert await joins(world, conversation_id) == 1


async def test_a_crash_before_the_commit_leaves_neither_state_nor_words(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object, **__: object) -> None:
        raise RuntimeError("died")

    before = await world.transcript("c-li")
    with monkeypatch.context() as broken:
        broken.setattr(world.bot, "say", dies)
        with pytest.raises(RuntimeError):
            await world.router.handling.take_over("c-li", "ana", "Ana Lima")
    assert await holder(world, "c-li") == (EscalationState.QUEUED, None)
    assert await world.transcript("c-li") == before
    await world.router.handling.take_over("c-li", "ana", "Ana Lima")
    assert await holder(world, "c-li") == (EscalationState.ASSIGNED, "ana")


async def test_a_process_that_dies_after_the_return_leaves_the_word_for_the_next_one(world: World) -> None:
    await world.router.handling.take_over("c-li", "ana", "Ana Lima")
    world.router.handling._wake = lambda conversation_id: None
    await world.router.handling.return_to_bot("c-li", "ana")
    assert world.bot.heard == []
    assert await world.router.recover() == 1
    await drained(world, "c-li")
    assert world.bot.heard == ["/resume"]


async def test_who_joins_waits_for_the_turn_that_the_bot_is_in(world: World) -> None:
    answer, is_free = world.bot.answer, asyncio.Event()

    async def slow(*args: object) -> object:
        await is_free.wait()
        return await answer(*args)  # type: ignore[arg-type]

    world.bot.answer = slow  # type: ignore[method-assign,assignment]
    await world.router.receive("c-bot", "web", "¿y ahora?")
    await asyncio.sleep(0.05)
    joining = asyncio.create_task(world.router.handling.take_over("c-bot", "ana", "Ana Lima"))
    await asyncio.sleep(0.05)
    assert not joining.done()
    is_free.set()
    await joining
    assert [author for author, _ in await world.transcript("c-bot")][-3:] == ["customer", "bot", "system"]


async def test_a_conversation_is_passed_on_to_a_colleague_and_to_a_team(world: World, logged_in: LogIn) -> None:
    ana, ben = await logged_in("ana"), await logged_in("ben")
    assert (await ana.act("c-held", "transfer", to="agent:ana", **{"from": "agent:ben"})).status == 409
    assert (await ben.act("c-held", "transfer", to="agent:nobody")).status == 400
    assert (await ben.act("c-held", "transfer", to="agent:ana", **{"from": "agent:ben"})).status == 200
    handoff = await world.handoff("c-held")
    assert handoff and (handoff.agent_id, handoff.given_by) == ("ana", GivenBy.COLLEAGUE)
    assert (await ana.act("c-held", "transfer", to="team:east_asia")).status == 200
    handoff = await world.handoff("c-held")
    assert handoff and (handoff.state, handoff.team) == (EscalationState.QUEUED, "east_asia")
    async with world.uow() as uow:
        trail = await uow.audit.of_subject("conversation:c-held")
    assert [event.action for event in trail] == ["conversation.assigned", "conversation.requeued"]


async def test_a_supervisor_reads_without_a_trace_whispers_and_takes_over(world: World, logged_in: LogIn) -> None:
    ana, ben, root = await logged_in("ana"), await logged_in("ben"), await logged_in("root")
    before = await world.transcript("c-held")
    assert "Ben here" in await root.text("/desk/conversations/c-held")
    assert await world.transcript("c-held") == before
    assert (await ana.act("c-held", "whisper", text="let me")).status == 403
    assert (await root.act("c-held", "whisper", text="Offer the express return")).status == 200
    assert (await root.act("c-li", "whisper", text="nobody here")).status == 409
    assert "Offer the express return" in await ben.text("/desk/conversations/c-held")
    assert "Offer the express return" not in await ana.text("/desk/conversations/c-held")
    async with world.uow() as uow:
        assert "note" not in {message.author.value for message in await uow.messages.of("c-held")}
    assert (await root.act("c-held", "take-over", **{"from": "agent:ben"})).status == 200
    assert await holder(world, "c-held") == (EscalationState.ASSIGNED, "root")


@pytest.mark.parametrize(("instruction", "status"), [
    ({"kind": "offer", "percent": "300"}, 400),
    ({"kind": "dance"}, 400),
    ({"kind": "offer", "percent": 30}, 400),
    ({"kind": "go_on", "note": "knows us"}, 200),
])  # fmt: skip
async def test_an_instruction_is_checked_before_the_bot_gets_the_conversation(
    world: World, logged_in: LogIn, instruction: dict[str, object], status: int
) -> None:
    ben = await logged_in("ben")
    assert (await ben.act("c-held", "return", instruction=instruction)).status == status
    handoff = await world.handoff("c-held")
    assert handoff
    kept = {"kind": "go_on", "percent": None, "note": "knows us"}
    expected = (EscalationState.RETURNED_TO_BOT, kept) if status == 200 else (EscalationState.ASSIGNED, None)
    assert (handoff.state, handoff.instruction) == expected


async def offered(world: World) -> list[str]:
    """Return the state of what agents offered for Anna's case."""
    async with world.uow() as uow:
        case = await uow.cases.get("C1000001")
    assert case
    return [offer.state.value for offer in case.offers if offer.agent_id]


async def an_offer(world: World, **changes: object) -> dict[str, object]:
    async with world.uow() as uow:
        case = await uow.cases.get("C1000001")
    assert case
    return {
        "instruction": {"kind": "offer", "percent": 30}, "case": case.number, "seen": case.standing, **changes,
    }  # fmt: skip


async def test_the_offer_and_the_return_to_the_bot_happen_together_and_once(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    await ana.act("c-anna", "take-over")
    page = await ana.text("/desk/conversations/c-anna")
    body = await an_offer(world)
    assert f'<option value="C1000001" data-seen="{body["seen"]}">' in page
    assert (await ana.act("c-anna", "return", **body)).status == 200
    assert (await holder(world, "c-anna"))[0] is EscalationState.RETURNED_TO_BOT
    again = await ana.act("c-anna", "return", **body)
    assert again.status == 404
    assert await offered(world) == ["proposed"]


async def test_a_conflict_of_an_offer_and_the_return_leaves_nothing_behind(
    world: World, logged_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, ben = await logged_in("ana"), await logged_in("ben")
    await ana.act("c-anna", "take-over")
    stale = await an_offer(world, seen=1)
    assert (await ana.act("c-anna", "return", **stale)).status == 409
    assert (await ana.act("c-anna", "return", **await an_offer(world, case="C1000002"))).status == 409
    give_back = escalations.return_to_bot
    tries = []

    async def taken_meanwhile(*args: object, **kwargs: object) -> object:
        tries.append(args)
        raise ConflictError(conversation="c-anna")

    monkeypatch.setattr(escalations, "return_to_bot", taken_meanwhile)
    assert (await ana.act("c-anna", "return", **await an_offer(world))).status == 409
    assert tries
    assert await offered(world) == []
    assert await holder(world, "c-anna") == (EscalationState.ASSIGNED, "ana")
    monkeypatch.setattr(escalations, "return_to_bot", give_back)
    assert (await ana.act("c-anna", "return", **await an_offer(world))).status == 200
    assert await offered(world) == ["proposed"]
    assert (await ben.act("c-anna", "return", **await an_offer(world))).status == 404
    assert await offered(world) == ["proposed"]


async def test_what_a_supervisor_has_to_approve_first_leaves_the_conversation_with_the_agent(
    world: World, logged_in: LogIn
) -> None:
    async with world.uow() as uow:
        account = await uow.accounts.get("ana")
        assert account
        account.refund_limit = Decimal(1)
        await uow.commit()
    ana = await logged_in("ana")
    await ana.act("c-anna", "take-over")
    answer = await ana.act("c-anna", "return", **await an_offer(world))
    assert (answer.status, (await answer.json())["waits"]) == (200, True)
    assert await holder(world, "c-anna") == (EscalationState.ASSIGNED, "ana")
    async with world.uow() as uow:
        assert [asked.asked_by for asked in await uow.approvals.waiting()] == ["ana"]
    assert await offered(world) == []


async def test_waiting_customers_hear_when_they_move_up_and_not_all_the_time(
    world: World, rounds: RoutingRounds
) -> None:
    await only(world, "nobody")
    for number in range(4):
        await asks_for_a_person_as(world, f"c-before-{number}")
    await asks_for_a_person_as(world, CUSTOMER)
    for number in range(3):
        await world.router.handling.take_over(f"c-before-{number}", "ana", "Ana Lima")
    await rounds.run(world.now)
    assert await handoff_facts(world) == []
    world.now += 2 * MINUTE
    await comes(world, "ana")
    await rounds.run(world.now)
    assert [fact["position"] for fact in await handoff_facts(world)] == [2]
    world.now += 2 * MINUTE
    await comes(world, "ana")
    await rounds.run(world.now)
    assert len(await handoff_facts(world)) == 1


async def test_while_the_team_is_closed_no_place_in_the_queue_is_told(world: World) -> None:
    # People are there only on the day after tomorrow, whatever day it is today.
    calendar = Calendar(ZoneInfo("UTC"), {(world.now + timedelta(days=2)).weekday(): ((8 * 60, 16 * 60),)})
    closed = replace(ALWAYS_OPEN, default=replace(ALWAYS_OPEN.default, calendar=calendar))
    rounds = RoutingRounds(world.uow, world.router.handling, lambda: world.now, closed)
    await only(world, "nobody")
    await asks_for_a_person_as(world, "c-before")
    await asks_for_a_person_as(world, CUSTOMER)
    async with world.uow() as uow:
        handoff = await uow.escalations.open_of("c-before")
        assert handoff
        handoff.resolve(world.now)
        await uow.commit()
    for _ in range(3):
        world.now += 2 * MINUTE
        await rounds.run(world.now)
    assert await handoff_facts(world) == []
    world.now = calendar.next_working_moment(world.now)
    await rounds.run(world.now)
    assert [fact["position"] for fact in await handoff_facts(world)] == [1]


async def asks_for_a_person_as(world: World, conversation_id: str) -> None:
    await world.router.answer_to(await world.router.receive(conversation_id, "web", "hello"), conversation_id)
    async with world.uow() as uow:
        await escalations.hand_over(uow, conversation_id, EscalationReason.ASKED_FOR_HUMAN, "en", world.now)


async def handoff_facts(world: World) -> list[dict[str, int]]:
    async with world.uow() as uow:
        said = await uow.messages.of(CUSTOMER)
    return [message.custom["handoff"] for message in said if "handoff" in message.custom]


@pytest.mark.parametrize(("told", "position", "minutes", "is_told"), [
    (None, 4, 20, True),
    ((4, 1200, 30), 3, 15, False),
    ((4, 1200, 90), 3, 15, True),
    ((40, 1200, 90), 35, 18, False),
    ((40, 1200, 90), 30, 18, True),
    ((2, 600, 90), 2, 12, False),
    ((2, 600, 90), 3, 30, True),
])  # fmt: skip
def test_a_place_is_told_when_it_is_news(
    world: World, told: tuple[int, int, int] | None, position: int, minutes: int, is_told: bool
) -> None:
    known = None if told is None else (told[0], told[1], world.now - timedelta(seconds=told[2]))
    assert is_news(known, position, minutes * MINUTE, world.now) is is_told


async def test_one_that_somebody_took_meanwhile_is_not_given_away(world: World) -> None:
    with pytest.raises(ConflictError):
        await world.router.handling.give("c-held", "ana", "Ana", GivenBy.ROUTING, "system", "queued")


async def test_presence_is_chosen_and_kept(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    headers = {"X-CSRF-Token": ana.csrf, "Accept": "application/json"}
    answer = await ana.client.post("/desk/presence", json={"presence": "away"}, headers=headers)
    assert (answer.status, (await answer.json())["presence"]) == (200, "away")
    wrong = await ana.client.post("/desk/presence", json={"presence": "asleep"}, headers=headers)
    assert wrong.status == 400
    beat = await ana.client.post("/desk/presence/beat", json={}, headers=headers)
    assert (await beat.json())["presence"] == "away"


async def test_the_card_tells_why_what_is_known_and_what_to_do(logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    page = await ana.text("/desk/conversations/c-anna")
    assert "Safety hazard" in page
    assert "Make sure that nobody uses the goods any more" in page
    waiting = await ana.text("/desk/conversations/c-li")
    assert "Ask for the order number." in waiting
    assert "Place in the queue" in waiting


async def card_of(browser: Browser, conversation_id: str) -> str:
    """Return what the card of a handoff shows, without tags and with one space between words."""
    page = await browser.text(f"/desk/conversations/{conversation_id}")
    found = re.search(r'<section class="block handoff".*?</dl>', page, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


async def test_the_card_shows_the_mood_and_what_the_customer_had_answered(world: World, logged_in: LogIn) -> None:
    facts: dict[str, Any] = {
        "known": {
            "order_number": "10482733", "reason": "damaged", "remedy": "exchange", "details": "The lid has a crack.",
            "ledger": [{"remedy": "coupon", "state": "declined"}],
        },
        "mood": {"level": "angry", "signs": {"asked_for_person": 2, "shouting": 3, "emphasis": 1}},
        "last_words": "GIVE ME A PERSON!!", "question": "evidence",
    }  # fmt: skip
    await says(world, "hello")
    async with world.uow() as uow:
        await escalations.hand_over(uow, CUSTOMER, EscalationReason.ASKED_FOR_HUMAN, "en", world.now, facts=facts)
    card = await card_of(await logged_in("ana"), CUSTOMER)
    assert "Angry asked for a person 2 times · wrote in capitals 3 times · wrote with emphasis once" in card
    for fact in (
        "Order 10482733 not proved", "Problem Damaged", "Wish Exchange", "Story The lid has a crack.",
        "Last words to the bot GIVE ME A PERSON!!", "The bot asked for Evidence", "Offers so far Coupon (Declined)",
        "Suggested next step The last offer was declined.",
    ):  # fmt: skip
        assert fact in card
    # What is not known is not made up either.
    other = await card_of(await logged_in("ana"), "c-li")
    assert not any(title in other for title in ("Angry", "Problem", "Wish", "Story", "Offers so far"))


async def test_the_card_of_a_calm_customer_says_that_there_is_no_sign_of_anger(world: World, logged_in: LogIn) -> None:
    await says(world, "hello")
    facts = {"mood": {"level": "calm", "signs": {}}}
    async with world.uow() as uow:
        await escalations.hand_over(uow, CUSTOMER, EscalationReason.ASKED_FOR_HUMAN, "en", world.now, facts=facts)
    ana = await logged_in("ana")
    card = await card_of(ana, CUSTOMER)
    assert "Calm No sign of anger in what was written" in card and "long time" not in card
    world.now += 30 * MINUTE
    assert "No sign of anger in what was written · has waited for a long time" in await card_of(ana, CUSTOMER)
