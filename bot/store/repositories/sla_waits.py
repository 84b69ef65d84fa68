"""Which clocks of answers do not go as transcripts do: found by the database, so that nobody has to read them all."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String, and_, case, cast, exists, func, literal, or_, select, true

from bot.aftersales.escalation import EscalationReason, EscalationState
from bot.aftersales.sla import WAIT_KEY, Metric
from bot.conversations.model import Author
from bot.store.tables import aftersales, conversations, service_levels

_clocks = service_levels.service_clocks
_cases = aftersales.cases
_handoffs = aftersales.escalations
_e = _handoffs.c
_messages = conversations.messages

_IS_OPEN: Any = _e.state.in_((EscalationState.QUEUED, EscalationState.ASSIGNED))


def answered_first() -> Any:
    """Return a selection of the running clocks of first responses whose customers have been answered, by key."""
    by_bot = exists().where(_messages.c.reply_to == _cases.c.source_message_id)
    by_person = exists().where(
        and_(
            _messages.c.conversation_id == _clocks.c.conversation_id,
            _messages.c.author == Author.AGENT,
            _messages.c.at >= _clocks.c.started_at,
        )
    )
    return (
        select(_clocks.c.key)
        .select_from(_clocks.outerjoin(_cases, _cases.c.number == _clocks.c.case_number))
        .where(service_levels.RUNNING, _clocks.c.metric == Metric.FIRST_RESPONSE, or_(by_bot, by_person))
        .order_by(_clocks.c.id)
    )


def outlived() -> Any:
    """Return a selection of the running clocks of waits whose handoffs are over: key, and when the handoff ended."""
    ended = _handoffs.alias()
    mine = ended.c.conversation_id == _clocks.c.conversation_id, ended.c.ended_at >= _clocks.c.started_at
    ended_at = select(func.min(ended.c.ended_at)).where(*mine).scalar_subquery().label("ended_at")
    still_open: Any = and_(_e.conversation_id == _clocks.c.conversation_id, _IS_OPEN)
    return (
        select(_clocks.c.key, ended_at)
        .select_from(_clocks.outerjoin(_handoffs, still_open))
        .where(
            service_levels.RUNNING,
            _clocks.c.metric == Metric.NEXT_RESPONSE,
            # Of a handoff before the one that is open now, if it began before it.
            or_(_e.id.is_(None), _clocks.c.started_at < _e.opened_at),
        )
        .order_by(_clocks.c.id)
    )


def out_of_step_waits() -> Any:
    """Return a selection of the conversations in a handoff in which somebody wrote what its clocks do not know.

    A few may be among them in which there is nothing to do; none is missing in which there is.
    """
    runs: Any = and_(
        _clocks.c.conversation_id == _e.conversation_id,
        service_levels.RUNNING,
        _clocks.c.metric == Metric.NEXT_RESPONSE,
        _clocks.c.started_at >= _e.opened_at,
    )
    heard_at, answered_at = _newest(_messages.c.at, Author.CUSTOMER), _newest(_messages.c.at, Author.AGENT)
    last_word = _newest(_messages.c.author, Author.CUSTOMER, Author.AGENT)
    # Only who has or had the conversation can have answered; thousands may be in the queue.
    was_taken = or_(_e.state == EscalationState.ASSIGNED, _e.first_assigned_at.is_not(None))
    is_answered = and_(
        _clocks.c.id.is_not(None),
        was_taken,
        or_(answered_at >= _clocks.c.started_at, and_(last_word == Author.AGENT, answered_at >= _e.opened_at)),
    )
    stopped_at = _last_stop()
    waits_unwatched = and_(
        _clocks.c.id.is_(None),
        case(
            (stopped_at.is_not(None), or_(
                heard_at > stopped_at, and_(last_word == Author.CUSTOMER, heard_at >= _e.opened_at)
            )),
            (_e.reason == EscalationReason.AGENT_TOOK_OVER, heard_at >= _e.opened_at),
            else_=true(),
        ),
    )  # fmt: skip
    return (
        select(_e.conversation_id)
        .select_from(_handoffs.outerjoin(_clocks, runs))
        .where(_IS_OPEN, or_(is_answered, waits_unwatched))
        .order_by(_e.id)
    )


def _last_stop() -> Any:
    """Return when a handoff's newest clock stopped, None where it has had none."""
    stopped = _clocks.alias()
    # What every key of a handoff's clocks begins with. The keys' own index finds them in whichever order a database
    # puts punctuation: digits stand in the order of time, and years begin with one below 9.
    prefix: Any = literal(f"{WAIT_KEY}:") + cast(_e.id, String) + ":"
    key = stopped.c.key
    own = and_(key > prefix, key < prefix + "9", func.substr(key, 1, func.length(prefix)) == prefix)
    return select(func.max(stopped.c.stopped_at)).where(own).scalar_subquery()


def _newest(column: Any, *authors: Author) -> Any:
    """Return a column of a conversation's newest message of some authors; from behind, that is soon found."""
    said = _messages.alias()
    mine = and_(said.c.conversation_id == _e.conversation_id, said.c.author.in_(authors))
    found = select(said.c[column.name]).where(mine).order_by(said.c.id.desc()).limit(1)
    return found.correlate_except(said).scalar_subquery()
