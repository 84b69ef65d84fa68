"""Message by message: what customers sent and what is stored, what is stored and what customers got."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bench.channels.customers import PHOTO, Customer
from bot.conversations.choices import text_of
from bot.conversations.model import Author, InboxState, Message, OutboundMessage, OutboxState
from bot.services.case_report import report
from bot.store.database import Database
from bot.store.unit_of_work import SqlUnitOfWork
from tests.channels.sides.browser import BrowserSide
from tests.channels.sides.mail import MailSide
from tests.channels.sides.side import Received, WebhookSide

MOST_DELIVERIES = 2
_ALL = 1_000_000
# What is written down may be lost with the process a moment later.
_SETTLES_WITHIN = timedelta(seconds=1)


@dataclass
class Comparison:
    """What was found; ``problems`` is empty where everything is as it should be."""

    problems: list[str] = field(default_factory=list)
    stored: Counter[str] = field(default_factory=Counter)
    letters: Counter[str] = field(default_factory=Counter)
    twice: Counter[str] = field(default_factory=Counter)
    dead: Counter[str] = field(default_factory=Counter)
    cases: int = 0


async def compare(store: Database, customers: Sequence[Customer], kills: Sequence[datetime] = ()) -> Comparison:
    """Return how the database compares with what customers sent and got, the process having been killed at times."""
    found = Comparison()
    for customer in customers:
        async with store.uow() as uow:
            await _inbound(uow, customer, found)
            told = await uow.messages.of(customer.side.own, limit=_ALL)
            outbox = [await uow.outbox.get(int(message.id or 0)) for message in told]
            if customer.order:
                await _cases(uow, customer, found)
        sent = [entry for entry in outbox if entry is not None]
        _states(customer, sent, found)
        dead = {entry.message_id for entry in sent if entry.state is OutboxState.FAILED}
        said = [m for m in told if m.author not in (Author.CUSTOMER, Author.NOTE) and m.id not in dead]
        # What is dead may have arrived all the same, at a try before the customer blocked us.
        if not dead:
            _letters(customer, said, sent, await customer.side.got(), kills, found)
    return found


async def _inbound(uow: SqlUnitOfWork, customer: Customer, found: Comparison) -> None:
    """Compare what a customer sent with the transcript and the inbox: each once, and in order."""
    own, channel = customer.side.own, customer.side.channel
    told = [message for message in await uow.messages.of(own, limit=_ALL) if message.author is Author.CUSTOMER]
    stored = [message.text or PHOTO for message in told]
    found.stored[channel] += len(stored)
    expected = customer.sent
    if not customer.is_ordered:
        stored, expected = sorted(stored), sorted(expected)
    if stored != expected:
        lost, more = Counter(expected) - Counter(stored), Counter(stored) - Counter(expected)
        what = f"lost {dict(lost)}, doubled or invented {dict(more)}" if lost or more else "another order"
        found.problems.append(f"{channel} {own}: {len(expected)} sent, {len(stored)} stored: {what}")
    pieces = [message for message in told if not message.text and "attachment" not in message.custom]
    if pieces:
        found.problems.append(f"{channel} {own}: {len(pieces)} photos were not fetched")
    sql = "SELECT state, count(*) FROM inbox WHERE conversation_id = ? GROUP BY state"
    rows = dict(await uow.inbox._transaction.read(sql, own))
    if rows != ({InboxState.PROCESSED.value: len(told)} if told else {}):
        found.problems.append(f"{channel} {own}: {len(told)} messages in the transcript, in the inbox {rows}")


def _states(customer: Customer, outbox: Sequence[OutboundMessage], found: Comparison) -> None:
    side = customer.side
    for entry in outbox:
        # A browser's note that it has something may die with the process; then it is offered once more, that is all.
        if entry.state is OutboxState.PENDING and not isinstance(side, BrowserSide):
            found.problems.append(f"{side.channel} {side.own}: {entry.message_id} is still on its way: {entry.error}")
        elif entry.state is OutboxState.FAILED:
            found.dead[f"{side.channel}: {entry.error}"] += 1
            if not customer.may_have_dead:
                found.problems.append(f"{side.channel} {side.own}: {entry.message_id} is dead: {entry.error}")


def _letters(
    customer: Customer,
    told: Sequence[Message],
    outbox: Sequence[OutboundMessage],
    got: Sequence[Received],
    kills: Sequence[datetime],
    found: Comparison,
) -> None:
    """Compare what was said with what arrived, in order: each at least once, and once more for what went wrong."""
    side = customer.side
    if isinstance(side, MailSide):
        ids = list(dict.fromkeys(str(entry.platform_message_id) for entry in outbox if entry.platform_message_id))
        counts = _by_id(ids, got)
    elif isinstance(side, BrowserSide) or any(letter.id is not None for letter in got):
        counts = _by_id([str(message.id) for message in told], got)
    else:
        counts = _by_text(told, got)
    found.letters[side.channel] += len(counts)
    for key, count in counts:
        found.twice[side.channel] += count == MOST_DELIVERIES
        if count < 1:
            found.problems.append(f"{side.channel} {side.own}: {key[:60]!r} never arrived, or not in order")
        elif count > MOST_DELIVERIES + _lates(customer, key) + max(0, _kills(key, told, outbox, kills) - 1):
            found.problems.append(f"{side.channel} {side.own}: {key[:60]!r} arrived {count} times")


def _lates(customer: Customer, key: str) -> int:
    """Return how often a platform took a letter and then said that it had not."""
    if not isinstance(customer.side, WebhookSide):
        return 0
    address, wanted = customer.side.address.encode(), json.dumps(key).encode()
    late = customer.side.world.servers[customer.side.channel].late
    return sum(wanted in call.body and address in call.body for call in late)


def _kills(key: str, told: Sequence[Message], outbox: Sequence[OutboundMessage], kills: Sequence[datetime]) -> int:
    """Return how often the process died before it had written down that a letter was sent."""
    sent = {entry.message_id: entry for entry in outbox}
    most = 0
    for message in told:
        entry = sent.get(int(message.id or 0))
        names = (str(message.id), entry.platform_message_id if entry else None)
        if key in names or (message.text and text_of(message) in key):
            ends_at = entry.sent_at + _SETTLES_WITHIN if entry and entry.sent_at else None
            most = max(most, sum(message.at <= kill and (ends_at is None or kill <= ends_at) for kill in kills))
    return most


def _by_id(ids: Sequence[str], got: Sequence[Received]) -> list[tuple[str, int]]:
    """Return how often each letter arrived; one that arrived after a later one did not arrive in order."""
    counts = Counter(str(letter.id) for letter in got)
    firsts = list(counts)
    in_order = firsts == [one for one in ids if one in counts]
    return [(one, counts[one] if in_order else 0) for one in ids]


def _by_text(told: Sequence[Message], got: Sequence[Received]) -> list[tuple[str, int]]:
    """Return how often each letter arrived on a platform that carries no ids: what is repeated follows itself."""
    counts: list[tuple[str, int]] = []
    place = 0
    for letter in got:
        taken = _taken(told[place:], letter.text)
        if taken:
            place += taken
            counts.append((letter.text, 1))
        elif counts and letter.text == counts[-1][0]:
            counts[-1] = (letter.text, counts[-1][1] + 1)
        else:
            return [*counts, (letter.text, 0)]
    return [*counts, *((text_of(message), 0) for message in told[place:])]


def _taken(told: Sequence[Message], text: str) -> int:
    """Return how many messages, the rest of one answer where a platform merges, a letter's text consists of."""
    count, end = 0, 0
    for message in told:
        start = text.find(text_of(message), end)
        if start < 0 or (count == 0 and start > 0) or (count and message.reply_to != told[0].reply_to):
            break
        if count and message.reply_to is None:
            break
        count, end = count + 1, start + len(text_of(message))
    return count


async def _cases(uow: SqlUnitOfWork, customer: Customer, found: Comparison) -> None:
    """A customer who went through has one case with one return, and who did not has no more."""
    cases = (await report(uow, str(customer.order)))["cases"]
    returns = [return_ for case in cases for return_ in case["returns"]]
    found.cases += len(cases)
    most = (1, 1) if customer.is_through else (min(1, len(cases)), min(1, len(returns)))
    if (len(cases), len(returns)) != most:
        found.problems.append(
            f"{customer.side.channel} order {customer.order}: {len(cases)} cases, {len(returns)} returns"
        )
