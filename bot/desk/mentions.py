"""Where an agent finds the notes in which colleagues mentioned them."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from bot.conversations.model import Message
from bot.conversations.ports import UnitOfWork
from bot.conversations.whispers import may_read
from bot.desk.keys import desk_of, visitor_of
from bot.desk.pages import page
from bot.desk.permissions import Permission, needs
from bot.services.words_model import Mention


@dataclass(frozen=True)
class Row:
    """A mention with the note that it is in, who wrote it, and the name of the customer."""

    mention: Mention
    note: Message
    by: str
    name: str | None


@needs(Permission.READ)
async def show(request: web.Request) -> web.Response:
    """List one's own mentions, those not seen first."""
    desk, visitor = desk_of(request), visitor_of(request)
    async with desk.uow() as uow:
        rows = await _rows(uow, visitor.account.id)
    return page(request, "mentions.html", {"rows": rows})


@needs(Permission.READ)
async def count(request: web.Request) -> web.Response:
    """Return as JSON how many of one's own mentions are unseen."""
    desk, visitor = desk_of(request), visitor_of(request)
    async with desk.uow() as uow:
        unseen = await uow.mentions.unseen_of(visitor.account.id)
    return web.json_response({"unseen": unseen})


async def _rows(uow: UnitOfWork, account_id: str) -> list[Row]:
    mentions = await uow.mentions.of_account(account_id)
    people = {account.id: account.display_name for account in await uow.accounts.all()}
    customers = await uow.customers.proved_in({mention.conversation_id for mention in mentions})
    rows = []
    for mention in mentions:
        note = await uow.messages.get(mention.message_id)
        if note is None or not may_read(note, account_id):
            continue
        customer = customers.get(mention.conversation_id)
        rows.append(Row(mention, note, people.get(mention.by_account_id, ""), customer.name if customer else None))
    return rows


ROUTES = [web.get("/mentions", show), web.get("/mentions/count", count)]
