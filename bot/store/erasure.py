"""Deleting and replacing what is about people.

Rows that tax law or the shop's figures need stay, and lose every word and name. These statements go past the classes,
so they raise the version of what a running turn might be about to change: it then meets a conflict instead of writing
back what was erased.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Table, and_, delete, func, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.aftersales.case import OPEN, CaseState
from bot.aftersales.escalation import EscalationState
from bot.aftersales.identification import IN_CONVERSATION
from bot.aftersales.order import Address
from bot.aftersales.shop_event import ShopEventState
from bot.aftersales.task import TaskState
from bot.services.inbox_ports import EntryKind
from bot.services.privacy_ports import Belongings, Replacement
from bot.store.tables import (
    aftersales,
    approvals,
    claims,
    conversations,
    decisions,
    evidence,
    follow_up,
    inboxes,
    lifecycles,
    money,
    service_levels,
    shop,
    translations,
    words,
)

UNFINISHED_CASES = (*sorted(OPEN), CaseState.RESOLVED)
"""Until it is closed, a resolved case may be taken up again by a word of its customer."""

# Facts of an audit event that are codes, numbers, amounts or names of businesses; all others may hold words of people.
_HARMLESS = frozenset(
    "against alert amount announced by bytes case channel complaints confidence currency department difference due_at "
    "failure in_warranty is_repaired issue key kind liable metric months orders papers payer percent policy q_value "
    "quote rate_before rate_of_peers rating received refund remedy rule sku task team what".split()
)

# Short enough that it proves nobody's order (see ``Order.is_proved_by``), long enough to tell the region.
_POSTCODE_PREFIX = 2


async def anonymise_customer(session: AsyncSession, customer_id: str, orders: Collection[str], by: Replacement) -> None:
    """Replace a customer's name, e-mail address and phone number, and the addresses of the orders."""
    t, people = shop.orders, shop.customers
    await session.execute(delete(shop.order_origins).where(shop.order_origins.c.order_number.in_(orders)))
    await session.execute(
        update(people).where(people.c.id == customer_id).values(name=by.name, email=by.email, phone=None)
    )
    for number, address in (await session.execute(select(t.c.number, t.c.address).where(t.c.number.in_(orders)))).all():
        prefix = address.postcode.strip()[:_POSTCODE_PREFIX]
        rest = Address(by.name, "", prefix, "", address.country)
        await session.execute(
            update(t).where(t.c.number == number).values(address=rest, row_version=t.c.row_version + 1)
        )


async def clear_cases(session: AsyncSession, cases: Collection[str], now: datetime) -> None:
    """Empty everything that people wrote about cases, and say nothing more about them."""
    t, told = aftersales.cases, follow_up.notifications
    # The id of the message that opened a case may be the platform's.
    source: Any = "erased-" + t.c.number
    await session.execute(update(t).where(t.c.number.in_(cases)).values(source_message_id=source))
    # There is nobody left to say it to.
    unsaid = told.c.case_number.in_(cases), told.c.sent_at.is_(None)
    await session.execute(update(told).where(*unsaid).values(sent_at=now))
    t = follow_up.tasks
    await session.execute(update(t).where(t.c.case_number.in_(cases)).values(note=""))
    await forget_words(session, cases)


async def forget_words(session: AsyncSession, cases: Collection[str]) -> None:
    """Empty what people wrote about cases and what announcements said: stories, reasons, notes, results, comments.

    A task that is still open keeps its note: somebody has yet to do what it says.
    """
    t, told, tasks = aftersales.cases, follow_up.notifications, follow_up.tasks
    await session.execute(update(t).where(t.c.number.in_(cases)).values(story="", version=t.c.version + 1))
    for table, values in (
        (aftersales.offers, {"terms": {}, "note": ""}),
        (approvals.approvals, {"terms": {}, "reason": "", "answer": ""}),
        (decisions.liability_findings, {"reason": "", "facts": {}}),
        (claims.claims, {"answer": ""}),
        (lifecycles.customs_matters, {"reason": ""}),
        (service_levels.ratings, {"comment": None}),
    ):
        await session.execute(update(table).where(table.c.case_number.in_(cases)).values(**values))
    is_over = tasks.c.case_number.in_(cases), tasks.c.state != TaskState.OPEN
    await session.execute(update(tasks).where(*is_over).values(note="", result=""))
    # Which message said it stays known, without which it would count as never said.
    is_said = told.c.case_number.in_(cases), told.c.sent_at.is_not(None)
    await session.execute(update(told).where(*is_said).values(values={}))


async def forget_conversation(session: AsyncSession, conversation_id: str) -> None:
    """Delete a conversation's transcript, work lists, dialogue events and tries at orders.

    The conversation itself goes with them unless evidence of it is kept.
    """
    told = conversations.messages.c
    mine = select(told.id).where(told.conversation_id == conversation_id)
    await session.execute(delete(conversations.outbox).where(conversations.outbox.c.message_id.in_(mine)))
    for table in (
        words.mentions,
        words.message_revisions,
        words.read_states,
        inboxes.conversation_tags,
        inboxes.snoozes,
        inboxes.search_entries,
        conversations.outbox,
        conversations.messages,
        conversations.inbox,
        conversations.dialogue_turns,
        conversations.correspondents,
        aftersales.identifications,
        aftersales.known_customers,
    ):
        await session.execute(delete(table).where(table.c.conversation_id == conversation_id))
    tries = aftersales.try_counts
    await session.execute(delete(tries).where(tries.c.subject == IN_CONVERSATION.subject(conversation_id)))
    facts = aftersales.escalations
    await session.execute(
        update(facts).where(facts.c.conversation_id == conversation_id).values(facts={}, instruction=None)
    )
    pieces, t = evidence.evidence.c, conversations.conversations
    sent = select(pieces.id).where(pieces.conversation_id == conversation_id)
    await session.execute(delete(t).where(t.c.id == conversation_id, ~sent.exists()))


async def forget_share(session: AsyncSession, conversation_id: str, found: Belongings) -> None:
    """Delete what may be a customer's in a conversation that is other customers', too.

    What the bot remembers of it goes as a whole, since later turns build on earlier ones.
    """
    sharing, me = found.shared[conversation_id], found.customer_id
    told, received, handoffs = conversations.messages.c, conversations.inbox.c, aftersales.escalations.c
    said = await session.execute(select(told.id, told.at).where(told.conversation_id == conversation_id))
    messages = [id for id, at in said.all() if sharing.may_go_with(me, at, id)]
    for table in (conversations.outbox, words.mentions, words.message_revisions):
        await session.execute(delete(table).where(table.c.message_id.in_(messages)))
    entries = inboxes.search_entries
    for kind, keys in (
        (EntryKind.MESSAGE, [str(id) for id in messages]),
        (EntryKind.CASE, list(found.cases)),
        (EntryKind.ORDER, list(found.orders)),
    ):
        here = entries.c.conversation_id == conversation_id, entries.c.kind == kind, entries.c.key.in_(keys)
        await session.execute(delete(entries).where(*here))
    await session.execute(delete(conversations.messages).where(told.id.in_(messages)))
    came = select(received.position, received.received_at).where(received.conversation_id == conversation_id)
    positions = [place for place, at in (await session.execute(came)).all() if sharing.may_go_with(me, at)]
    await session.execute(delete(conversations.inbox).where(received.position.in_(positions)))
    for table, mine in (
        (conversations.dialogue_turns, true()),
        (aftersales.identifications, aftersales.identifications.c.order_number.in_(found.orders)),
        (aftersales.known_customers, aftersales.known_customers.c.customer_id == me),
    ):
        await session.execute(delete(table).where(table.c.conversation_id == conversation_id, mine))
    begun = select(handoffs.id, handoffs.opened_at).where(
        handoffs.conversation_id == conversation_id, handoffs.case_number.is_(None)
    )
    unnamed = [id for id, at in (await session.execute(begun)).all() if sharing.may_go_with(me, at)]
    mine = or_(handoffs.case_number.in_(found.cases), handoffs.id.in_(unnamed))
    await session.execute(update(aftersales.escalations).where(mine).values(facts={}, instruction=None))


async def rename_conversation(
    session: AsyncSession, conversation_id: str, pseudonym: str, found: Belongings, now: datetime
) -> None:
    """Replace a conversation's id, which may be a phone number or an account, in all that is kept of a customer."""
    t, clocks, tasks = aftersales.escalations, service_levels.service_clocks, follow_up.tasks
    is_shared = conversation_id in found.shared

    def mine(table: Table, column: str) -> Any:
        owned = found.cases if column == "case_number" else (found.customer_id,)
        here = table.c.conversation_id == conversation_id
        return and_(here, table.c[column].in_(owned)) if is_shared else here

    waiting = mine(t, "case_number"), aftersales.OPEN_ESCALATION
    await session.execute(
        update(t).where(*waiting).values(state=EscalationState.EXPIRED, ended_at=now, version=t.c.version + 1)
    )
    await _rename_audit(session, conversation_id, pseudonym, found)
    for table, condition in (
        (clocks, mine(clocks, "case_number")),
        (tasks, tasks.c.case_number.in_(found.cases)),
    ):
        key = func.replace(table.c.key, conversation_id, pseudonym)
        await session.execute(update(table).where(condition).values(key=key))
    for table, column in (
        (aftersales.cases, "customer_id"),
        (t, "case_number"),
        (follow_up.notifications, "case_number"),
        (clocks, "case_number"),
        (service_levels.ratings, "customer_id"),
        (service_levels.contacts, "customer_id"),
    ):
        await session.execute(update(table).where(mine(table, column)).values(conversation_id=pseudonym))


async def delete_evidence(session: AsyncSession, ids: Collection[str]) -> None:
    """Delete pieces of evidence and the conversations that were kept for nothing else; the files are the store's."""
    t, kept, told = evidence.evidence, conversations.conversations, conversations.messages.c
    of = list((await session.scalars(select(t.c.conversation_id).where(t.c.id.in_(ids)).distinct())).all())
    await session.execute(delete(t).where(t.c.id.in_(ids)))
    written = select(told.id).where(told.conversation_id == kept.c.id)
    left = select(t.c.id).where(t.c.conversation_id == kept.c.id)
    about = aftersales.cases.c
    waiting = select(about.number).where(about.conversation_id == kept.c.id, about.state.in_(UNFINISHED_CASES))
    needless = kept.c.id.in_(of), ~written.exists(), ~left.exists(), ~waiting.exists()
    await session.execute(delete(kept).where(*needless))


async def clear_reports(session: AsyncSession, orders: Collection[str], cases: Collection[str]) -> None:
    """Empty what the shop's systems reported about parcels, returns and repairs, and where parcels were scanned.

    A report that still waits for its turn keeps what it says until then.
    """
    t, parcels, scans = lifecycles.shop_events, shop.shipments.c, shop.tracking_events
    sent = select(parcels.id).where(parcels.order_number.in_(orders))
    await session.execute(update(scans).where(scans.c.shipment_id.in_(sent)).values(location=""))
    numbers = (await session.scalars(select(parcels.tracking_number).where(parcels.order_number.in_(orders)))).all()
    subjects = {f"tracking:{number}" for number in numbers}
    subjects |= await _subjects(session, cases)
    done = t.c.subject.in_(sorted(subjects)), t.c.state != ShopEventState.WAITING
    await session.execute(update(t).where(*done).values(payload={}))


async def forget_translations(session: AsyncSession) -> None:
    """Delete all remembered translations."""
    await session.execute(delete(translations.translations))


async def _rename_audit(session: AsyncSession, conversation_id: str, pseudonym: str, found: Belongings) -> None:
    t = aftersales.audit_events
    subjects = await _subjects(session, found.cases)
    here = t.c.conversation_id == conversation_id
    if conversation_id in found.shared:
        people = {f"order:{number}" for number in found.orders} | {f"customer:{found.customer_id}"}
        here = and_(here, t.c.subject.in_(sorted(subjects | people)))
    about = or_(here, t.c.subject.in_(sorted(subjects)))
    for id, subject, data in (await session.execute(select(t.c.id, t.c.subject, t.c.data).where(about))).all():
        values: dict[str, Any] = {"subject": subject.replace(conversation_id, pseudonym)}
        values["data"] = {name: value for name, value in data.items() if name in _HARMLESS}
        await session.execute(update(t).where(t.c.id == id).values(**values))
    await session.execute(update(t).where(here).values(conversation_id=pseudonym))


async def _subjects(session: AsyncSession, cases: Collection[str]) -> set[str]:
    """Return how the audit log and the shop name everything that belongs to cases."""
    found = {f"case:{number}" for number in cases}
    for kind, table, column in (
        ("return", aftersales.returns, "rma"),
        ("exchange", aftersales.exchanges, "rma"),
        ("repair", lifecycles.repairs, "number"),
        ("reshipment", lifecycles.reshipments, "number"),
        ("customs", lifecycles.customs_matters, "number"),
        ("refund", money.refunds, "number"),
        ("coupon", money.coupons, "number"),
        ("task", follow_up.tasks, "key"),
        ("claim", claims.claims, "number"),
        ("evidence", evidence.evidence, "id"),
    ):
        keys = (await session.scalars(select(table.c[column]).where(table.c.case_number.in_(cases)))).all()
        found |= {f"{kind}:{key}" for key in keys}
    return found
