"""A conversation of a customer who knows only the platform, and what the database says of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from bot.conversations.choices import text_of, titles_of
from bot.conversations.model import Author, Message
from bot.store.database import Database
from tests.channels.sides.side import Event, NotTakenError, Received, Side

#: Long enough for a process that dies in between and loads its model again on a busy machine.
_ANSWERED_WITHIN_SECONDS = 240
_LOOKS_EVERY_SECONDS = 0.05
EVIDENCE = "utter_evidence_received"


class Talk:
    """What a customer does, one step after the other; ``said`` is what the last step was answered with."""

    def __init__(self, side: Side, store: Database, *, patience: float = _ANSWERED_WITHIN_SECONDS) -> None:
        self.side = side
        self.store = store
        self._patience = patience
        self.said: list[Message] = []
        self.wrote: list[str] = []

    @property
    def last(self) -> Message:
        """Return the newest answer."""
        return self.said[-1]

    @property
    def responses(self) -> list[str | None]:
        """Return the names of the newest answers."""
        return [message.response for message in self.said]

    async def say(self, text: str) -> None:
        """Write something, and wait until its answer has arrived on the platform."""
        self.wrote.append(text)
        await self._do(self.side.words(text))

    async def send_photo(self, content: bytes) -> None:
        """Send a photo, and wait for what is asked after it."""
        await self._do(self.side.photo(content))

    async def choose(self, payload: str) -> None:
        """Choose as the platform lets its customers do: by a button where there is one, else by its number."""
        message = next(found for found in reversed(self.said) if found.buttons)
        place = next(place for place, button in enumerate(message.buttons) if payload in button["payload"])
        title = titles_of(message)[place]
        self.wrote.append(title)
        try:
            event = self.side.pressed(title)
        except LookupError:
            await self.hears(f"{place + 1}. {title}")
            event = self.side.words(str(place + 1))
            self.wrote[-1] = str(place + 1)
        await self._do(event)

    async def answer(self, answers: Mapping[str, str | bytes | tuple[str]], until: str) -> None:
        """Answer each question as it comes, and none twice: in words, with a photo, or by a choice in brackets."""
        left = dict(answers)
        while self.last.response != until:
            question = str(self.last.response)
            assert question in left, f"unexpected or asked again: {self.said}"
            answer = left.pop(question)
            if isinstance(answer, bytes):
                await self.send_photo(answer)
            elif isinstance(answer, tuple):
                await self.choose(*answer)
            else:
                await self.say(answer)

    async def transcript(self) -> list[Message]:
        """Return the whole conversation."""
        async with self.store.uow() as uow:
            return await uow.messages.of(self.side.own)

    async def told(self) -> list[dict[str, Any]]:
        """Return the whole conversation as JSON has it."""
        return [{**message.as_json(), "author": message.author.value} for message in await self.transcript()]

    async def hears(self, text: str) -> Received:
        """Return a message that the customer gets, waiting for it."""
        deadline = time.monotonic() + self._patience
        while True:
            found = next((message for message in await self.side.got() if text in message.text), None)
            if found is not None:
                return found
            assert time.monotonic() < deadline, f"it never arrived: {text!r} {await self.side.got()}"
            await asyncio.sleep(_LOOKS_EVERY_SECONDS)

    async def _do(self, event: Event) -> None:
        heard = await self._heard()
        await self._deliver(event)
        deadline = time.monotonic() + self._patience
        while not await self._is_answered(heard):
            assert time.monotonic() < deadline, f"never answered: {self.side.channel} {await self.transcript()}"
            await asyncio.sleep(_LOOKS_EVERY_SECONDS)
        for message in self.said:
            assert message.language == self.side.language, message
            letter = await self.hears(text_of(message))
            for title in titles_of(message):
                assert title in letter.titles or title in letter.text, (title, letter)

    async def _deliver(self, event: Event) -> None:
        deadline = time.monotonic() + self._patience
        while True:
            try:
                return await self.side.deliver(event)
            except NotTakenError:
                assert time.monotonic() < deadline, "it was never taken"
                await asyncio.sleep(0.3)

    async def _heard(self) -> int:
        return [message.author for message in await self.transcript()].count(Author.CUSTOMER)

    async def _is_answered(self, heard_before: int) -> bool:
        told = await self.transcript()
        heard = [place for place, message in enumerate(told) if message.author is Author.CUSTOMER]
        self.said = told[heard[-1] + 1 :] if heard else []
        if len(heard) <= heard_before or not self.said or self.last.response == EVIDENCE:
            return False
        async with self.store.uow() as uow:
            return not await uow.inbox.waiting(self.side.own)
