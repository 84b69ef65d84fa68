"""The load: long conversations turn by turn on both sides in alternation, and many customers at once on each."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Mapping, Sequence

import aiohttp

from bench import client
from bench.conversations import Step
from bench.expectations import Expectations
from bench.measures import Sample

Conversation = Sequence[Step]
Progress = Callable[[int, int], None]


async def latency(
    urls: Mapping[str, str],
    conversations: Sequence[Conversation],
    expectations: Expectations,
    progress: Progress,
) -> dict[str, list[Sample]]:
    """Hold the same conversations on all sides, one message at a time; return the samples of each side.

    The sides take turns with every message, so whatever else the machine does meets both alike.
    """
    samples: dict[str, list[Sample]] = {name: [] for name in urls}
    senders = [f"latency-{uuid.uuid4()}" for _ in conversations]
    order = list(urls)
    turns = len(conversations[0])
    async with client.session() as session:
        for turn in range(1, turns + 1):
            for sender, conversation in zip(senders, conversations, strict=True):
                step = conversation[turn - 1]
                for name in order:
                    answer = await client.say(session, urls[name], sender, step.text)
                    is_as_expected = expectations.are_met(step.expected, answer.texts)
                    samples[name].append(Sample(turn, answer.milliseconds, is_as_expected))
                order.reverse()
            progress(turn, turns)
    return samples


async def throughput(url: str, customers: Sequence[Sequence[Conversation]]) -> float:
    """Return turns per second with customers at once, each holding conversations one after the other."""
    async with client.session() as session:
        started = time.perf_counter()
        await asyncio.gather(*(_customer(session, url, conversations) for conversations in customers))
        took = time.perf_counter() - started
    return sum(len(conversation) for conversations in customers for conversation in conversations) / took


async def _customer(session: aiohttp.ClientSession, url: str, conversations: Sequence[Conversation]) -> None:
    for conversation in conversations:
        sender = f"customer-{uuid.uuid4()}"
        for step in conversation:
            await client.say(session, url, sender, step.text)
