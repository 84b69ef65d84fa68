"""The inbox: conversations as people who work through them look at them.

Only what people handle is put in order by what they go by; that is a few thousand rows however many conversations there
ever were. The bot's and the closed conversations are read off an index, newest first.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import and_, case, exists, false, func, literal, or_, select, true

from bot.aftersales.escalation import EscalationState
from bot.aftersales.labels import Priority
from bot.conversations.model import Author
from bot.services.inbox_ports import Choices, Filters, Listed, Place, Sort, View, Viewer, Wanted
from bot.store.repositories.base import Repository
from bot.store.tables import aftersales, conversations, inboxes, service_levels, shop
from bot.store.types import UtcDateTime

_e = aftersales.escalations.c
_c = conversations.conversations.c
_m = conversations.messages
_k = service_levels.service_clocks.c
_s = inboxes.snoozes.c
_case = aftersales.cases.c
_proof = aftersales.identifications.c

_FAR: Any = literal(datetime(9999, 12, 31, tzinfo=timezone.utc), UtcDateTime)

_OPEN: Any = _e.state.in_((EscalationState.QUEUED, EscalationState.ASSIGNED))
_MINE_RUN: Any = and_(_k.conversation_id == _c.id, service_levels.RUNNING)
_LATE: Any = exists().where(and_(_MINE_RUN, _k.breached_at.is_not(None)))
_NEWEST_FIRST = frozenset({View.CLOSED, View.BOT})
_BY_PEOPLE = (View.MINE, View.UNASSIGNED, View.TEAM, View.ALL)


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


def _is_snoozed(now: datetime) -> Any:
    wrote = _m.alias()
    has_written = exists().where(
        and_(
            wrote.c.conversation_id == _s.conversation_id,
            wrote.c.id > _s.after_message,
            wrote.c.author == Author.CUSTOMER,
        )
    )
    return and_(_s.conversation_id.is_not(None), _s.until > now, ~has_written)


class SqlInboxes(Repository):
    """Conversations as people who work through them look at them."""

    async def listed(self, wanted: Wanted, now: datetime) -> list[Listed]:
        """Return the conversations of a view in order."""
        place = _place(wanted)
        # Ordered by its labels, each is worked out once.
        labels = [expression.label(name) for expression, name in zip(place, ("late", "rank", "moment"))]
        # Only what the order depends on is worked out for all of a view, the rest for the rows of the page.
        statement = _places(wanted.view, *labels).where(*_in_view(wanted.view, wanted.viewer, now))
        statement = statement.where(*_fitting(wanted.filters, wanted.view))
        if wanted.only is not None:
            # By the handoff's own index where there is one.
            of = _c.id if wanted.view in (View.BOT, View.BREACHED) else _e.conversation_id
            statement = statement.where(of.in_(list(wanted.only)))
        if wanted.after is not None:
            statement = statement.where(_after(place, wanted.after, wanted))
        late, rank, moment = labels
        ordered = statement.order_by(late, rank, moment.desc() if _is_newest_first(wanted) else moment, _c.id)
        places = [
            Place(int(late), int(rank), at, id) for late, rank, at, id in await self._read(ordered.limit(wanted.limit))
        ]
        return await self._details(places, closed=wanted.view is View.CLOSED)

    async def anywhere(self, conversation_ids: Collection[str], filters: Filters, now: datetime) -> list[Listed]:
        """Return those of some conversations that fit the filters, whichever view they are in, newest first."""
        if not conversation_ids:
            return []
        source = conversations.conversations.outerjoin(aftersales.escalations, _of_conversation())
        statement = select(_c.id, _c.last_message_at).select_from(source)
        statement = statement.where(_c.id.in_(list(conversation_ids)), *_fitting(filters))
        newest_first = await self._read(statement.order_by(_c.last_message_at.desc(), _c.id))
        return await self._details([Place(0, 0, at, id) for id, at in newest_first])

    async def counts(self, viewer: Viewer, now: datetime, most: int) -> dict[View, int]:
        """Return how many conversations each view holds; closed ones and the bot's are counted up to ``most``."""
        awake = ~_is_snoozed(now)
        columns = [
            func.coalesce(func.sum(case((and_(awake, condition), 1), else_=0)), 0)
            for condition in (
                _e.agent_id == viewer.agent_id,
                _e.state == EscalationState.QUEUED,
                _of_team(viewer),
                true(),
            )
        ]
        snoozes = aftersales.escalations.outerjoin(inboxes.snoozes, _s.conversation_id == _e.conversation_id)
        by_people = select(*columns).select_from(snoozes).where(_OPEN)
        late = (
            select(func.count(_k.conversation_id.distinct()))
            .select_from(_with(service_levels.service_clocks, _k.conversation_id))
            .where(service_levels.RUNNING, _k.breached_at.is_not(None))
        )
        snoozed = (
            select(func.count())
            .select_from(_with(inboxes.snoozes, _s.conversation_id).join(aftersales.escalations, _of_conversation()))
            .where(_is_snoozed(now))
        )
        found = {view: int(count) for view, count in zip(_BY_PEOPLE, (await self._read(by_people))[0])}
        for view, statement in ((View.BREACHED, late), (View.SNOOZED, snoozed)):
            found[view] = int((await self._read(statement))[0][0])
        for view in (View.CLOSED, View.BOT):
            some = _places(view).where(*_in_view(view, viewer, now)).limit(most).subquery()
            found[view] = int((await self._read(select(func.count()).select_from(some)))[0][0])
        return found

    async def choices(self) -> Choices:
        """Return what the filters offer."""
        languages = select(_e.language).where(_OPEN).distinct()
        channels = select(_c.channel).select_from(_handoffs()).where(_OPEN).distinct()
        countries = (
            select(shop.customers.c.country)
            .select_from(
                aftersales.escalations.join(aftersales.identifications, _proof.conversation_id == _e.conversation_id)
                .join(shop.orders, shop.orders.c.number == _proof.order_number)
                .join(shop.customers, shop.customers.c.id == shop.orders.c.customer_id)
            )
            .where(_OPEN, _proof.proved_at.is_not(None))
            .distinct()
        )
        return Choices(*[sorted(row[0] for row in await self._read(each)) for each in (languages, channels, countries)])

    async def _details(self, places: list[Place], *, closed: bool = False) -> list[Listed]:
        if not places:
            return []
        statement = _rows(closed=closed).where(_c.id.in_([place.conversation_id for place in places]))
        found = {row[0]: row for row in await self._read(statement)}
        return [_listed(place, found[place.conversation_id]) for place in places if place.conversation_id in found]

    async def _read(self, statement: Any) -> list[Any]:
        session = await self._transaction.orm()
        return list((await session.execute(statement)).all())


def _of_conversation() -> Any:
    return and_(_e.conversation_id == _c.id, _OPEN)


def _with(table: Any, conversation_id: Any) -> Any:
    return table.join(conversations.conversations, _c.id == conversation_id)


def _handoffs() -> Any:
    return _with(aftersales.escalations, _e.conversation_id).outerjoin(inboxes.snoozes, _s.conversation_id == _c.id)


def _places(view: View, *place: Any) -> Any:
    """Return a selection of what a view shows: where each conversation stands, and which it is."""
    t, e = conversations.conversations, aftersales.escalations
    source: Any = t
    if view is View.CLOSED:
        source = _with(e, _e.conversation_id)
    elif view is View.BREACHED:
        source = t.outerjoin(e, _of_conversation())
    elif view is not View.BOT:
        source = _handoffs()
    return select(*place, _c.id).select_from(source)


def _rows(*, closed: bool) -> Any:
    """Return a selection of conversations with their open handoffs, or with those that closed them."""
    mine = and_(_e.conversation_id == _c.id, _is_closing()) if closed else _of_conversation()
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


def _in_view(view: View, viewer: Viewer, now: datetime) -> list[Any]:
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
        return [_OPEN, _is_snoozed(now)]
    own = {
        View.MINE: _e.agent_id == viewer.agent_id,
        View.UNASSIGNED: _e.state == EscalationState.QUEUED,
        View.TEAM: _of_team(viewer),
        View.ALL: true(),
    }
    return [_OPEN, ~_is_snoozed(now), own[view]]


def _of_team(viewer: Viewer) -> Any:
    return _e.team.in_(sorted(viewer.teams))


def _language(view: View | None) -> Any:
    own = func.coalesce(_c.language, _c.locale)
    return own if view is View.BOT else func.coalesce(_e.language, own)


def _fitting(filters: Filters, view: View | None = None) -> list[Any]:
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


def _is_newest_first(wanted: Wanted) -> bool:
    return wanted.view in _NEWEST_FIRST or wanted.sort is Sort.NEWEST


def _place(wanted: Wanted) -> tuple[Any, Any, Any]:
    if wanted.view is View.CLOSED:
        return literal(0), literal(0), _e.ended_at
    if _is_newest_first(wanted):
        return literal(0), literal(0), _c.last_message_at
    if wanted.sort is Sort.TIME_LEFT:
        return literal(0), literal(0), func.coalesce(_DUE, _FAR)
    waiting = func.coalesce(_WAITING_SINCE, _FAR)
    if wanted.sort is Sort.WAITING:
        return literal(0), literal(0), waiting
    return case((_LATE, 0), else_=1), _RANK, waiting


def _after(place: tuple[Any, Any, Any], after: Place, wanted: Wanted) -> Any:
    late, rank, moment = place
    at = literal(after.moment, UtcDateTime)
    further = moment < at if _is_newest_first(wanted) else moment > at
    rest = or_(further, and_(moment == at, _c.id > after.conversation_id))
    # On plain columns only, so that an index in this order is walked from there on.
    if wanted.view in _NEWEST_FIRST or wanted.sort is not Sort.PRIORITY:
        return rest
    return or_(late > after.late, and_(late == after.late, or_(rank > after.rank, and_(rank == after.rank, rest))))


def _listed(place: Place, row: Any) -> Listed:
    (id, channel, language, newest_at, state, agent_id, priority, reason, issue, since, due, warn,
     paused, is_late, until, ended_at) = row  # fmt: skip
    is_open = state in (EscalationState.QUEUED, EscalationState.ASSIGNED)
    return Listed(
        conversation_id=id,
        channel=channel,
        language=language,
        newest_at=newest_at,
        place=place,
        state=state if is_open else None,
        agent_id=agent_id,
        priority=priority,
        reason=reason,
        issue_type=issue,
        waiting_since=since,
        due_at=due,
        warn_at=warn,
        is_paused=bool(paused) and due is None,
        is_late=bool(is_late),
        snoozed_until=until,
        closed_at=None if is_open else ended_at,
    )
