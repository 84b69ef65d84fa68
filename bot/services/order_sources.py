"""Asking an order source without harm to the shop's system or to who waits for the answer."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass

import structlog

from bot.aftersales.order import Order
from bot.breaker import CircuitBreaker, RateLimit, Seconds
from bot.errors import ImportRejectedError
from bot.services.order_sources_ports import OrderSource, OrderSourceError, SourcedOrder
from bot.services.shop_file import load

log = structlog.get_logger(__name__)

_MOST_ANSWERS = 512
_MOST_CONVERSATIONS = 10_000
# Refusals of one request tell nothing about whether the source works.
_NO_FAULT = frozenset({"rate_limited", "malformed"})


@dataclass(frozen=True)
class Limits:
    """How hard an order source is asked.

    Attributes:
        deadline_seconds: How long a conversation waits; the request goes on, and its answer serves the next message.
        requests_per_minute: How many unproved numbers are asked for in any minute, and as many proved ones.
        requests_per_conversation: How many unproved numbers of these may come from one conversation.
        remember_seconds: How long an answer is remembered, that there is no such order included.
        remember_failure_seconds: How long a number is left alone after the source failed on it.
        failures: After how many failures in a row the source is left alone.
        pause_seconds: For how long.
    """

    deadline_seconds: float = 2.0
    requests_per_minute: int = 60
    requests_per_conversation: int = 6
    remember_seconds: float = 60.0
    remember_failure_seconds: float = 10.0
    failures: int = 5
    pause_seconds: float = 30.0


@dataclass(frozen=True)
class Answer:
    """What a source says of a number; where it gave no answer, ``failure`` is the code of why."""

    sourced: SourcedOrder | None = None
    failure: str = ""

    def order(self) -> Order | None:
        """Return the order anew, with objects of its own, or None."""
        return checked(self.sourced) if self.sourced is not None else None


class Inquiries:
    """One source, asked once for a number however many want to know, and left alone while it is down."""

    def __init__(self, source: OrderSource, limits: Limits, clock: Seconds = time.monotonic) -> None:
        self.source = source
        self.limits = limits
        self._clock = clock
        self._breaker = CircuitBreaker(failures=limits.failures, pause_seconds=limits.pause_seconds, clock=clock)
        self._unproved = RateLimit(limits.requests_per_minute, clock)
        self._proved = RateLimit(limits.requests_per_minute, clock)
        self._of_conversation: OrderedDict[str, RateLimit] = OrderedDict()
        self._answers: OrderedDict[str, tuple[float, Answer]] = OrderedDict()
        self._running: dict[str, asyncio.Task[Answer]] = {}

    async def unproved(self, number: str, conversation_id: str) -> Answer:
        """Return the answer for a number that a conversation has not proved; never raises OrderSourceError."""
        known = self._known(number)
        if known is not None:
            return known
        if number not in self._running and (self._rate_of(conversation_id).take() or self._unproved.take()):
            log.warning("order_sources.rate_limited", source=self.source.name)
            return Answer(failure="rate_limited")
        return await self._ask(number)

    async def proved(self, number: str) -> Answer:
        """Return the answer for a number that a conversation has proved; never raises OrderSourceError."""
        known = self._known(number)
        if known is not None:
            return known
        if number not in self._running and self._proved.take():
            return Answer(failure="rate_limited")
        return await self._ask(number)

    async def close(self) -> None:
        """Give up what is under way and disconnect."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self.source.close()

    def _known(self, number: str) -> Answer | None:
        until, answer = self._answers.get(number, (0.0, Answer()))
        return answer if self._clock() < until else None

    def _rate_of(self, conversation_id: str) -> RateLimit:
        rate = self._of_conversation.pop(conversation_id, None)
        rate = rate or RateLimit(self.limits.requests_per_conversation, self._clock)
        self._of_conversation[conversation_id] = rate
        if len(self._of_conversation) > _MOST_CONVERSATIONS:
            self._of_conversation.popitem(last=False)
        return rate

    async def _ask(self, number: str) -> Answer:
        task = self._running.get(number)
        if task is None:
            if not self._breaker.allows():
                return Answer(failure="paused")
            task = asyncio.create_task(self._answer(number))
            self._running[number] = task
            task.add_done_callback(lambda _: self._running.pop(number, None))
        done, _ = await asyncio.wait({task}, timeout=self.limits.deadline_seconds)
        if not done:
            log.info("order_sources.late", source=self.source.name)
            return Answer(failure="late")
        return Answer(failure="cancelled") if task.cancelled() else task.result()

    async def _answer(self, number: str) -> Answer:
        """Ask, tell the breaker, and remember the answer."""
        try:
            sourced = await self.source.find(number)
            if sourced is not None:
                checked(sourced)
            answer = Answer(sourced)
            self._breaker.succeeded()
        except asyncio.CancelledError:
            self._breaker.abandon()
            raise
        except ImportRejectedError as error:
            # Paths and rules, never values: those may be personal.
            log.warning("order_sources.rejected", source=self.source.name, problems=error.problems[:10])
            answer = Answer(failure="malformed")
            self._breaker.succeeded()
        except OrderSourceError as error:
            log.warning("order_sources.failed", source=self.source.name, reason=error.reason, hint=error.hint)
            answer = Answer(failure=error.reason)
            self._failed(error)
        except Exception as error:
            # Whatever a foreign system sends, the conversation goes on; the text of the error may quote it.
            log.error("order_sources.crashed", source=self.source.name, error=type(error).__name__)
            answer = Answer(failure="failed")
            self._breaker.failed()
        limits = self.limits
        seconds = limits.remember_failure_seconds if answer.failure else limits.remember_seconds
        self._answers[number] = (self._clock() + seconds, answer)
        self._answers.move_to_end(number)
        if len(self._answers) > _MOST_ANSWERS:
            self._answers.popitem(last=False)
        return answer

    def _failed(self, error: OrderSourceError) -> None:
        if error.retry_after:
            self._breaker.pause(error.retry_after)
        elif error.reason in _NO_FAULT:
            self._breaker.abandon()
        else:
            self._breaker.failed()


def checked(sourced: SourcedOrder) -> Order:
    """Return the order that a source tells of; raises ImportRejectedError with every error there is."""
    (order,) = load(sourced.document()).orders
    return order


def wanting(sourced: SourcedOrder) -> list[str]:
    """Return what is wrong with an order and what is missing for after-sales, in words for the shop's developer."""
    try:
        order = checked(sourced)
    except ImportRejectedError as error:
        return [f"{path} {message}" for path, message in error.problems]
    found = list(sourced.notes)
    if order.customer.phone is None:
        found.append("no phone number: its last four digits cannot prove the order")
    if not order.address.postcode:
        found.append("no postcode: it cannot prove the order")
    if order.shipments and order.delivered_at is None:
        found.append("not delivered as far as is known: time limits have not begun, see docs/shop-events.md")
    for product in {line.product.id: line.product for line in order.lines}.values():
        if product.category == "other":
            found.append(f"product {product.id} has no category")
        if not product.description:
            found.append(f"product {product.id} has no description: agents cannot see what its page promises")
    return found
