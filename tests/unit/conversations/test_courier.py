"""Bringing messages to platforms: in order, again after faults, and given up visibly."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from bot.aftersales.audit import AuditEvent
from bot.conversations import undelivered
from bot.conversations.courier import LEASE, MOST_ATTEMPTS, Courier
from bot.conversations.feed import Feed
from bot.conversations.letters import Letters
from bot.conversations.model import Author, Conversation, Correspondent, Message, OutboundMessage, OutboxState
from bot.conversations.platform import Letter, Shape
from bot.conversations.sender import Sender
from bot.errors import DeliveryError, NotFoundError
from tests.channels.platform_server import until
from tests.fake_evidence import FakeEvidenceStore
from tests.fake_platform import FakePlatform
from tests.fakes import FakeDatabase, fake_unit_of_work_factory

START = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
BLOCKED = DeliveryError("blocked", is_permanent=True)


class Post:
    """A courier with one platform, a clock that may be moved, and conversations to write into."""

    def __init__(self, shape: Shape | None = None) -> None:
        self.now = START
        self.database = FakeDatabase()
        self.make = fake_unit_of_work_factory(self.database)
        self.platform = FakePlatform()
        if shape is not None:
            self.platform.shape = shape
        self.feed = Feed()
        self.courier = self.another_courier()

    def another_courier(self) -> Courier:
        letters = Letters(FakeEvidenceStore(), lambda name, language: f"<{name}>", lambda language: "by machine")
        return Courier(self.make, {"pigeon": self.platform}, letters, self.feed, lambda: self.now)

    async def say(self, *texts: str, to: str = "pigeon~1", reply_to: str | None = None, **more: Any) -> list[Message]:
        async with self.make() as uow:
            if await uow.correspondents.get(to) is None:
                await uow.correspondents.keep(Correspondent(to, "pigeon", f"address of {to}", self.now))
                uow.conversations.add(Conversation(to, "pigeon", self.now, self.now, "de"))
            conversation = await uow.conversations.get(to)
            assert conversation is not None
            told = [Message(to, Author.BOT, text, self.now, reply_to=reply_to, **more) for text in texts]
            await Sender(self.make, self.feed, lambda: self.now).keep(uow, conversation, told)
            await uow.commit()
        return told

    def rows(self) -> list[OutboundMessage]:
        return self.database.all(OutboundMessage)

    def states(self) -> list[OutboxState]:
        return [row.state for row in self.rows()]

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def post() -> Post:
    return Post()


async def test_messages_arrive_in_the_order_in_which_they_were_said(post: Post) -> None:
    await post.say("one", "two", "three")
    assert await post.courier.deliver() == 3
    assert post.platform.texts == ["one", "two", "three"]
    assert {(row.state, row.sent_at) for row in post.rows()} == {(OutboxState.SENT, START)}
    assert [row.platform_message_id for row in post.rows()] == [f"p-{row.message_id}" for row in post.rows()]
    assert await post.courier.deliver() == 0


async def test_a_picture_that_is_an_address_arrives_as_its_address(post: Post) -> None:
    await post.say("look", image="https://shop.example.com/1.png")
    await post.say("", image="https://shop.example.com/2.png")
    assert await post.courier.deliver() == 2
    assert post.platform.texts == ["look\nhttps://shop.example.com/1.png", "https://shop.example.com/2.png"]


async def test_what_waits_for_its_next_try_holds_back_what_was_said_later(post: Post) -> None:
    await post.say("one", "two")
    post.platform.failures = [DeliveryError("status_503")]
    assert await post.courier.deliver() == 0
    assert await post.courier.deliver() == 0
    post.later(seconds=3)
    assert await post.courier.deliver() == 2
    assert post.platform.texts == ["one", "two"]


async def test_other_conversations_go_on_meanwhile(post: Post) -> None:
    await post.say("one")
    post.platform.failures = [DeliveryError("status_503")]
    await post.courier.deliver()
    await post.say("hello", to="pigeon~2")
    assert await post.courier.deliver() == 1
    assert post.platform.texts == ["hello"]


async def test_pauses_grow_and_stay_bounded(post: Post) -> None:
    await post.say("one")
    pauses = []
    for _ in range(14):
        post.platform.failures = [DeliveryError("status_503")]
        await post.courier.deliver()
        (row,) = post.rows()
        pauses.append((row.next_attempt_at - post.now).total_seconds())
        post.now = row.next_attempt_at
    assert all(1 <= pause <= 600 for pause in pauses)
    assert pauses[0] <= 2 < pauses[3] and pauses[-1] >= 300


async def test_after_an_hour_without_the_platform_everything_arrives_once_and_in_order(post: Post) -> None:
    said = [f"minute {minute}" for minute in range(60)]
    for text in said:
        await post.say(text)
        post.platform.failures = [DeliveryError("unreachable")] * 5
        assert await post.courier.deliver() == 0
        post.later(minutes=1)
    post.platform.failures = []
    # The longest pause.
    post.later(minutes=10)
    assert await post.courier.deliver() == 60
    assert post.platform.texts == said
    assert set(post.states()) == {OutboxState.SENT}


async def test_too_many_requests_hold_the_whole_channel_as_long_as_the_platform_asks(post: Post) -> None:
    await post.say("one")
    await post.say("hello", to="pigeon~2")
    post.platform.failures = [DeliveryError("rate_limited", retry_after_seconds=30, holds_channel=True)] * 2
    await post.courier.deliver()
    await post.say("third", to="pigeon~3")
    post.later(seconds=29)
    assert await post.courier.deliver() == 0
    post.later(seconds=1)
    assert await post.courier.deliver() == 3


async def test_what_is_refused_for_good_is_dead_and_the_rest_goes_on(post: Post) -> None:
    await post.say("one", "two")
    post.platform.failures = [BLOCKED]
    with post.feed.listen("pigeon~1") as news:
        await post.courier.deliver()
        assert news.get_nowait()["type"] == "note"
    assert post.states() == [OutboxState.FAILED, OutboxState.SENT]
    assert post.rows()[0].error == "blocked"


async def test_after_a_day_of_tries_a_message_is_given_up_and_may_be_tried_as_often_again(post: Post) -> None:
    (message,) = await post.say("one")
    post.rows()[0].attempts = MOST_ATTEMPTS - 1
    post.platform.failures = [DeliveryError("unreachable")] * 2
    await post.courier.deliver()
    assert (post.states(), post.rows()[0].error) == ([OutboxState.FAILED], "gave_up: unreachable")
    assert message.id is not None
    async with post.make() as uow:
        await undelivered.resend(uow, message.id, "ana", post.now)
        await uow.commit()
    await post.courier.deliver()
    assert (post.states(), post.rows()[0].attempts) == ([OutboxState.PENDING], 1)


async def test_a_dead_message_can_be_sent_again_and_only_a_dead_one(post: Post) -> None:
    (message,) = await post.say("one")
    assert message.id is not None
    post.platform.failures = [BLOCKED]
    await post.courier.deliver()
    async with post.make() as uow:
        await undelivered.resend(uow, message.id, "ana", post.now)
        await uow.commit()
    assert await post.courier.deliver() == 1
    assert post.platform.texts == ["one"]
    with pytest.raises(NotFoundError):
        await undelivered.resend(post.make(), message.id, "ana", post.now)
    assert [event.action for event in post.database.all(AuditEvent)] == ["message.resent"]


async def test_a_platform_that_hangs_holds_back_nobody_else(post: Post) -> None:
    """Eight conversations are under way at once, and one that hangs is one of them."""
    answered = asyncio.Event()
    send = post.platform.send

    async def hang(letter: Letter) -> str | None:
        if letter.text == "hangs":
            await answered.wait()
        return await send(letter)

    post.platform.send = hang  # type: ignore[method-assign]
    await post.say("hangs")
    post.courier.start()
    await asyncio.sleep(0)
    for number in range(20):
        await post.say(f"hello {number}", to=f"pigeon~{number + 2}")
    await until(lambda: len(post.platform.taken) == 20)
    assert "hangs" not in post.platform.texts
    answered.set()
    await post.courier.close()
    assert len(post.platform.taken) == 21 and post.platform.is_closed


async def test_two_replicas_send_everything_once(post: Post) -> None:
    await post.say("one", "two")
    other = post.another_courier()
    await post.courier.deliver()
    await other.deliver()
    assert post.platform.texts == ["one", "two"]


async def test_what_a_dead_process_took_is_sent_after_its_lease(post: Post) -> None:
    (message,) = await post.say("one")
    async with post.make() as uow:
        assert await uow.outbox.claim("pigeon~1", post.now, post.now + LEASE) is not None
        await uow.commit()
    assert await post.courier.deliver() == 0
    post.now += LEASE
    assert await post.courier.deliver() == 1
    assert post.platform.taken[0].id == str(message.id)


async def test_a_surprise_of_a_platform_is_tried_again(post: Post) -> None:
    await post.say("one")
    post.platform.failures = [KeyError("surprise")]  # type: ignore[list-item]
    assert await post.courier.deliver() == 0
    assert post.rows()[0].error == "unexpected"
    post.later(seconds=3)
    assert await post.courier.deliver() == 1


async def test_without_an_address_a_message_is_dead_at_once(post: Post) -> None:
    await post.say("one")
    post.database.all(Correspondent).clear()
    await post.courier.deliver()
    assert (post.states(), post.rows()[0].error) == ([OutboxState.FAILED], "no_address")


async def test_a_retracted_message_is_not_sent(post: Post) -> None:
    (message,) = await post.say("one")
    message.text = ""
    await post.courier.deliver()
    assert (post.platform.taken, post.states()) == ([], [OutboxState.SENT])


async def test_an_answer_is_one_letter_where_the_platform_merges() -> None:
    post = Post(Shape(max_text=4000, merges=True))
    await post.say("one", "two", reply_to="m-1")
    await post.say("another", reply_to="m-2")
    assert await post.courier.deliver() == 2
    assert post.platform.texts == ["one\n\ntwo", "another"]
    first, second, third = post.rows()
    assert first.platform_message_id == second.platform_message_id != third.platform_message_id


async def test_a_merged_answer_that_fails_is_tried_again_as_a_whole() -> None:
    post = Post(Shape(max_text=4000, merges=True))
    await post.say("one", "two", reply_to="m-1")
    post.platform.failures = [DeliveryError("status_500")]
    await post.courier.deliver()
    post.later(seconds=5)
    await post.courier.deliver()
    assert post.platform.texts == ["one\n\ntwo"]


async def test_buttons_become_numbered_lines_with_a_hint(post: Post) -> None:
    buttons = [{"title": "Yes", "payload": "/affirm"}, {"title": "No", "payload": "/deny"}]
    await post.say("Shall I?", buttons=buttons, language="de")
    await post.courier.deliver()
    assert post.platform.texts == ["Shall I?\n\n1. Yes\n2. No\n<utter_channel_choose_number>"]


async def test_buttons_that_fit_are_the_platforms_own() -> None:
    post = Post(Shape(max_text=4000, max_buttons=2, max_text_with_buttons=100))
    buttons = [{"title": "Yes", "payload": "/affirm"}, {"title": "No", "payload": "/deny"}]
    (message,) = await post.say("Shall I?", buttons=buttons)
    await post.courier.deliver()
    (letter,) = post.platform.taken
    assert letter.text == "Shall I?"
    assert [(button.title, button.reference) for button in letter.buttons] == [
        ("Yes", f"{message.id}:0"), ("No", f"{message.id}:1"),
    ]  # fmt: skip


async def test_a_translation_is_sent_with_the_remark_that_a_machine_made_it(post: Post) -> None:
    custom = {"shown_in": "sk", "translation": {"sk": {"text": "Dobrý deň", "engine": "apertium"}}}
    await post.say("Hello", custom=custom, language="en")
    await post.courier.deliver()
    assert post.platform.texts == ["Dobrý deň\n(by machine)"]
