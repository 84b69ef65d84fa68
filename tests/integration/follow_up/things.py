"""A bot that only announces, and a database that dies at a chosen moment."""

from __future__ import annotations

from typing import Any

from bot.conversations.bot import Turn
from bot.conversations.model import Author, Conversation, Message
from tests.integration.store.things import NOW


class Announcer:
    """A bot that says the response's name."""

    def say(self, response: str, language: str, **values: Any) -> Message:
        if response == "utter_unknown":
            raise KeyError(response)
        custom = dict(values.pop("facts", {}))
        return Message("", Author.BOT, f"{response} {values}", NOW, response, language, custom=custom)

    async def answer(self, conversation: Conversation, inbound: Any) -> Turn:
        raise NotImplementedError

    def forget(self, conversation_id: str) -> None:
        """Nothing is kept."""


class Crash(BaseException):
    """Raised where the process is said to die."""


class Mortal:
    """A unit of work that dies before or after the nth time it is awaited, counted over all of its repositories."""

    def __init__(self, uow: Any, plan: Plan) -> None:
        self._uow = uow
        self._plan = plan

    async def __aenter__(self) -> Mortal:
        await self._uow.__aenter__()
        return self

    async def __aexit__(self, *details: Any) -> None:
        await self._uow.__aexit__(*details)

    async def commit(self) -> None:
        await self._plan.step(self._uow.commit)

    def __getattr__(self, name: str) -> Any:
        return _MortalRepository(getattr(self._uow, name), self._plan)


class Plan:
    """When to die: at step ``at`` (from 0), ``after`` it took effect or before."""

    def __init__(self, at: int, *, after: bool) -> None:
        self._at = at
        self._after = after
        self.steps = 0

    async def step(self, do: Any, *args: Any, **options: Any) -> Any:
        is_now = self.steps == self._at
        self.steps += 1
        if is_now and not self._after:
            raise Crash
        result = await do(*args, **options)
        if is_now:
            raise Crash
        return result


class _MortalRepository:
    def __init__(self, repository: Any, plan: Plan) -> None:
        self._repository = repository
        self._plan = plan

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._repository, name)
        if name == "add" and type(self._repository).__name__ != "SqlMessages":
            return method

        async def call(*args: Any, **options: Any) -> Any:
            return await self._plan.step(method, *args, **options)

        return call
