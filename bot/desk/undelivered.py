"""What did not reach customers on messaging platforms, and sending it again."""

from __future__ import annotations

from aiohttp import web

from bot.conversations import undelivered
from bot.desk.keys import desk_of, visitor_of
from bot.desk.numbers import number_of
from bot.desk.pages import page
from bot.desk.permissions import Permission, needs

PAGE = 50
_PLACE = "/desk/undelivered"


@needs(Permission.READ)
async def show(request: web.Request) -> web.StreamResponse:
    """List the messages that were given up, newest first, and how many there are of each kind."""
    before = number_of(request.query.get("before"))
    async with desk_of(request).uow() as uow:
        letters = await undelivered.dead_letters(uow, PAGE + 1, before)
        groups = await uow.outbox.dead_groups()
        customers = await uow.customers.proved_in({letter.conversation.id for letter in letters[:PAGE]})
    values = {
        "letters": letters[:PAGE],
        "groups": [group for group in groups if group.messages > 1],
        "most_at_once": undelivered.MOST_AT_ONCE,
        "customers": customers,
        "sent": number_of(request.query.get("sent")),
        "older": letters[PAGE - 1].message.id if len(letters) > PAGE else None,
        "is_first": before is None,
    }
    return page(request, "undelivered.html", values)


@needs(Permission.ANSWER)
async def resend(request: web.Request) -> web.StreamResponse:
    """Let a message be tried again; one that somebody else had tried again meanwhile is none that is listed."""
    desk, visitor = desk_of(request), visitor_of(request)
    async with desk.uow() as uow:
        await undelivered.resend(uow, int(request.match_info["id"]), visitor.account.id, desk.clock())
        await uow.commit()
    raise web.HTTPSeeOther(f"{_PLACE}?sent=1")


@needs(Permission.ANSWER)
async def resend_all(request: web.Request) -> web.StreamResponse:
    """Let the oldest messages of a channel that were given up for one reason be tried again."""
    desk, visitor, form = desk_of(request), visitor_of(request), await request.post()
    channel, reason = str(form.get("channel", "")), str(form.get("reason", ""))
    async with desk.uow() as uow:
        sent = await undelivered.resend_all(uow, channel, reason, visitor.account.id, desk.clock())
        await uow.commit()
    raise web.HTTPSeeOther(f"{_PLACE}?sent={len(sent)}")


ROUTES = [
    web.get("/undelivered", show),
    web.post("/undelivered/resend", resend_all),
    web.post(r"/undelivered/{id:\d{1,15}}/resend", resend),
]
