"""The process dies at every boundary: each message is acted on once, each answer arrives once, at most twice."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.conversations.choices import text_of
from bot.conversations.model import Author, InboxState, OutboxState
from tests.e2e.channels.conftest import Stage
from tests.e2e.channels.dying import MOMENTS, ORDER
from tests.e2e.channels.talk import Talk
from tests.e2e.phrases import ALL
from tests.e2e.process import Parley
from tests.e2e.sentences import LEARNED
from tests.unit.evidence.samples import photo

_DIES_WITHIN_SECONDS = 120
_SENT_WITHIN_SECONDS = 120
#: Those moments at which a letter may be with the platform already.
_MAY_COME_TWICE = {"sent"}
_WITH_PHOTO = {"fetched"}
_DEATHS = (
    ("received", "telegram"),
    ("fetched", "whatsapp"),
    ("acted", "messenger"),
    ("stored", "line"),
    ("claimed", "email"),
    ("sent", "telegram"),
    ("sent", "whatsapp"),
    ("sent", "line"),
    ("sent", "email"),
    ("settled", "messenger"),
)
_SPEAKERS = (*ALL, *LEARNED)


class Mortal(Parley):
    """An installation that dies where it is told to."""

    def __init__(self, folder: Path, **environment: str) -> None:
        super().__init__(folder, **environment)
        self._serve[0] = "tests.e2e.channels.dying"

    def shall_die(self, moment: str) -> None:
        """Let the process die when it comes to a moment."""
        (self.folder / ORDER).write_text(moment, "utf-8")

    def rise(self) -> None:
        """Wait until the process is dead, let all pauses pass, and start it again."""
        assert self._process is not None
        self._process.wait(_DIES_WITHIN_SECONDS)
        assert not (self.folder / ORDER).exists()
        with contextlib.closing(sqlite3.connect(self.folder / "parley.db", timeout=30)) as connection:
            connection.execute(
                "UPDATE outbox SET next_attempt_at = '2000-01-01 00:00:00.000000' WHERE state = 'pending'"
            )
            connection.commit()
        self.start()


@pytest.fixture(scope="module")
def mortal(stage: Stage, model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mortal]:
    served = Mortal(tmp_path_factory.mktemp("dying"), **stage.world.environment())
    served.start()
    stage.open(served)
    yield served
    served.stop()


@pytest.mark.parametrize(("moment", "channel"), _DEATHS)
def test_a_death_at_a_boundary_loses_nothing_and_doubles_nothing(
    moment: str, channel: str, stage: Stage, mortal: Mortal
) -> None:
    place = _DEATHS.index((moment, channel))
    phrases = _SPEAKERS[place]
    talk = stage.talk(channel, 5000 + place, phrases.language)
    order = phrases.order(3)
    story = phrases.complaint.format(n=order)

    async def dying(work: str | bytes | tuple[str]) -> None:
        """Let the process die while it deals with something."""
        mortal.shall_die(moment)
        rising = asyncio.create_task(asyncio.to_thread(mortal.rise))
        try:
            await asyncio.gather(_do(talk, work), rising)
        finally:
            rising.cancel()

    async def play() -> None:
        await talk.say(story)
        steps: dict[str, str | bytes | tuple[str]] = {
            "utter_ask_verification": phrases.email(3),
            "utter_ask_details": story,
            "utter_ask_reason": ('/choose_reason{"reason": "damaged"}',),
            "utter_ask_evidence": photo((64, 48)),
            "utter_ask_remedy": ("return_refund",),
            "utter_ask_confirmation": ("/affirm",),
        }
        while talk.last.response != "utter_return_opened":
            question = str(talk.last.response)
            is_it = question == ("utter_ask_evidence" if moment in _WITH_PHOTO else "utter_ask_confirmation")
            work = steps.pop(question)
            await (dying(work) if is_it else _do(talk, work))
        await _check(talk, moment)

    stage.run(play())
    case = stage.shop.only_case(order)
    assert len(case["returns"]) == 1
    assert len(case["evidence"]) == 1


def test_every_boundary_is_tried() -> None:
    assert {moment for moment, _ in _DEATHS} == set(MOMENTS)


async def _do(talk: Talk, work: str | bytes | tuple[str]) -> None:
    if isinstance(work, bytes):
        await talk.send_photo(work)
    elif isinstance(work, tuple):
        await talk.choose(*work)
    else:
        await talk.say(work)


async def _check(talk: Talk, moment: str) -> None:
    async with talk.store.uow() as uow:
        told = await uow.messages.of(talk.side.own)
        letters = [found for m in told if (found := await uow.outbox.get(int(m.id or 0))) is not None]
        rows = dict(
            await uow.inbox._transaction.read(
                "SELECT state, count(*) FROM inbox WHERE conversation_id = ? GROUP BY state", talk.side.own
            )
        )
    heard = [message for message in told if message.author is Author.CUSTOMER]
    assert [message.text for message in heard if message.text] == talk.wrote
    assert rows == {InboxState.PROCESSED.value: len(heard)}
    said = [message for message in told if message.author is not Author.CUSTOMER]
    assert len(letters) == len(said)
    # Each of the customer's messages has one answer: nothing is said twice to the same.
    for (_, response), times in Counter((message.reply_to, message.response) for message in said).items():
        assert times == 1, response
    deadline = time.monotonic() + _SENT_WITHIN_SECONDS
    while {letter.state for letter in letters} != {OutboxState.SENT}:
        assert time.monotonic() < deadline, letters
        await asyncio.sleep(0.1)
        async with talk.store.uow() as uow:
            letters = [found for m in said if (found := await uow.outbox.get(int(m.id or 0))) is not None]
    got = await talk.side.got()
    arrived = {text_of(message): sum(text_of(message) in letter.text for letter in got) for message in said}
    assert min(arrived.values()) == 1
    assert max(arrived.values()) == (2 if moment in _MAY_COME_TWICE else 1), arrived
    if moment in _MAY_COME_TWICE:
        ids = [letter.id for letter in got]
        (twice,) = [letter for letter in set(got) if got.count(letter) == 2]
        assert twice.id is None or ids.count(twice.id) == 2
