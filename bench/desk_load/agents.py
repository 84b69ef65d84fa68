"""Agents at the desk: each with an open page that does over HTTP what the page's scripts do in a browser."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bench.processes import BenchError

PASSWORD = "correct horse battery 7"
QUEUE_PAUSE = 0.25
CONVERSATION_PAUSE = 0.12
"""How long ``queue.js`` and ``conversation.js`` gather news before they fetch what changed."""

QUEUE_PATIENCE, _LONGEST_PAUSE = 8, 5.0
_MOST_AT_ONCE = 100
_THINKS_SECONDS = (2.0, 6.0)


async def add_agents(environment: Mapping[str, str], names: Sequence[str], teams: Sequence[str] = ()) -> None:
    """Create accounts in an installation with these settings, before it is served."""
    from bot import bootstrap
    from bot.services.account import Account, Role
    from bot.services.accounts import hash_password
    from bot.settings import Settings

    store = await bootstrap.open_store(Settings.from_environment(environment))
    try:
        hashed, now = await hash_password(PASSWORD), bootstrap.utc_now()
        async with store.uow() as uow:
            for name in names:
                account = Account(
                    name, name, name.title(), hashed, Role.AGENT, now, ["en"], teams=list(teams), capacity=20
                )
                uow.accounts.add(account)
            await uow.commit()
    finally:
        await store.close()


@dataclass
class Agent:
    """One agent; ``hints`` has the moments at which the socket told of each customer's messages."""

    name: str
    customers: frozenset[str]
    chance: random.Random
    hints: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    heard: int = 0
    written: int = 0
    replies: list[str] = field(default_factory=list)
    fetches: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    async def log_in(self, base: str) -> None:
        """Log in as a browser does, and open the inbox."""
        self._base = base + "/desk"
        connector = aiohttp.TCPConnector(limit=6)
        self._http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), connector=connector)
        form = await self.fetch("/login")
        token = re.search(r'name="token" value="(\w+)"', form)
        if token is None:
            raise BenchError("the desk shows no login form")
        fields = {"name": self.name, "password": PASSWORD, "token": token[1]}
        async with self._http.post(self._base + "/login", data=fields) as answer:
            page = await answer.text()
        csrf = re.search(r'name="csrf-token" content="([^"]+)"', page)
        if csrf is None:
            raise BenchError(f"{self.name} cannot log in: {answer.status}")
        self._headers = {"X-CSRF-Token": csrf[1], "Accept": "application/json"}
        self._rows = set(re.findall(r'data-item="([^"]+)"', page))
        self._held: set[str] = set()
        self._open: dict[str, Any] = {}
        self._changed: set[str] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._queue = Debounced(self._update_queue, QUEUE_PAUSE, QUEUE_PATIENCE)
        self._conversation = Debounced(self._update_conversation, CONVERSATION_PAUSE)

    async def work(self, is_over: asyncio.Event, is_there: Callable[[], None]) -> None:
        """Keep the page open until it is over; take over and answer one's own customers who ask for a person."""
        async with self._http.ws_connect(self._base + "/live?arrives=yes", headers={"Origin": self._origin}) as socket:
            is_there()
            listening = asyncio.create_task(self._listen(socket))
            over = asyncio.create_task(is_over.wait())
            await asyncio.wait({listening, over}, return_when=asyncio.FIRST_COMPLETED)
            if not over.done():
                self.problems.append(f"the socket was closed with {socket.close_code}")
            listening.cancel()
            over.cancel()
            await asyncio.gather(listening, over, return_exceptions=True)
        for task in [*self._tasks, *self._queue.tasks, *self._conversation.tasks]:
            task.cancel()
        await self.log_out()

    async def log_out(self) -> None:
        """Close the browser."""
        await self._http.close()

    @property
    def _origin(self) -> str:
        return self._base.removesuffix("/desk")

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse[bool]) -> None:
        async for frame in socket:
            if frame.type is aiohttp.WSMsgType.TEXT:
                for news in json.loads(frame.data).get("hints", ()):
                    self._take(news)

    def _take(self, news: dict[str, Any]) -> None:
        kind = news["type"]
        self.heard += 1
        id, is_customer = news["conversation_id"], news.get("author") == "customer"
        if kind == "message" and is_customer:
            self.hints[id].append(time.monotonic())
        if kind in ("state", "marks") or (kind in ("message", "change") and id in self._rows):
            self._changed.add(id)
            self._queue.soon()
        if kind != "typing" and id == self._open.get("id"):
            self._conversation.soon()
        if id not in self.customers:
            return
        if kind == "state" and news.get("handled_by") == "queued":
            self._later(self._take_over(id))
        elif kind == "message" and is_customer and id in self._held:
            self._later(self._reply(id))

    def _later(self, act: Awaitable[None]) -> None:
        async def run() -> None:
            await asyncio.sleep(self.chance.uniform(*_THINKS_SECONDS))
            try:
                await act
            except (aiohttp.ClientError, asyncio.TimeoutError) as error:
                self.problems.append(type(error).__name__)

        task = asyncio.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _take_over(self, id: str) -> None:
        if not await self._post(f"/conversations/{id}/take-over", {"from": "queued"}):
            return
        self._held.add(id)
        await self._show(id)
        await self._reply(id)

    async def _reply(self, id: str) -> None:
        if self._open.get("id") != id:
            await self._show(id)
        # Before anything is waited for: a second reply may be written meanwhile.
        self.written += 1
        text = f"{self.name} answers {id}, number {self.written}."
        if await self._post(f"/conversations/{id}/reply", {"text": text}):
            self.replies.append(text)

    async def _show(self, id: str) -> None:
        page = await self.fetch(f"/conversations/{id}?view=all")
        last, change = re.search(r'data-last="(\d*)"', page), re.search(r'data-change="(\d*)"', page)
        self._rows = set(re.findall(r'data-item="([^"]+)"', page))
        self._open = {"id": id, "last": last[1] if last else "0", "change": change[1] if change else "0"}

    async def _update_queue(self) -> None:
        ids = list(self._changed)[:_MOST_AT_ONCE]
        self._changed.difference_update(ids)
        if self._changed:
            self._queue.soon()
        asked = [("view", "all"), ("selected", self._open.get("id", "")), *(("id", id) for id in ids)]
        changes = await self._json("/queue/changes", asked)
        for row in changes["rows"]:
            # A row without content has left the view.
            (self._rows.add if row["html"] else self._rows.discard)(row["id"])

    async def _update_conversation(self) -> None:
        opened = self._open
        asked = [("view", "all"), ("after", opened["last"]), ("changes", opened["change"])]
        updates = await self._json(f"/conversations/{opened['id']}/updates", asked)
        opened["last"], opened["change"] = str(updates["last_id"]), str(updates["last_change"])

    async def fetch(self, path: str) -> str:
        """Return what the desk answers at an address; raises BenchError where it is no page."""
        began = time.monotonic()
        async with self._http.get(self._base + path) as answer:
            text = await answer.text()
            if answer.status != 200:
                raise BenchError(f"{path} answered {answer.status}")
        self.fetches.append(time.monotonic() - began)
        return text

    async def _json(self, path: str, asked: list[tuple[str, str]]) -> Any:
        began = time.monotonic()
        async with self._http.get(self._base + path, params=asked, headers=self._headers) as answer:
            found = await answer.json()
            if answer.status != 200:
                raise BenchError(f"{path} answered {answer.status}")
        self.fetches.append(time.monotonic() - began)
        return found

    async def _post(self, path: str, body: dict[str, Any]) -> bool:
        async with self._http.post(self._base + path, json=body, headers=self._headers) as answer:
            if answer.status != 200:
                self.problems.append(f"{path.rsplit('/', 1)[1]} answered {answer.status}")
            return answer.status == 200


class Debounced:
    """Calls that come in a burst become one, never two at a time, and fewer where they take long: ``fetching.js``."""

    def __init__(self, action: Callable[[], Awaitable[None]], pause: float, patience: int = 0) -> None:
        self._action = action
        self._pause = pause
        self._patience = patience
        self._is_wanted = False
        self._took = 0.0
        self.tasks: set[asyncio.Task[None]] = set()

    def soon(self) -> None:
        """Do it soon."""
        self._is_wanted = True
        if not self.tasks:
            task = asyncio.create_task(self._run())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _run(self) -> None:
        while self._is_wanted:
            await asyncio.sleep(max(self._pause, min(self._patience * self._took, _LONGEST_PAUSE)))
            self._is_wanted = False
            began = time.monotonic()
            await self._action()
            self._took = time.monotonic() - began
