"""Which resolved cases nobody has said anything about since their customers were asked whether it is solved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, or_

from bot.aftersales.case import CaseState
from bot.aftersales.notification import ASK_SOLVED
from bot.conversations.model import Author
from bot.store.tables import aftersales, conversations, follow_up

_cases = aftersales.cases.c
_asked = follow_up.notifications.c
_said = conversations.messages.c
_handoffs = aftersales.escalations.c
_proofs = aftersales.identifications.c


def is_silent_since(moment: datetime) -> Any:
    """Return the condition on cases: the question was sent by a moment, and since then all was silent.

    Nobody wrote, and no person had the conversation, where the case was opened or where its order was proved.
    """
    was_asked: Any = exists().where(
        and_(
            _asked.case_number == _cases.number,
            _asked.response == ASK_SOLVED,
            _asked.created_at >= _cases.resolved_at,
            _asked.sent_at <= moment,
        )
    )
    has_written = and_(_said.author == Author.CUSTOMER, _said.at > moment)
    was_with_person = or_(_handoffs.ended_at.is_(None), _handoffs.ended_at > moment)
    is_disturbed = or_(
        *_of_case(_said.conversation_id, has_written), *_of_case(_handoffs.conversation_id, was_with_person)
    )
    return and_(_cases.state == CaseState.RESOLVED, was_asked, ~is_disturbed)


def _of_case(conversation_id: Any, happened: Any) -> tuple[Any, Any]:
    """Return that something happened in a case's own conversation, and that it did in another about its order.

    Apart from each other, because no index serves both at once.
    """
    is_proved = and_(_proofs.order_number == _cases.order_number, _proofs.proved_at.is_not(None))
    return (
        exists().where(and_(conversation_id == _cases.conversation_id, happened)),
        exists().where(and_(is_proved, conversation_id == _proofs.conversation_id, happened)),
    )
