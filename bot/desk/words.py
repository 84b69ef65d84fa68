"""What an agent writes in a conversation, changes and takes back; reading it and having it translated."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.aftersales.evidence import EvidenceRefusal
from bot.conversations.translating import MOST_AT_ONCE
from bot.conversations.words import Original
from bot.desk import transcript, workspace
from bot.desk.actions import LONGEST_TEXT, body_of, conflict, failure
from bot.desk.engines import ENGINES, told, why_not
from bot.desk.keys import Desk, desk_of, visitor_of
from bot.desk.numbers import number_of
from bot.desk.pages import fragment, texts_of
from bot.desk.permissions import Permission, needs
from bot.desk.texts import DESK_LANGUAGES, Texts
from bot.desk.transcript import reader_of
from bot.errors import ConflictError, EvidenceRefusedError, MessageFixedError, NotFoundError
from bot.evidence.forms import DamagedFormError, read_form
from bot.services import evidence as pieces
from bot.services import lifecycle

_LARGEST_ID = 2**62


@needs(Permission.ANSWER)
async def reply(request: web.Request) -> web.Response:
    """Send an answer to the customer; ``original`` is what it was translated from, with the ``engine``."""
    desk, visitor = await _subject(request)
    body = await body_of(request)
    text, original = text_in(body), _original(body)
    conversation_id = request.match_info["id"]
    return await _do(
        request, lambda: desk.router.words.say(conversation_id, visitor.account.id, text, original=original)
    )


@needs(Permission.ANSWER)
async def note(request: web.Request) -> web.Response:
    """Keep an internal note."""
    desk, visitor = await _subject(request)
    text = text_in(await body_of(request))
    return await _do(request, lambda: desk.router.words.note(request.match_info["id"], visitor.account.id, text))


@needs(Permission.ANSWER)
async def attach(request: web.Request) -> web.Response:
    """Send a file of a form, with a ``text`` beside it or none, to the customer."""
    desk, visitor = await _subject(request)
    store, evidence_id, conversation_id = desk.evidence, pieces.new_id(), request.match_info["id"]
    agent_id = visitor.account.id
    async with desk.uow() as uow:
        handoff = await uow.escalations.open_of(conversation_id)
    if handoff is None or handoff.agent_id != agent_id:
        # Asked before the file is read: ten megabytes for nothing help nobody.
        return await conflict(request)
    try:
        with store.receive() as file:
            fields = await read_form(request, file)
            text = fields.get("text", "").strip()
            if len(text) > LONGEST_TEXT:
                raise web.HTTPBadRequest(reason=f"Write at most {LONGEST_TEXT} characters at once.")
            copy = await store.keep(evidence_id, file)
    except DamagedFormError as error:
        raise web.HTTPBadRequest(reason="The file did not arrive as a whole.") from error
    except EvidenceRefusedError as error:
        return failure(422, error.code, _why_refused(EvidenceRefusal(error.reason), texts_of(request)))

    async def add(uow: Any) -> None:
        await pieces.add_of_agent(uow, evidence_id, conversation_id, copy, agent_id, desk.clock())

    shown = {"id": evidence_id, "kind": copy.kind.value}
    try:
        await desk.router.words.say(conversation_id, agent_id, text, attachment=shown, within=add)
    except (ConflictError, NotFoundError):
        await store.remove(evidence_id)
        return await conflict(request)
    return web.json_response({"ok": True})


@needs(Permission.ANSWER)
async def edit(request: web.Request) -> web.Response:
    """Replace one's own message within a minute."""
    desk, visitor = await _subject(request)
    body = await body_of(request)
    text, original, message_id = text_in(body), _original(body), _id(request.match_info["message"])
    words, agent_id = desk.router.words, visitor.account.id
    return await _change(request, lambda: words.edit(message_id, agent_id, text, original=original))


@needs(Permission.ANSWER)
async def retract(request: web.Request) -> web.Response:
    """Take one's own message back within a minute, and delete the file that it brought."""
    desk, visitor = await _subject(request)
    message_id = _id(request.match_info["message"])

    async def act() -> None:
        file = await desk.router.words.retract(message_id, visitor.account.id)
        if file is not None:
            await desk.evidence.remove(file)

    return await _change(request, act)


@needs(Permission.READ)
async def read(request: web.Request) -> web.Response:
    """Record that the agent has read everything up to ``message_id``."""
    desk, visitor = await _subject(request)
    message_id = _id((await body_of(request)).get("message_id"))
    await desk.router.words.read(request.match_info["id"], visitor.account.id, message_id)
    return web.json_response({"ok": True})


@needs(Permission.ANSWER)
async def translate(request: web.Request) -> web.Response:
    """Have the messages of ``ids`` translated, and return those that were as HTML, and why others were not."""
    desk, visitor = await _subject(request)
    given = (await body_of(request)).get("ids")
    if not isinstance(given, list) or len(given) > MOST_AT_ONCE:
        raise web.HTTPBadRequest(reason=f"Name at most {MOST_AT_ONCE} messages.")
    ids, texts, conversation_id = [_id(one) for one in given], texts_of(request), request.match_info["id"]
    outcomes = await desk.translating.messages(conversation_id, ids, texts.language)
    async with desk.uow() as uow:
        work = await workspace.load(uow, conversation_id, visitor.account.id, after=_LARGEST_ID)
        made = await uow.messages.some(conversation_id, [one for one, failed in outcomes.items() if failed is None])
    entries = transcript.entries(work, made, reader_of(request), desk.clock())
    return web.json_response(
        {
            "messages": fragment(request, "_messages.html", {"work": work, "entries": entries}),
            "unavailable": {one: why_not(failed.reason, texts) for one, failed in outcomes.items() if failed},
        }
    )


@needs(Permission.ANSWER)
async def translate_story(request: web.Request) -> web.Response:
    """Return what a case's story says in the agent's language, or why there is no translation of it."""
    desk, texts, number = desk_of(request), texts_of(request), request.match_info["number"]
    async with desk.uow() as uow:
        case = await lifecycle.case_of(uow, number)
    return web.json_response(told(await desk.translating.text(case.story, case.language, texts.language), texts))


def text_in(body: dict[str, Any]) -> str:
    """Return the text of a request, without white space around it."""
    return _bounded(body.get("text"))


def _bounded(given: object) -> str:
    text = given.strip() if isinstance(given, str) else ""
    if not text:
        raise web.HTTPBadRequest(reason="There is no text.")
    if len(text) > LONGEST_TEXT:
        raise web.HTTPBadRequest(reason=f"Write at most {LONGEST_TEXT} characters at once.")
    return text


def _original(body: dict[str, Any]) -> Original | None:
    given = body.get("original")
    if given is None:
        return None
    if not isinstance(given, dict) or given.get("engine") not in ENGINES or given.get("language") not in DESK_LANGUAGES:
        raise web.HTTPBadRequest(reason="The original is not complete.")
    text = _bounded(given.get("text"))
    return Original(text, str(given["language"]), str(given["engine"]), given.get("is_edited") is True)


def _id(given: object) -> int:
    found = number_of(given)
    if found is None:
        raise web.HTTPBadRequest(reason="This is no message.")
    return found


async def _subject(request: web.Request) -> tuple[Desk, Any]:
    desk, conversation_id = desk_of(request), request.match_info["id"]
    async with desk.uow() as uow:
        if await uow.conversations.get(conversation_id) is None:
            raise NotFoundError("conversation", conversation_id)
        if "message" in request.match_info:
            found = await uow.messages.get(_id(request.match_info["message"]))
            if found is None or found.conversation_id != conversation_id:
                raise NotFoundError("message", request.match_info["message"])
    return desk, visitor_of(request)


async def _do(request: web.Request, act: Callable[[], Awaitable[Any]]) -> web.Response:
    try:
        await act()
    except ConflictError:
        return await conflict(request)
    except NotFoundError as error:
        return failure(404, error.code, texts_of(request)("The bot handles this conversation. Take it over first."))
    return web.json_response({"ok": True})


async def _change(request: web.Request, act: Callable[[], Awaitable[Any]]) -> web.Response:
    texts = texts_of(request)
    try:
        await act()
    except NotFoundError as error:
        return failure(404, error.code, texts("Only your own messages can be changed."))
    except MessageFixedError as error:
        why = {
            "too_late": texts("Messages can be changed for a minute after they were sent."),
            "channel": texts("On this channel messages cannot be changed once they are sent."),
            "retracted": texts("This message was retracted already."),
            "under_way": texts("This message is just being sent. Try again in a moment."),
            "refused": texts("The customer's app did not accept the change. The message stays as it was."),
            "unsure": texts("The customer's app did not say whether it made the change. Try again."),
        }
        return failure(409, error.code, why[error.reason])
    return web.json_response({"ok": True})


def _why_refused(reason: EvidenceRefusal, texts: Texts) -> str:
    return {
        EvidenceRefusal.TOO_LARGE: texts("This file is too large. Send up to 10 MB."),
        EvidenceRefusal.UNSUPPORTED_TYPE: texts("Send a photo (JPEG, PNG, WebP, HEIC) or a PDF."),
        EvidenceRefusal.UNREADABLE: texts("This file cannot be opened. It may be damaged."),
        EvidenceRefusal.TOO_MANY: texts("Too many files were sent in this hour."),
        EvidenceRefusal.ENCRYPTED: texts("This document is protected with a password."),
        EvidenceRefusal.TOO_MANY_PAGES: texts("This document is too long. Send up to 20 pages."),
    }[reason]


ROUTES = [
    web.post("/conversations/{id}/reply", reply),
    web.post("/conversations/{id}/note", note),
    web.post("/conversations/{id}/attach", attach),
    web.post("/conversations/{id}/messages/{message}/edit", edit),
    web.post("/conversations/{id}/messages/{message}/retract", retract),
    web.post("/conversations/{id}/read", read),
    web.post("/conversations/{id}/translate", translate),
    web.post("/cases/{number}/translate", translate_story),
]
