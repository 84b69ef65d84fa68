"""What helps an agent to write: canned responses, suggestions, colleagues to mention, and a preview in translation."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.conversations.suggestions import Suggestion, SuggestionKind, suggestions
from bot.conversations.translating import is_same
from bot.desk import workspace
from bot.desk.actions import body_of
from bot.desk.engines import told
from bot.desk.keys import desk_of, visitor_of
from bot.desk.pages import texts_of
from bot.desk.permissions import Permission, needs
from bot.desk.texts import Texts
from bot.desk.words import text_in
from bot.errors import NotFoundError
from bot.services import canned


@needs(Permission.ANSWER)
async def helps(request: web.Request) -> web.Response:
    """Return as JSON what the composer offers in a conversation: ``canned``, ``suggestions`` and ``colleagues``.

    Texts come in the customer's language where there is one; ``meaning`` is the same in the agent's.
    """
    desk, visitor, texts = desk_of(request), visitor_of(request), texts_of(request)
    async with desk.uow() as uow:
        work = await workspace.load(uow, request.match_info["id"], visitor.account.id, after=2**62)
        responses = await uow.canned_responses.all()
        found = await suggestions(uow, work.conversation.id)
        people = [account for account in await uow.accounts.all() if account.is_active]
    language = work.conversation.language or work.conversation.locale or "en"
    case = work.cases[0].case.number if work.cases else None
    values = {
        "customer": work.customer.name if work.customer else None,
        "order": work.orders[0].number if work.orders else None,
        "case": case,
        "agent": visitor.account.display_name,
    }
    canned_shown = []
    for response in responses:
        code, text = canned.version_for(response, language)
        own, meaning = canned.version_for(response, texts.language)
        canned_shown.append(
            {
                "shortcut": response.shortcut,
                "title": response.title,
                "text": canned.filled(text, values),
                "language": code,
                "suits": is_same(code, language),
                "meaning": canned.filled(meaning, values) if own != code else None,
            }
        )
    return web.json_response(
        {
            "canned": canned_shown,
            "suggestions": [_shown(desk.router.phrase, found_, language, texts) for found_ in found],
            "colleagues": [
                {"name": person.name, "display_name": person.display_name}
                for person in people
                if person.id != visitor.account.id
            ],
        }
    )


@needs(Permission.ANSWER)
async def preview(request: web.Request) -> web.Response:
    """Return an agent's ``text`` in the customer's language, or why there is no translation of it."""
    desk, texts = desk_of(request), texts_of(request)
    text = text_in(await body_of(request))
    async with desk.uow() as uow:
        conversation = await uow.conversations.get(request.match_info["id"])
    if conversation is None:
        raise NotFoundError("conversation", request.match_info["id"])
    language = conversation.language or conversation.locale
    if language is None:
        return web.json_response({"unavailable": texts("Nobody knows yet which language the customer writes.")})
    made = told(await desk.translating.text(text, texts.language, language), texts)
    languages = {"language": language, "source": texts.language} if "text" in made else {}
    return web.json_response({**made, **languages})


def _shown(phrase: Any, suggestion: Suggestion, language: str, texts: Texts) -> dict[str, Any]:
    text = phrase(suggestion.response, language, suggestion.values)
    own = None if is_same(language, texts.language) else phrase(suggestion.response, texts.language, suggestion.values)
    return {"title": _title(suggestion.kind, texts), "text": text, "language": language, "suits": True, "meaning": own}


def _title(kind: SuggestionKind, texts: Texts) -> str:
    return {
        SuggestionKind.OFFER: texts("Repeat the offer"),
        SuggestionKind.STATUS: texts("Status of the case"),
        SuggestionKind.LAST_NOTICE: texts("Repeat the last notice"),
        SuggestionKind.ASK_EVIDENCE: texts("Ask for a photo"),
        SuggestionKind.ASK_ORDER: texts("Ask for the order number"),
    }[kind]


ROUTES = [
    web.get("/conversations/{id}/help", helps),
    web.post("/conversations/{id}/preview", preview),
]
