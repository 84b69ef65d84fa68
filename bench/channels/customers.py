"""Who writes: people who go through with a return or a complaint, and people who chat, in bursts and out of order."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.channels.post import Post
from bot.aftersales.evidence import MAX_PIECES
from tests.channels.sides.browser import BrowserSide
from tests.channels.sides.mail import MailSide
from tests.channels.sides.side import Event, Side
from tests.e2e.channels.talk import Talk
from tests.e2e.phrases import Phrases
from tests.e2e.sentences import AllSentences
from tests.unit.evidence.samples import photo

PHOTO = "(a photo)"
BURST = 10
# A bot answers an address only so often within an hour.
_MOST_MAILS = 14
_PAUSE_SECONDS = (2.0, 9.0)


@dataclass
class Customer:
    """One customer: what was sent, in order, and what may be said of the order."""

    side: Side
    post: Post
    sent: list[str] = field(default_factory=list)
    is_ordered: bool = True
    may_have_dead: bool = False
    order: str | None = None
    is_through: bool = False


@dataclass
class Chatter:
    """Writes numbered messages, singly and in bursts of ten while the bot answers, and photos."""

    customer: Customer
    sentences: Sequence[str]
    chance: random.Random
    serial: int = 0

    async def play(self, ends: asyncio.Event) -> None:
        """Write until the end."""
        while not ends.is_set():
            wish = self.chance.random()
            if wish < 0.2:
                await self._burst()
            elif wish < 0.3 and self._may_send_photos():
                await self._send(self.customer.side.photo(photo((64, 48))), PHOTO)
            else:
                await self._send(*self._words())
            await _pause(self.chance.uniform(*_PAUSE_SECONDS), ends)
            if isinstance(self.customer.side, MailSide) and len(self.customer.sent) >= _MOST_MAILS - BURST:
                return

    def _may_send_photos(self) -> bool:
        # A browser's file has no id, and whoever sends more than so many is refused.
        return not isinstance(self.customer.side, BrowserSide) and self.customer.sent.count(PHOTO) < MAX_PIECES

    async def _send(self, event: Event, shown: str) -> None:
        self.customer.sent.append(shown)
        await self.customer.post.bring(event)

    async def _burst(self) -> None:
        said = [self._words() for _ in range(BURST)]
        self.customer.sent += [shown for _, shown in said]
        events = [event for event, _ in said]
        if not self.customer.is_ordered:
            self.chance.shuffle(events)
            await asyncio.gather(*(self.customer.post.bring(event) for event in events))
        elif self.customer.side.has_batches:
            cut = self.chance.randint(1, BURST)
            for batch in (events[:cut], events[cut:]):
                self.chance.shuffle(batch)
                if batch:
                    await self.customer.post.bring(*batch)
        else:
            for event in events:
                await self.customer.post.bring(event)

    def _words(self) -> tuple[Event, str]:
        self.serial += 1
        text = f"{self.chance.choice(self.sentences)} ({self.serial})"
        return self.customer.side.words(text), text


class Buyer(Talk):
    """Goes through with a return or, with a photo, a complaint; everything that is asked is answered once."""

    customer: Customer
    phrases: Phrases | AllSentences

    async def play_return(self) -> None:
        """Have a return opened."""
        phrases, nth = self.phrases, 1
        await self.say(phrases.start_return)
        await self.answer(
            {
                "utter_ask_order_number": phrases.order(nth),
                "utter_ask_verification": phrases.email(nth),
                "utter_ask_reason": ('/choose_reason{"reason": "changed_mind"}',),
                "utter_ask_confirmation": ("/affirm",),
            },
            until="utter_return_opened",
        )
        self._end()

    async def play_complaint(self) -> None:
        """Have a return of a damaged item opened."""
        phrases, nth = self.phrases, 3
        story = phrases.complaint.format(n=phrases.order(nth))
        await self.say(story)
        await self.answer(
            {
                "utter_ask_verification": phrases.email(nth),
                "utter_ask_details": story,
                "utter_ask_reason": ('/choose_reason{"reason": "damaged"}',),
                "utter_ask_evidence": photo((64, 48)),
                "utter_ask_remedy": ("return_refund",),
                "utter_ask_confirmation": ("/affirm",),
            },
            until="utter_return_opened",
        )
        self._end()

    def _end(self) -> None:
        self.customer.is_through = True

    async def _deliver(self, event: Event) -> None:
        # What was written is noted before it is brought, a photo where it comes.
        self.customer.sent = [*self.wrote]
        await self.customer.post.bring(event)

    async def send_photo(self, content: bytes) -> None:
        self.wrote.append(PHOTO)
        await super().send_photo(content)


def counted(customers: Sequence[Customer]) -> Counter[str]:
    """Return how many messages customers sent, by channel."""
    found: Counter[str] = Counter()
    for customer in customers:
        found[customer.side.channel] += len(customer.sent)
    return found


async def _pause(seconds: float, ends: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(ends.wait(), seconds)
    except asyncio.TimeoutError:
        return
