"""Canned responses: keeping them, choosing their language, and filling in what a conversation is about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from bot.aftersales.audit import AuditEvent
from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.l10n.languages import DEFAULT_LANGUAGE, LANGUAGES, fallback_chain
from bot.services.ports import UnitOfWork
from bot.services.words_model import CannedResponse

VARIABLES = ("customer", "order", "case", "agent")
"""What may stand in braces: the customer's name, the numbers of order and case, and who of the desk writes."""

LONGEST_SHORTCUT = 32
LONGEST_TITLE = 80
LONGEST_TEXT = 2000

_SHORTCUT = re.compile(r"[^\W_](?:[\w-]*[^\W_])?")
_PLACEHOLDER = re.compile(r"\{(\w*)\}")


async def add(
    uow: UnitOfWork, shortcut: str, title: str, texts: Mapping[str, str], agent_id: str, now: datetime
) -> CannedResponse:
    """Keep a new canned response; commits.

    Raises InvalidInputError, with ``taken`` where another one has the shortcut.
    """
    shortcut, title, written = await _checked(uow, shortcut, title, texts, None)
    response = CannedResponse(shortcut, title, written, now)
    uow.canned_responses.add(response)
    _record(uow, agent_id, "canned_response.added", shortcut, now, after=written)
    await uow.commit()
    return response


async def change(
    uow: UnitOfWork,
    response_id: int,
    version: int,
    shortcut: str,
    title: str,
    texts: Mapping[str, str],
    agent_id: str,
    now: datetime,
) -> CannedResponse:
    """Write a canned response anew; commits.

    ``version`` is that of what was looked at: raises ConflictError where somebody changed it since. Raises
    NotFoundError and InvalidInputError, too.
    """
    response = await _seen(uow, response_id, version)
    before, names = dict(response.texts), {"shortcut": response.shortcut, "title": response.title}
    response.shortcut, response.title, response.texts = await _checked(uow, shortcut, title, texts, response_id)
    response.updated_at = now
    named = {"shortcut": response.shortcut, "title": response.title}
    renamed = {name: {"before": names[name], "after": new} for name, new in named.items() if new != names[name]}
    changed: dict[str, Mapping[str, str]] = {"before": before, "after": response.texts, **renamed}
    _record(uow, agent_id, "canned_response.changed", response.shortcut, now, **changed)
    await uow.commit()
    return response


async def remove(uow: UnitOfWork, response_id: int, version: int, agent_id: str, now: datetime) -> None:
    """Forget a canned response; commits. Raises ConflictError where somebody changed it since, and NotFoundError."""
    response = await _seen(uow, response_id, version)
    await uow.canned_responses.remove(response)
    _record(uow, agent_id, "canned_response.removed", response.shortcut, now, before=dict(response.texts))
    await uow.commit()


def version_for(response: CannedResponse, language: str | None) -> tuple[str, str]:
    """Return the language and the text of a response that suit a customer's language best."""
    chain = (*fallback_chain(language or DEFAULT_LANGUAGE), DEFAULT_LANGUAGE)
    chosen = next((code for code in chain if code in response.texts), None) or min(response.texts)
    return chosen, response.texts[chosen]


def filled(text: str, values: Mapping[str, str | None]) -> str:
    """Return a text with its variables filled in; one whose value is not known stays, so that the agent sees it."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1]) or found[0], text)


async def _seen(uow: UnitOfWork, response_id: int, version: int) -> CannedResponse:
    response = await uow.canned_responses.get(response_id)
    if response is None:
        raise NotFoundError("canned response", str(response_id))
    if response.version != version:
        raise ConflictError(canned_response=response.shortcut)
    return response


async def _checked(
    uow: UnitOfWork, shortcut: str, title: str, texts: Mapping[str, str], response_id: int | None
) -> tuple[str, str, dict[str, str]]:
    """Return what may be kept of a form; raises InvalidInputError naming the field and what is wrong with it."""
    shortcut, title = shortcut.strip().removeprefix("/").casefold(), " ".join(title.split())
    if not shortcut or not _SHORTCUT.fullmatch(shortcut):
        raise InvalidInputError("shortcut", "not_a_word")
    if len(shortcut) > LONGEST_SHORTCUT:
        raise InvalidInputError("shortcut", "too_long")
    known = await uow.canned_responses.by_shortcut(shortcut)
    if known is not None and known.id != response_id:
        raise InvalidInputError("shortcut", "taken")
    if not title:
        raise InvalidInputError("title", "missing")
    if len(title) > LONGEST_TITLE:
        raise InvalidInputError("title", "too_long")
    written = {language: text.strip() for language, text in texts.items() if text.strip()}
    if not written:
        raise InvalidInputError("texts", "missing")
    for language, text in written.items():
        field = f"text_{language}"
        if language not in LANGUAGES:
            raise InvalidInputError("texts", "unknown_language")
        if len(text) > LONGEST_TEXT:
            raise InvalidInputError(field, "too_long")
        if any(name not in VARIABLES for name in _PLACEHOLDER.findall(text)):
            raise InvalidInputError(field, "unknown_variable")
    return shortcut, title, written


def _record(
    uow: UnitOfWork, agent_id: str, action: str, name: str, now: datetime, /, **data: Mapping[str, str]
) -> None:
    uow.audit.add(AuditEvent(now, f"agent:{agent_id}", action, f"canned_response:{name}", data=dict(data)))
