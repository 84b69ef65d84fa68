"""The inbox: conversations as people who work through them look at them.

Only what people handle is put in order by what they go by; that is a few thousand rows however many conversations there
ever were. The bot's and the closed conversations are read off an index, newest first.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, select

from bot.aftersales.escalation import EscalationState
from bot.services.inbox_ports import Choices, Filters, Listed, Place, View, Viewer, Wanted
from bot.store.repositories.base import Repository
from bot.store.repositories.inbox_selections import (
    IDS,
    IS_SNOOZED,
    MOST,
    OPEN,
    OWN,
    detailed,
    fitting,
    further_than,
    handoffs,
    in_view,
    of_conversation,
    ordered,
    parameters,
    placed,
    with_conversations,
)
from bot.store.tables import aftersales, conversations, inboxes, service_levels, shop

_e = aftersales.escalations.c
_c = conversations.conversations.c
_k = service_levels.service_clocks.c
_s = inboxes.snoozes.c
_proof = aftersales.identifications.c


def _counts() -> dict[View, Any]:
    asleep = with_conversations(inboxes.snoozes, _s.conversation_id)
    counts: dict[View, Any] = {
        View.BREACHED: select(func.count(_k.conversation_id.distinct()))
        .select_from(with_conversations(service_levels.service_clocks, _k.conversation_id))
        .where(service_levels.RUNNING, _k.breached_at.is_not(None)),
        View.SNOOZED: select(func.count())
        .select_from(asleep.join(aftersales.escalations, of_conversation()))
        .where(IS_SNOOZED),
    }
    for view in (View.CLOSED, View.BOT):
        some = placed(view).where(*in_view(view)).limit(MOST).subquery()
        counts[view] = select(func.count()).select_from(some)
    return counts


def _choices() -> tuple[Any, Any, Any]:
    countries = (
        select(shop.customers.c.country)
        .select_from(
            aftersales.escalations.join(aftersales.identifications, _proof.conversation_id == _e.conversation_id)
            .join(shop.orders, shop.orders.c.number == _proof.order_number)
            .join(shop.customers, shop.customers.c.id == shop.orders.c.customer_id)
        )
        .where(OPEN, _proof.proved_at.is_not(None))
    )
    languages = select(_e.language).where(OPEN)
    channels = select(_c.channel).select_from(handoffs()).where(OPEN)
    return languages.distinct(), channels.distinct(), countries.distinct()


_COUNTED_BY_PEOPLE: Any = (
    select(*(func.coalesce(func.sum(case((and_(~IS_SNOOZED, own), 1), else_=0)), 0) for own in OWN.values()))
    .select_from(aftersales.escalations.outerjoin(inboxes.snoozes, _s.conversation_id == _e.conversation_id))
    .where(OPEN)
)
_COUNTS = _counts()
_CHOICES = _choices()
_DETAILS = {closed: detailed(closed=closed).where(_c.id.in_(IDS)) for closed in (False, True)}


class SqlInboxes(Repository):
    """Conversations as people who work through them look at them."""

    async def listed(self, wanted: Wanted, now: datetime) -> list[Listed]:
        """Return the conversations of a view in order."""
        statement, narrower = ordered(wanted.view, wanted.sort), fitting(wanted.filters, wanted.view)
        if wanted.only is not None:
            # By the handoff's own index where there is one.
            of = _c.id if wanted.view in (View.BOT, View.BREACHED) else _e.conversation_id
            narrower.append(of.in_(list(wanted.only)))
        if wanted.after is not None:
            narrower.append(further_than(wanted.after, wanted))
        if narrower:
            statement = statement.where(*narrower)
        rows = await self._read(statement, most=wanted.limit, **parameters(wanted.viewer, now))
        places = [Place(int(late), int(rank), at, id) for late, rank, at, id in rows]
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
        given = {"most": most, **parameters(viewer, now)}
        by_people = await self._read(_COUNTED_BY_PEOPLE, **given)
        found = {view: int(count) for view, count in zip(OWN, by_people[0])}
        for view, statement in _COUNTS.items():
            found[view] = int((await self._read(statement, **given))[0][0])
        return found

    async def choices(self) -> Choices:
        """Return what the filters offer."""
        return Choices(*[sorted(row[0] for row in await self._read(each)) for each in _CHOICES])

    async def _details(self, places: list[Place], *, closed: bool = False) -> list[Listed]:
        if not places:
            return []
        ids = [place.conversation_id for place in places]
        found = {row[0]: row for row in await self._read(_DETAILS[closed], ids=ids)}
        return [_listed(place, found[place.conversation_id]) for place in places if place.conversation_id in found]

    async def _read(self, statement: Any, **given: Any) -> list[Any]:
        session = await self._transaction.orm()
        return list((await session.execute(statement, given)).all())


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
