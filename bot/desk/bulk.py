"""What people do to one or many conversations in the inbox: assign, close, tag, snooze. JSON in, JSON out.

Each conversation is a matter of its own: the answer says which were done, and of each other one why not.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.aftersales.escalation import GivenBy
from bot.desk.actions import body_of, moment_of
from bot.desk.keys import Desk, Visitor, desk_of, visitor_of
from bot.desk.pages import texts_of
from bot.desk.permissions import Permission, may, needs
from bot.desk.texts import Texts
from bot.errors import ConflictError, IllegalStateError, InvalidInputError, NotFoundError
from bot.services import inbox
from bot.services.account import Account

MOST_AT_ONCE = 100
_LONGEST_ID = 200


@dataclass(frozen=True)
class Item:
    """A conversation, and who had it when somebody looked (``escalations.holder_key``)."""

    conversation_id: str
    seen_with: str


_Act = Callable[[Item], Awaitable[Any]]


@needs(Permission.ANSWER)
async def assign(request: web.Request) -> web.Response:
    """Give conversations to somebody (``to``): to oneself, or as a supervisor to a colleague."""
    desk, visitor, _ = desk_of(request), visitor_of(request), texts_of(request)
    me, handling = visitor.account, desk.router.handling
    wanted = str((await body_of(request)).get("to"))
    if wanted != me.id and not may(me.role, Permission.SUPERVISE):
        raise web.HTTPForbidden(reason="Your role does not include this.")
    to = await _account(desk, wanted)

    async def act(item: Item) -> None:
        if item.seen_with == f"agent:{to.id}":
            return
        if to.id == me.id:
            await handling.take_over(item.conversation_id, me.id, me.display_name, seen_with=item.seen_with)
        else:
            await handling.give(
                item.conversation_id, to.id, to.display_name, GivenBy.COLLEAGUE, f"agent:{me.id}", item.seen_with
            )

    return await _each(request, act, _)


@needs(Permission.ANSWER)
async def close(request: web.Request) -> web.Response:
    """Resolve conversations: one's own and those that wait, as a supervisor also those of colleagues."""
    desk, visitor, _ = desk_of(request), visitor_of(request), texts_of(request)
    me, handling = visitor.account, desk.router.handling

    async def act(item: Item) -> None:
        _check_holder(item, visitor)
        if item.seen_with == "bot":
            raise NotFoundError("open handoff", item.conversation_id)
        await handling.close(item.conversation_id, me.id, seen_with=item.seen_with)

    return await _each(request, act, _)


@needs(Permission.ANSWER)
async def tag(request: web.Request) -> web.Response:
    """Give conversations a ``tag``, or take it from them where ``on`` is false."""
    desk, visitor = desk_of(request), visitor_of(request)
    body = await body_of(request)
    do = inbox.tag if body.get("on", True) is True else inbox.untag
    tag_id = str(body.get("tag"))[:_LONGEST_ID]

    async def act(item: Item) -> None:
        async with desk.uow() as uow:
            await do(uow, item.conversation_id, tag_id, visitor.account.id, desk.clock())
        _tell(desk, item.conversation_id)

    return await _each(request, act, texts_of(request))


@needs(Permission.ANSWER)
async def snooze(request: web.Request) -> web.Response:
    """Put conversations out of sight ``until`` a moment (ISO 8601), or bring them back where that is null."""
    desk, visitor = desk_of(request), visitor_of(request)
    until = moment_of((await body_of(request)).get("until"))
    for_others = may(visitor.account.role, Permission.SUPERVISE)

    async def act(item: Item) -> None:
        async with desk.uow() as uow:
            if until is None:
                await inbox.wake(uow, item.conversation_id, visitor.account.id, desk.clock())
            else:
                me = visitor.account.id
                await inbox.snooze(uow, item.conversation_id, until, me, desk.clock(), for_others=for_others)
        _tell(desk, item.conversation_id)

    return await _each(request, act, texts_of(request))


async def _each(request: web.Request, act: _Act, _: Texts) -> web.Response:
    desk, visitor = desk_of(request), visitor_of(request)
    done: list[str] = []
    refused: list[dict[str, str]] = []
    for item in _items(await body_of(request)):
        try:
            async with desk.uow() as uow:
                if await uow.conversations.get(item.conversation_id) is None:
                    raise NotFoundError("conversation", item.conversation_id)
            await act(item)
        except (ConflictError, IllegalStateError):
            refused.append({"id": item.conversation_id, "message": await _held_by(desk, visitor, item, _)})
        except NotFoundError:
            refused.append({"id": item.conversation_id, "message": _("Nobody has to answer this conversation now.")})
        except InvalidInputError as error:
            refused.append({"id": item.conversation_id, "message": _refusal(error, _)})
        else:
            done.append(item.conversation_id)
    if refused and not done:
        why = {"code": ConflictError.code, "message": refused[0]["message"]}
        return web.json_response({"error": why, "done": done, "refused": refused}, status=409)
    return web.json_response({"done": done, "refused": refused})


def _refusal(error: InvalidInputError, _: Texts) -> str:
    if error.field == "until":
        return _("Choose a time within the next 90 days.")
    if error.problem == "too_many":
        return _("A conversation can have {count} tags at most.", count=inbox.MOST_TAGS)
    return _("There is no such tag any more.")


async def _held_by(desk: Desk, visitor: Visitor, item: Item, _: Texts) -> str:
    async with desk.uow() as uow:
        handoff = await uow.escalations.open_of(item.conversation_id)
        holder = await uow.accounts.get(handoff.agent_id) if handoff and handoff.agent_id else None
    if handoff is None:
        return _("Nobody has to answer this conversation now.")
    if holder is None:
        return _("This conversation waits for a person again.")
    if holder.id == visitor.account.id:
        return _("You have this conversation by now.")
    return _("{name} has this conversation.", name=holder.display_name)


def _check_holder(item: Item, visitor: Visitor) -> None:
    is_anothers = item.seen_with.startswith("agent:") and item.seen_with != f"agent:{visitor.account.id}"
    if is_anothers and not may(visitor.account.role, Permission.SUPERVISE):
        raise ConflictError(held_by=item.seen_with)


async def _account(desk: Desk, account_id: str) -> Account:
    async with desk.uow() as uow:
        account = await uow.accounts.get(account_id)
    if account is None or not account.is_active:
        raise web.HTTPBadRequest(reason="There is nobody to give this to.")
    return account


def _items(body: dict[str, Any]) -> list[Item]:
    given = body.get("items")
    if not isinstance(given, list) or not 0 < len(given) <= MOST_AT_ONCE:
        raise web.HTTPBadRequest(reason=f"Give 1 to {MOST_AT_ONCE} conversations.")
    found: dict[str, Item] = {}
    for one in given:
        id, seen_with = (one.get("id"), one.get("from", "bot")) if isinstance(one, dict) else (None, None)
        if not isinstance(id, str) or not isinstance(seen_with, str) or len(id) > _LONGEST_ID or "\0" in id:
            raise web.HTTPBadRequest(reason="Give each conversation's id, and from whom it is.")
        found[id] = Item(id, seen_with)
    return list(found.values())


def _tell(desk: Desk, conversation_id: str) -> None:
    desk.router.feed.publish(conversation_id, {"type": "marks"})


ROUTES = [
    web.post("/queue/assign", assign),
    web.post("/queue/close", close),
    web.post("/queue/tag", tag),
    web.post("/queue/snooze", snooze),
]
