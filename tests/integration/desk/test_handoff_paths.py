"""Every path between bot, queue and people, walked twice in one conversation: nobody falls silent or talks twice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from bot.aftersales.case import Case
from bot.aftersales.identification import Identification
from bot.aftersales.labels import IssueType
from bot.aftersales.sla import ALWAYS_OPEN
from bot.conversations.handling import RESUME
from bot.conversations.routing_rounds import RoutingRounds
from bot.services.account import Presence
from bot.services.escalations import holder_key
from bot.services.instructions import InstructionKind
from bot.services.presence import GRACE
from tests.integration.desk.conftest import Browser
from tests.integration.desk.handing import CUSTOMER, asks_for_a_person, comes, drained, only, says
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]
CASE, ORDER = "C1000077", "10482733"
PATIENCE = timedelta(seconds=60)
NAMES = {"Ana Lima": "ana", "Ben Okafor": "ben"}
TURNS = (1, 2)


@dataclass
class Floor:
    """The desk with two agents who are logged in, and the rounds that route."""

    world: World
    rounds: RoutingRounds
    ana: Browser
    ben: Browser
    mode: str

    async def run(self) -> None:
        """Make a round, and a second one, which finds nothing left to do; none goes on in the background."""
        for _ in range(2):
            await self.rounds.close()
            await self.rounds.run(self.world.now)

    async def holder(self) -> str:
        async with self.world.uow() as uow:
            return holder_key(await uow.escalations.open_of(CUSTOMER))

    async def notices(self) -> list[str]:
        """Return what the customer was told of who answers, in order: who joined, or what else happened."""
        async with self.world.uow() as uow:
            messages = [message for message in await uow.messages.of(CUSTOMER) if message.author.value == "system"]
        found = [(message.response or "").removeprefix("utter_handoff_") for message in messages]
        joined = [NAMES.get(message.text.partition(" joined")[0], "") for message in messages]
        return [name if what == "joined" else what for what, name in zip(found, joined) if what != "place"]

    async def said(self) -> list[str]:
        """Return who talked with the customer, in order."""
        authors = [author for author, _ in await self.world.transcript(CUSTOMER)]
        return [author for author in authors if author != "system"]

    async def routes(self) -> None:
        """Let whoever is there get what waits: given in push mode, taken by Ben in pull mode."""
        await self.run()
        if self.mode == "pull":
            assert await self.holder() == "queued"
            assert await says(self.world, "is anybody there?") == []
            await done(self.ben, "take-over", **{"from": "queued"})


async def done(browser: Browser, action: str, **body: Any) -> None:
    answer = await browser.act(CUSTOMER, action, **body)
    assert answer.status == 200, (action, await answer.text())


async def with_ana(floor: Floor) -> None:
    """Let the customer ask for a person, and Ana take it from the queue."""
    await floor.rounds.close()
    await asks_for_a_person(floor.world)
    await done(floor.ana, "take-over", **{"from": "queued"})


async def to_a_colleague_and_back(floor: Floor) -> None:
    await with_ana(floor)
    await done(floor.ana, "transfer", to="agent:ben", **{"from": "agent:ana"})
    assert await says(floor.world, "hello Ben") == []
    await done(floor.ben, "transfer", to="agent:ana", **{"from": "agent:ben"})


async def to_a_team(floor: Floor) -> None:
    await with_ana(floor)
    await done(floor.ana, "transfer", to="team:east_asia", **{"from": "agent:ana"})
    assert await says(floor.world, "hello team") == []
    assert (await floor.ana.act(CUSTOMER, "reply", text="still me")).status == 409
    await done(floor.ben, "take-over", **{"from": "queued"})


async def given_by_routing(floor: Floor) -> None:
    await comes(floor.world, "ana", presence_=Presence.AWAY)
    await comes(floor.world, "ben")
    await floor.rounds.close()
    await asks_for_a_person(floor.world)
    assert await says(floor.world, "anybody?") == []
    await floor.run()


async def ana_goes_offline(floor: Floor) -> None:
    await comes(floor.world, "ana", "ben")
    await with_ana(floor)
    headers = {"X-CSRF-Token": floor.ana.csrf, "Accept": "application/json"}
    answer = await floor.ana.client.post("/desk/presence", json={"presence": "offline"}, headers=headers)
    assert answer.status == 200
    await floor.routes()


async def ana_closes_the_browser(floor: Floor) -> None:
    await comes(floor.world, "ana", "ben")
    await with_ana(floor)
    floor.world.now += GRACE + timedelta(seconds=1)
    await comes(floor.world, "ben")
    await floor.routes()


async def ana_does_not_answer(floor: Floor) -> None:
    await comes(floor.world, "ana", "ben")
    await with_ana(floor)
    assert await says(floor.world, "hello Ana") == []
    floor.world.now += 2 * PATIENCE
    await comes(floor.world, "ana", "ben")
    await floor.routes()


async def stepping_in(floor: Floor) -> None:
    await done(floor.ana, "take-over", **{"from": "bot"})


async def closed_in_bulk(floor: Floor) -> None:
    await asks_for_a_person(floor.world)
    assert await says(floor.world, "anybody?") == []
    headers = {"X-CSRF-Token": floor.ana.csrf, "Accept": "application/json"}
    items = [{"id": CUSTOMER, "from": "queued"}]
    answer = await floor.ana.client.post("/desk/queue/close", json={"items": items}, headers=headers)
    assert await answer.json() == {"done": [CUSTOMER], "refused": []}


def returned(kind: InstructionKind) -> Callable[[Floor], Awaitable[None]]:
    async def walk(floor: Floor) -> None:
        await with_ana(floor)
        assert await says(floor.world, "hello Ana") == []
        body: dict[str, Any] = {"instruction": {"kind": kind.value}}
        if kind is InstructionKind.OFFER:
            body = {"instruction": {"kind": "offer", "percent": 10}, "case": CASE, "seen": await a_case(floor.world)}
        await done(floor.ana, "return", **body)
        await drained(floor.world)

    return walk


async def a_case(world: World) -> int:
    """Let the conversation have a case of a proved order, and return how it stands."""
    async with world.uow() as uow:
        case = await uow.cases.get(CASE)
        if case is None:
            case = Case(
                CASE, CUSTOMER, "k1", ORDER, IssueType.OTHER, world.now, world.now, "en", "web", "m77", lines={1: 1}
            )
            uow.cases.add(case)
            uow.identifications.add(Identification(CUSTOMER, ORDER, proved_at=world.now))
            await uow.commit()
    async with world.uow() as uow:
        found = await uow.cases.get(CASE)
    assert found
    return found.standing


@dataclass(frozen=True)
class Path:
    """How one is walked, what the customer is told on it, and who has the conversation at its end."""

    walk: Callable[[Floor], Awaitable[None]]
    notices: tuple[str, ...]
    ends_with: str
    heard: tuple[str, ...] = ()
    modes: tuple[str, ...] = ("pull",)


BOTH = ("pull", "push")
LOST = ("ana", "requeued", "ben")
PATHS = {
    "transfer to a colleague and back": Path(to_a_colleague_and_back, ("ana", "ben", "ana"), "agent:ana"),
    "transfer to a team": Path(to_a_team, LOST, "agent:ben"),
    "push by routing": Path(given_by_routing, ("ben",), "agent:ben", modes=("push",)),
    "going offline": Path(ana_goes_offline, LOST, "agent:ben", modes=BOTH),
    "closing the browser": Path(ana_closes_the_browser, LOST, "agent:ben", modes=BOTH),
    "not answering in time": Path(ana_does_not_answer, LOST, "agent:ben", modes=BOTH),
    "stepping in from the bot": Path(stepping_in, ("ana",), "agent:ana"),
    "bulk close from the queue": Path(closed_in_bulk, ("resolved",), "bot"),
    **{
        f"return to the bot: {kind.value}": Path(returned(kind), ("ana",), "bot", (RESUME,))
        for kind in InstructionKind
    },
}  # fmt: skip
WALKS = [pytest.param(path, mode, id=f"{name}, {mode}") for name, path in PATHS.items() for mode in path.modes]


@pytest.fixture
async def floor(world: World, logged_in: LogIn, mode: str) -> AsyncIterator[Floor]:
    await only(world, CUSTOMER)
    async with world.uow() as uow:
        routing = {"mode": mode, "answer_within_seconds": int(PATIENCE.total_seconds())}
        assert await uow.desk_settings.put("routing", routing, 0)
        await uow.commit()
    rounds = RoutingRounds(world.uow, world.router.handling, lambda: world.now, ALWAYS_OPEN)
    yield Floor(world, rounds, await logged_in("ana"), await logged_in("ben"), mode)
    await rounds.close()


@pytest.mark.parametrize(("path", "mode"), WALKS)
async def test_a_path_walked_twice_keeps_talking_and_one_at_a_time(floor: Floor, path: Path, mode: str) -> None:
    heard, notices = [], []
    for turn in TURNS:
        assert await says(floor.world, f"hello {turn}") == [f"Bot heard hello {turn}"]
        await path.walk(floor)
        assert await floor.holder() == path.ends_with
        heard += [f"hello {turn}", *path.heard]
        notices += path.notices
        await is_answered_once(floor, f"and now {turn}?", path.ends_with)
        if path.ends_with == "bot":
            heard.append(f"and now {turn}?")
        else:
            await done(agent_of(floor, path.ends_with), "resolve")
            notices.append("resolved")
        await floor.run()
        assert (await floor.holder(), await floor.notices()) == ("bot", notices)
    assert await says(floor.world, "bye") == ["Bot heard bye"]
    assert floor.world.bot.heard == [*heard, "bye"]


async def is_answered_once(floor: Floor, text: str, holder: str) -> None:
    """Let the customer write, and whoever has the conversation answer; nobody else does or can."""
    before = await floor.said()
    if holder == "bot":
        assert await says(floor.world, text) == [f"Bot heard {text}"]
        for browser in (floor.ana, floor.ben):
            assert (await browser.act(CUSTOMER, "reply", text="me too")).status == 404
    else:
        assert await says(floor.world, text) == []
        for browser in (floor.ana, floor.ben):
            is_theirs = browser is agent_of(floor, holder)
            assert (await browser.act(CUSTOMER, "reply", text="Yes?")).status == (200 if is_theirs else 409)
    await floor.run()
    answerer = "bot" if holder == "bot" else "agent"
    assert (await floor.said())[len(before) :] == ["customer", answerer]


def agent_of(floor: Floor, holder: str) -> Browser:
    return {"agent:ana": floor.ana, "agent:ben": floor.ben}[holder]


def test_every_instruction_is_a_path() -> None:
    assert {path for path in PATHS if path.startswith("return")} == {
        "return to the bot: go_on", "return to the bot: offer", "return to the bot: ask_order_number",
        "return to the bot: ask_photo",
    }  # fmt: skip
