"""What an agent is suggested to write, phrased by the bot's own catalogue in the customer's language."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.aftersales.case import Case, CaseState
from bot.aftersales.evidence import Evidence, EvidenceKind
from bot.aftersales.identification import Identification
from bot.aftersales.labels import IssueType, Payer, Remedy
from bot.aftersales.money import Money
from bot.aftersales.notification import Notification
from bot.aftersales.offer import Offer, OfferState, Proposer
from bot.aftersales.return_ import Return, ReturnLine, ReturnMethod, ReturnState
from bot.conversations.suggestions import Suggestion, SuggestionKind, suggestions
from tests.fakes import FakeUnitOfWork

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)
DOMAIN = Path(__file__).resolve().parents[3] / "domain"
EUR = "EUR"


def responses() -> dict[str, Any]:
    files = [yaml.safe_load(file.read_text()) for file in sorted(DOMAIN.glob("*.yml"))]
    return {name: texts for file in files for name, texts in (file.get("responses") or {}).items()}


def phrased(suggestion: Suggestion, language: str) -> str:
    from bot.dialogue.nlg import Phrasing

    return str(Phrasing(responses(), language).text(suggestion.response, suggestion.values))


def a_case(**more: Any) -> Case:
    case = Case(
        "C1000001", "c-1", "k1", "10482733", IssueType.DAMAGED, NOW, NOW + timedelta(hours=4), "de", "web", "m1",
        state=CaseState.OFFERED,
    )  # fmt: skip
    return replace(case, **more)


@pytest.fixture
def uow() -> FakeUnitOfWork:
    uow = FakeUnitOfWork()
    uow.identifications.add(Identification("c-1", "10482733", proved_at=NOW))
    return uow


async def kinds(uow: FakeUnitOfWork) -> list[SuggestionKind]:
    return [found.kind for found in await suggestions(uow, "c-1")]


async def test_who_is_not_identified_is_asked_for_the_order() -> None:
    (found,) = await suggestions(FakeUnitOfWork(), "c-1")
    assert found.kind is SuggestionKind.ASK_ORDER
    assert phrased(found, "de") != phrased(found, "en")


async def test_an_open_offer_comes_first_in_the_words_of_the_bot(uow: FakeUnitOfWork) -> None:
    offer = Offer(Remedy.REFUND_PARTIAL, Proposer.BOT, NOW, Money(Decimal("12.50"), EUR))
    uow.cases.add(a_case(offers=[offer]))
    found = (await suggestions(uow, "c-1"))[0]
    assert found.kind is SuggestionKind.OFFER
    assert phrased(found, "en") == "We can pay back €12.50, and you keep the goods. Do you accept?"
    assert "12,50" in phrased(found, "de")


@pytest.mark.parametrize(
    ("state", "by"), [(OfferState.ACCEPTED, Proposer.BOT), (OfferState.PROPOSED, Proposer.CUSTOMER)]
)
async def test_what_is_settled_or_asked_for_is_no_offer_of_ours(
    uow: FakeUnitOfWork, state: OfferState, by: Proposer
) -> None:
    uow.cases.add(a_case(offers=[Offer(Remedy.COUPON, by, NOW, state=state, terms={"percent": "10"})]))
    assert SuggestionKind.OFFER not in await kinds(uow)


async def test_a_photo_is_asked_for_until_there_is_one_and_only_where_one_shows_something(uow: FakeUnitOfWork) -> None:
    case = a_case()
    uow.cases.add(case)
    assert SuggestionKind.ASK_EVIDENCE in await kinds(uow)
    uow.evidence.add(Evidence("e", "c-1", EvidenceKind.IMAGE, "image/jpeg", 1, 1, 1, "", NOW, case.number))
    assert SuggestionKind.ASK_EVIDENCE not in await kinds(uow)
    case.issue_type = IssueType.LATE_DELIVERY
    uow.evidence.rows.clear()
    assert SuggestionKind.ASK_EVIDENCE not in await kinds(uow)


async def test_the_status_names_the_return_and_until_when_it_has_to_be_sent(uow: FakeUnitOfWork) -> None:
    uow.cases.add(a_case(state=CaseState.EXECUTING))
    lines = [ReturnLine(1, 1, IssueType.DAMAGED)]
    uow.returns.add(
        Return(
            "R1000001", "C1000001", "10482733", ReturnMethod.DROP_OFF, NOW.date() + timedelta(days=14),
            Money(Decimal("39.00"), EUR), Payer.SHOP, NOW, lines, ReturnState.LABEL_ISSUED,
        )
    )  # fmt: skip
    status = (await suggestions(uow, "c-1"))[-1]
    text = phrased(status, "en")
    assert "R1000001" in text and "December 6, 2026" in text


async def test_the_last_notice_can_be_said_again(uow: FakeUnitOfWork) -> None:
    uow.cases.add(a_case())
    for number, sent_at in ((1, NOW), (2, NOW), (3, None)):
        notice = Notification(f"k{number}", "C1000001", "c-1", f"utter_{number}", NOW, {"n": number}, sent_at)
        notice.message_id = number if sent_at else None
        uow.notifications.add(notice)
    (again,) = [found for found in await suggestions(uow, "c-1") if found.kind is SuggestionKind.LAST_NOTICE]
    assert (again.response, again.values) == ("utter_2", {"n": 2})


async def test_a_case_whose_order_was_not_proved_here_gives_nothing_away(uow: FakeUnitOfWork) -> None:
    uow.cases.add(a_case(order_number="10499999"))
    assert await suggestions(uow, "c-1") == []
