"""Conversations to take along: which there are, and what was said in them."""

from __future__ import annotations

from typing import Any

from bot.api import cursor
from bot.api.operation import Answer, Call
from bot.conversations.model import Conversation, Message
from bot.services.api_ports import Place
from bot.services.lifecycle_report import when
from bot.services.problem import ProblemError

DEFAULT_LIMIT = 50
DEFAULT_MESSAGES = 200


async def index(call: Call) -> Answer:
    """Answer a page of conversations, the longest silent first."""
    limit = call.values["limit"] or DEFAULT_LIMIT
    async with call.uow() as uow:
        export = uow.conversation_export
        found = await export.page(call.values["updated_since"], call.values["cursor"], limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    following = cursor.write(Place(last.last_message_at, last.id)) if last else None
    return Answer(200, {"conversations": [_conversation(one) for one in found[:limit]], "next": following})


async def messages(call: Call) -> Answer:
    """Answer what customers can see of a conversation, oldest first."""
    conversation_id, limit = call.values["id"], call.values["limit"] or DEFAULT_MESSAGES
    async with call.uow() as uow:
        if not await uow.conversation_export.exists(conversation_id):
            raise ProblemError(404, "not_found", "there is no conversation of this id")
        found = await uow.conversation_export.messages(conversation_id, call.values["after"] or 0, limit + 1)
    following = str(found[limit - 1].id) if len(found) > limit else None
    return Answer(200, {"messages": [_message(one) for one in found[:limit]], "next": following})


def _conversation(found: Conversation) -> dict[str, Any]:
    return {
        "id": found.id,
        "channel": found.channel,
        "language": found.language,
        "created_at": when(found.created_at),
        "last_message_at": when(found.last_message_at),
    }


def _message(found: Message) -> dict[str, Any]:
    # The conversation is in the address.
    return {name: value for name, value in found.as_json().items() if name != "recipient_id"}
