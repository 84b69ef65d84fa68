"""What the inbox selects: the columns that conversations are ordered and told by, and which of them a view shows.

To put such a selection together takes longer than to run it, so that whatever is the same for everybody is made once;
who looks and when are parameters.
"""

from __future__ import annotations

from datetime import datetime, timezone
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, case, exists, false, func, literal, or_, select, true

from bot.aftersales.escalation import EscalationState
from bot.aftersales.labels import Priority
from bot.conversations.model import Author
from bot.services.inbox_ports import Filters, Place, Sort, View, Viewer, Wanted
from bot.store.tables import aftersales, conversations, inboxes, service_levels, shop
from bot.store.types import UtcDateTime

_e = aftersales.escalations.c
_c = conversations.conversations.c
_m = conversations.messages
_k = service_levels.service_clocks.c
_s = inboxes.snoozes.c
_case = aftersales.cases.c
_proof = aftersales.identifications.c

NOW: Any = bindparam("now", type_=UtcDateTime)
MOST: Any = bindparam("most")
IDS: Any = bindparam("ids", expanding=True)
_AGENT: Any = bindparam("agent_id")
_TEAMS: Any = bindparam("teams", expanding=True)
_FAR: Any = literal(datetime(9999, 12, 31, tzinfo=timezone.utc), UtcDateTime)

OPEN: Any = _e.state.in_((EscalationState.QUEUED, EscalationState.ASSIGNED))
_MINE_RUN: Any = and_(_k.conversation_id == _c.id, service_levels.RUNNING)
_LATE: Any = exists().where(and_(_MINE_RUN, _k.breached_at.is_not(None)))
_NEWEST_FIRST = frozenset({View.CLOSED, View.BOT})


def _answered_up_to() -> Any:
    """Return the id of the newest message of an agent; ``max`` would read the whole transcript."""
    said = _m.alias()
    mine = and_(said.c.conversation_id == _c.id, said.c.author == Author.AGENT)
    newest = select(said.c.id).where(mine).order_by(said.c.id.desc()).limit(1)
    # By itself a subquery within a subquery would take all conversations anew instead of the one looked at.
    return func.coalesce(newest.correlate_except(said).scalar_subquery(), 0)


def _unanswered_since() -> Any:
    said = _m.alias()
    mine = (
        said.c.conversation_id == _c.id,
        said.c.author == Author.CUSTOMER,
        said.c.id > _answered_up_to(),
        said.c.at >= _e.opened_at,
    )
    oldest = select(said.c.at).where(and_(*mine)).order_by(said.c.id).limit(1)
    return oldest.correlate_except(said).scalar_subquery()


# Whoever waits in the queue waits since then, whoever has a person since the first message that nobody answered.
_WAITING_SINCE: Any = case(
    (_e.state == EscalationState.QUEUED, _e.opened_at),
    (_e.state == EscalationState.ASSIGNED, _unanswered_since()),
    else_=None,
)
_DUE: Any = select(func.min(_k.due_at)).where(and_(_MINE_RUN, _k.paused_at.is_(None))).scalar_subquery()
_WARN: Any = (
    select(_k.warn_at).where(and_(_MINE_RUN, _k.paused_at.is_(None))).order_by(_k.due_at).limit(1).scalar_subquery()
)
_PAUSED: Any = exists().where(and_(_MINE_RUN, _k.paused_at.is_not(None)))
_RANK: Any = case({priority: priority.rank for priority in Priority}, value=_e.priority, else_=len(Priority))
_ISSUE: Any = select(_case.issue_type).where(_case.number == _e.case_number).scalar_subquery()


def _is_snoozed() -> Any:
    wrote = _m.alias()
    has_written = exists().where(
        and_(
            wrote.c.conversation_id == _s.conversation_id,
            wrote.c.id > _s.after_message,
            wrote.c.author == Author.CUSTOMER,
        )
    )
    return and_(_s.conversation_id.is_not(None), _s.until > NOW, ~has_written)


IS_SNOOZED = _is_snoozed()
"""Whether a conversation is out of sight: its customer has not written since."""

OWN: dict[View, Any] = {
    View.MINE: _e.agent_id == _AGENT,
    View.UNASSIGNED: _e.state == EscalationState.QUEUED,
    View.TEAM: _e.team.in_(_TEAMS),
    View.ALL: true(),
}
"""What holds for the conversations that people handle, by view."""


def parameters(viewer: Viewer, now: datetime) -> dict[str, Any]:
    """Return who looks and when, as the selections name it."""
    return {"now": now, "agent_id": viewer.agent_id, "teams": sorted(viewer.teams)}


def of_conversation() -> Any:
    """Return what joins a conversation with its open handoff."""
    return and_(_e.conversation_id == _c.id, OPEN)


def with_conversations(table: Any, conversation_id: Any) -> Any:
    """Return a table joined with the conversations that its rows are about."""
    return table.join(conversations.conversations, _c.id == conversation_id)


def handoffs() -> Any:
    """Return all handoffs joined with their conversations and what puts them out of sight."""
    return with_conversations(aftersales.escalations, _e.conversation_id).outerjoin(
        inboxes.snoozes, _s.conversation_id == _c.id
    )


def placed(view: View, *place: Any) -> Any:
    """Return a selection of what a view shows: where each conversation stands, and which it is."""
    t, e = conversations.conversations, aftersales.escalations
    source: Any = t
    if view is View.CLOSED:
        source = with_conversations(e, _e.conversation_id)
    elif view is View.BREACHED:
        source = t.outerjoin(e, of_conversation())
    elif view is not View.BOT:
        source = handoffs()
    return select(*place, _c.id).select_from(source)


def detailed(*, closed: bool) -> Any:
    """Return a selection of conversations with their open handoffs, or with those that closed them."""
    mine = and_(_e.conversation_id == _c.id, _is_closing()) if closed else of_conversation()
    source = conversations.conversations.outerjoin(aftersales.escalations, mine)
    return select(
        _c.id, _c.channel, func.coalesce(_e.language, _c.language, _c.locale), _c.last_message_at,
        _e.state, _e.agent_id, _e.priority, _e.reason, _ISSUE, _WAITING_SINCE, _DUE, _WARN, _PAUSED, _LATE,
        _s.until, _e.ended_at,
    ).select_from(source.outerjoin(inboxes.snoozes, _s.conversation_id == _c.id))  # fmt: skip


def _is_closing() -> Any:
    later = aftersales.escalations.alias()
    is_followed = exists().where(and_(later.c.conversation_id == _e.conversation_id, later.c.id > _e.id))
    return and_(_e.state == EscalationState.RESOLVED, ~is_followed)


def in_view(view: View) -> list[Any]:
    """Return what holds for the conversations of a view; the selection takes ``parameters``."""
    if view is View.CLOSED:
        return [_is_closing()]
    if view is View.BOT:
        handed = aftersales.escalations.alias()
        is_open = handed.c.state.in_((EscalationState.QUEUED, EscalationState.ASSIGNED))
        return [~exists().where(and_(handed.c.conversation_id == _c.id, is_open))]
    if view is View.BREACHED:
        late = select(_k.conversation_id).where(service_levels.RUNNING, _k.breached_at.is_not(None))
        return [_c.id.in_(late)]
    if view is View.SNOOZED:
        return [OPEN, IS_SNOOZED]
    return [OPEN, ~IS_SNOOZED, OWN[view]]


def _language(view: View | None) -> Any:
    own = func.coalesce(_c.language, _c.locale)
    return own if view is View.BOT else func.coalesce(_e.language, own)


def fitting(filters: Filters, view: View | None = None) -> list[Any]:
    """Return what holds for the conversations that fit the filters."""
    found: list[Any] = []
    if filters.language:
        found.append(_language(view) == filters.language)
    if filters.channel:
        found.append(_c.channel == filters.channel)
    if filters.agent_id:
        found.append(false() if view is View.BOT else _e.agent_id == filters.agent_id)
    if filters.issue_type:
        found.append(exists().where(and_(_case.conversation_id == _c.id, _case.issue_type == filters.issue_type)))
    if filters.tag:
        t = inboxes.conversation_tags.c
        found.append(exists().where(and_(t.conversation_id == _c.id, t.tag == filters.tag)))
    if filters.country:
        orders, people = shop.orders.c, shop.customers.c
        found.append(
            exists().where(
                and_(
                    _proof.conversation_id == _c.id,
                    _proof.proved_at.is_not(None),
                    orders.number == _proof.order_number,
                    people.id == orders.customer_id,
                    people.country == filters.country,
                )
            )
        )
    return found


def is_newest_first(view: View, sort: Sort) -> bool:
    """Tell whether the newest conversations stand on top, rather than the most pressing."""
    return view in _NEWEST_FIRST or sort is Sort.NEWEST


@cache
def place_in(view: View, sort: Sort) -> tuple[Any, Any, Any]:
    """Return the columns that a view is ordered by: whether it is late, how pressing, and a moment."""
    if view is View.CLOSED:
        return literal(0), literal(0), _e.ended_at
    if is_newest_first(view, sort):
        return literal(0), literal(0), _c.last_message_at
    if sort is Sort.TIME_LEFT:
        return literal(0), literal(0), func.coalesce(_DUE, _FAR)
    waiting = func.coalesce(_WAITING_SINCE, _FAR)
    if sort is Sort.WAITING:
        return literal(0), literal(0), waiting
    return case((_LATE, 0), else_=1), _RANK, waiting


@cache
def ordered(view: View, sort: Sort) -> Any:
    """Return a selection of the first ``MOST`` conversations of a view in order: their places and ids."""
    place = place_in(view, sort)
    # Ordered by its labels, each is worked out once.
    late, rank, moment = (expression.label(name) for expression, name in zip(place, ("late", "rank", "moment")))
    # Only what the order depends on is worked out for all of a view, the rest for the rows of the page.
    statement = placed(view, late, rank, moment).where(*in_view(view))
    in_order = moment.desc() if is_newest_first(view, sort) else moment
    return statement.order_by(late, rank, in_order, _c.id).limit(MOST)


def further_than(after: Place, wanted: Wanted) -> Any:
    """Return what holds for the conversations behind a place."""
    late, rank, moment = place_in(wanted.view, wanted.sort)
    at = literal(after.moment, UtcDateTime)
    further = moment < at if is_newest_first(wanted.view, wanted.sort) else moment > at
    rest = or_(further, and_(moment == at, _c.id > after.conversation_id))
    # On plain columns only, so that an index in this order is walked from there on.
    if wanted.view in _NEWEST_FIRST or wanted.sort is not Sort.PRIORITY:
        return rest
    return or_(late > after.late, and_(late == after.late, or_(rank > after.rank, and_(rank == after.rank, rest))))
