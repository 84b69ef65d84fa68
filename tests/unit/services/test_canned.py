"""Canned responses: what may be kept, in which language they come, and what fills them."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from bot.aftersales.audit import AuditEvent
from bot.errors import ConflictError, InvalidInputError, NotFoundError
from bot.services import canned
from bot.services.words_model import CannedResponse
from tests.fakes import FakeUnitOfWork

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)


async def test_a_response_is_kept_under_its_shortcut_and_audited() -> None:
    uow = FakeUnitOfWork()
    response = await canned.add(uow, " /Hello-1 ", " A  greeting ", {"en": "Hi {customer}", "de": " "}, "root", NOW)
    assert (response.shortcut, response.title, response.texts) == ("hello-1", "A greeting", {"en": "Hi {customer}"})
    (event,) = uow.database.all(AuditEvent)
    assert (event.actor, event.action, event.data) == (
        "agent:root", "canned_response.added", {"after": {"en": "Hi {customer}"}},
    )  # fmt: skip
    assert uow.committed


@pytest.mark.parametrize(
    ("shortcut", "title", "texts", "field", "problem"),
    [
        ("", "t", {"en": "x"}, "shortcut", "not_a_word"),
        ("two words", "t", {"en": "x"}, "shortcut", "not_a_word"),
        ("-a", "t", {"en": "x"}, "shortcut", "not_a_word"),
        ("a" * 33, "t", {"en": "x"}, "shortcut", "too_long"),
        ("hi", "t", {"en": "x"}, "shortcut", "taken"),
        ("a", " ", {"en": "x"}, "title", "missing"),
        ("a", "t" * 81, {"en": "x"}, "title", "too_long"),
        ("a", "t", {"en": " "}, "texts", "missing"),
        ("a", "t", {"tlh": "x"}, "texts", "unknown_language"),
        ("a", "t", {"en": "x" * 2001}, "text_en", "too_long"),
        ("a", "t", {"en": "Dear {name}"}, "text_en", "unknown_variable"),
        ("a", "t", {"en": "Dear {}"}, "text_en", "unknown_variable"),
    ],
)
async def test_what_cannot_be_kept_is_refused_by_field(
    shortcut: str, title: str, texts: dict[str, str], field: str, problem: str
) -> None:
    uow = FakeUnitOfWork()
    await canned.add(uow, "hi", "Hi", {"en": "Hi"}, "root", NOW)
    with pytest.raises(InvalidInputError) as caught:
        await canned.add(uow, shortcut, title, texts, "root", NOW)
    assert (caught.value.field, caught.value.problem) == (field, problem)


async def test_of_two_who_change_a_response_the_second_is_told() -> None:
    uow = FakeUnitOfWork()
    response = await canned.add(uow, "hi", "Hi", {"en": "Hi"}, "root", NOW)
    assert response.id
    seen = response.version
    await canned.change(uow, response.id, seen, "hi", "Hi", {"en": "Hello"}, "root", NOW)
    response.version += 1
    with pytest.raises(ConflictError):
        await canned.change(uow, response.id, seen, "hi", "Hi", {"en": "Hey"}, "ben", NOW)
    with pytest.raises(ConflictError):
        await canned.remove(uow, response.id, seen, "ben", NOW)
    await canned.remove(uow, response.id, seen + 1, "ben", NOW)
    with pytest.raises(NotFoundError):
        await canned.remove(uow, response.id, seen + 1, "ben", NOW)


async def test_what_a_response_is_called_is_audited_where_it_changed() -> None:
    uow = FakeUnitOfWork()
    response = await canned.add(uow, "hi", "Hi", {"en": "Hi"}, "root", NOW)
    assert response.id
    await canned.change(uow, response.id, response.version, "hello", "Greeting", {"en": "Hi"}, "root", NOW)
    await canned.change(uow, response.id, response.version, "hello", "Greeting", {"en": "Hey"}, "root", NOW)
    _, renamed, rewritten = (event.data for event in uow.database.all(AuditEvent))
    assert renamed["shortcut"] == {"before": "hi", "after": "hello"}
    assert renamed["title"] == {"before": "Hi", "after": "Greeting"}
    assert rewritten == {"before": {"en": "Hi"}, "after": {"en": "Hey"}}


@pytest.mark.parametrize(
    ("language", "found"),
    [("de", "de"), ("zh-TW", "zh"), ("pl", "en"), (None, "en"), ("en", "en")],
)
def test_the_customers_language_is_chosen_and_then_what_is_nearest(language: str | None, found: str) -> None:
    response = CannedResponse("hi", "Hi", {"en": "Hi", "de": "Tag", "zh": "您好"}, NOW)
    assert canned.version_for(response, language) == (found, response.texts[found])


def test_a_response_without_english_comes_in_what_there_is() -> None:
    assert canned.version_for(CannedResponse("hi", "Hi", {"fr": "Salut", "it": "Ciao"}, NOW), "de")[0] == "fr"


def test_what_is_not_known_stays_in_braces_and_values_are_not_filled_again() -> None:
    text = "{customer}: order {order}, {case}"
    assert canned.filled(text, {"customer": "{case}", "order": None, "case": "C1"}) == "{case}: order {order}, C1"
