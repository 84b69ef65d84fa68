"""The inbox: conversations as people who work through them look at them.

Only what people handle is put in order by what they go by; that is a few thousand rows however many conversations there
ever were. The bot's and the closed conversations are read off an index, newest first.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, select, true

from bot.aftersales.escalation import EscalationState
from bot.services.inbox_ports import Choices, Filters, Listed, Place, View, Viewer, Wanted
from bot.store.repositories.base import Repository
from bot.store.repositories.inbox_selections import (
    OPEN,
    detailed,
    fitting,
    further_than,
    handoffs,
    in_view,
    is_newest_first,
    is_snoozed,
    of_conversation,
    of_team,
    place_in,
    placed,
    with_conversations,
)
from bot.store.tables import aftersales, conversations, inboxes, service_levels, shop

_e = aftersales.escalations.c
_c = conversations.conversations.c
_k = service_levels.service_clocks.c
_s = inboxes.snoozes.c
_proof = aftersales.identifications.c
_BY_PEOPLE = (View.MINE, View.UNASSIGNED, View.TEAM, View.ALL)


class SqlInboxes(Repository):
    """Conversations as people who work through them look at them."""

    async def listed(self, wanted: Wanted, now: datetime) -> list[Listed]:
        """Return the conversations of a view in order."""
        place = place_in(wanted)
        # Ordered by its labels, each is worked out once.
        labels = [expression.label(name) for expression, name in zip(place, ("late", "rank", "moment"))]
        # Only what the order depends on is worked out for all of a view, the rest for the rows of the page.
        statement = placed(wanted.view, *labels).where(*in_view(wanted.view, wanted.viewer, now))
        statement = statement.where(*fitting(wanted.filters, wanted.view))
        if wanted.only is not None:
            # By the handoff's own index where there is one.
            of = _c.id if wanted.view in (View.BOT, View.BREACHED) else _e.conversation_id
            statement = statement.where(of.in_(list(wanted.only)))
        if wanted.after is not None:
            statement = statement.where(further_than(place, wanted.after, wanted))
        late, rank, moment = labels
        ordered = statement.order_by(late, rank, moment.desc() if is_newest_first(wanted) else moment, _c.id)
        places = [
            Place(int(late), int(rank), at, id) for late, rank, at, id in await self._read(ordered.limit(wanted.limit))
        ]
        return await self._details(places, closed=wanted.view is View.CLOSED)

    async def anywhere(self, conversation_ids: Collection[str], filters: Filters, now: datetime) -> list[Listed]:
        """Return those of some conversations that fit the filters, whichever view they are in, newest first."""
        if not conversation_ids:
            return []
        source = conversations.conversations.outerjoin(aftersales.escalations, of_conversation())
        statement = select(_c.id, _c.last_message_at).select_from(source)
        statement = statement.where(_c.id.in_(list(conversation_ids)), *fitting(filters))
        newest_first = await self._read(statement.order_by(_c.last_message_at.desc(), _c.id))
        return await self._details([Place(0, 0, at, id) for id, at in newest_first])

    async def counts(self, viewer: Viewer, now: datetime, most: int) -> dict[View, int]:
        """Return how many conversations each view holds; closed ones and the bot's are counted up to ``most``."""
        awake = ~is_snoozed(now)
        columns = [
            func.coalesce(func.sum(case((and_(awake, condition), 1), else_=0)), 0)
            for condition in (
                _e.agent_id == viewer.agent_id,
                _e.state == EscalationState.QUEUED,
                of_team(viewer),
                true(),
            )
        ]
        snoozes = aftersales.escalations.outerjoin(inboxes.snoozes, _s.conversation_id == _e.conversation_id)
        by_people = select(*columns).select_from(snoozes).where(OPEN)
        late = (
            select(func.count(_k.conversation_id.distinct()))
            .select_from(with_conversations(service_levels.service_clocks, _k.conversation_id))
            .where(service_levels.RUNNING, _k.breached_at.is_not(None))
        )
        asleep = with_conversations(inboxes.snoozes, _s.conversation_id)
        snoozed = (
            select(func.count())
            .select_from(asleep.join(aftersales.escalations, of_conversation()))
            .where(is_snoozed(now))
        )
        found = {view: int(count) for view, count in zip(_BY_PEOPLE, (await self._read(by_people))[0])}
        for view, statement in ((View.BREACHED, late), (View.SNOOZED, snoozed)):
            found[view] = int((await self._read(statement))[0][0])
        for view in (View.CLOSED, View.BOT):
            some = placed(view).where(*in_view(view, viewer, now)).limit(most).subquery()
            found[view] = int((await self._read(select(func.count()).select_from(some)))[0][0])
        return found

    async def choices(self) -> Choices:
        """Return what the filters offer."""
        languages = select(_e.language).where(OPEN).distinct()
        channels = select(_c.channel).select_from(handoffs()).where(OPEN).distinct()
        countries = (
            select(shop.customers.c.country)
            .select_from(
                aftersales.escalations.join(aftersales.identifications, _proof.conversation_id == _e.conversation_id)
                .join(shop.orders, shop.orders.c.number == _proof.order_number)
                .join(shop.customers, shop.customers.c.id == shop.orders.c.customer_id)
            )
            .where(OPEN, _proof.proved_at.is_not(None))
            .distinct()
        )
        return Choices(*[sorted(row[0] for row in await self._read(each)) for each in (languages, channels, countries)])

    async def _details(self, places: list[Place], *, closed: bool = False) -> list[Listed]:
        if not places:
            return []
        statement = detailed(closed=closed).where(_c.id.in_([place.conversation_id for place in places]))
        found = {row[0]: row for row in await self._read(statement)}
        return [_listed(place, found[place.conversation_id]) for place in places if place.conversation_id in found]

    async def _read(self, statement: Any) -> list[Any]:
        session = await self._transaction.orm()
        return list((await session.execute(statement)).all())


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
