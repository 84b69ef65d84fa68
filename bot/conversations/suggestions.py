"""What an agent could write next, in the customer's language: read off the conversation's case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.aftersales.case import Case, CaseState
from bot.aftersales.labels import IssueType, Label
from bot.aftersales.offer import OfferState, Proposer
from bot.conversations.ports import UnitOfWork
from bot.services import evidence, lifecycle, ports, wording
from bot.services.progress import progress_of

Phrase = Callable[[str, str, dict[str, Any]], str]
"""Return the text of a response by name, in a language, with values."""

_SHOWS = frozenset(
    {
        IssueType.DAMAGED,
        IssueType.DEFECTIVE,
        IssueType.WRONG_ITEM,
        IssueType.MISSING_ITEM,
        IssueType.NOT_AS_DESCRIBED,
        IssueType.COUNTERFEIT,
        IssueType.SAFETY_HAZARD,
    }
)


class SuggestionKind(Label):
    """What a suggested answer is about."""

    OFFER = "offer"
    STATUS = "status"
    LAST_NOTICE = "last_notice"
    ASK_EVIDENCE = "ask_evidence"
    ASK_ORDER = "ask_order"


@dataclass(frozen=True)
class Suggestion:
    """An answer an agent may take over: a response with its values, to be phrased in any language."""

    kind: SuggestionKind
    response: str
    values: dict[str, Any]


async def suggestions(uow: UnitOfWork, conversation_id: str) -> list[Suggestion]:
    """Return what could be written next in a conversation, the most pressing first; without a case the order is asked.

    An open offer comes first, then evidence that is missing, what the customer was told last, and how the case goes.
    """
    proved = await uow.identifications.proved_in(conversation_id)
    found = []
    for case in await uow.cases.of_conversation(conversation_id):
        if case.order_number in proved and (case.is_open or case.state is CaseState.RESOLVED):
            found += await _of_case(uow, case)
            break
    if not proved:
        found.append(Suggestion(SuggestionKind.ASK_ORDER, "utter_ask_order_number", {}))
    return found


async def _of_case(uow: UnitOfWork, case: Case) -> list[Suggestion]:
    found = []
    offer = case.offers[-1] if case.offers else None
    if offer is not None and offer.state is OfferState.PROPOSED and offer.proposed_by is not Proposer.CUSTOMER:
        found.append(Suggestion(SuggestionKind.OFFER, "utter_ask_offer", {"offer": wording.offered(offer)}))
    if case.is_open and case.issue_type in _SHOWS and not await evidence.of_case(uow, case.number):
        found.append(Suggestion(SuggestionKind.ASK_EVIDENCE, "utter_ask_evidence", {}))
    told = [notice for notice in await uow.notifications.of_case(case.number) if notice.message_id is not None]
    if told:
        found.append(Suggestion(SuggestionKind.LAST_NOTICE, told[-1].response, dict(told[-1].values)))
    found.append(Suggestion(SuggestionKind.STATUS, *(await progress_of(uow, case)).told()))
    return found


async def going_on_in(uow: ports.UnitOfWork, case_number: str) -> Case:
    """Return a case, or the one that it was merged into."""
    case = await lifecycle.case_of(uow, case_number)
    return await lifecycle.case_of(uow, case.merged_into) if case.merged_into else case
