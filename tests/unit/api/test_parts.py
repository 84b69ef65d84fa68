"""Cursors, patterns and the document, each by itself."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.api import cursor
from bot.api.openapi import describe
from bot.api.operations import operations
from bot.api.schemas.shop import MOMENT_PATTERN, shop_schemas
from bot.services.api_ports import Place, Scope
from bot.services.shop_document import Document, parse_moment

MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31), timezones=st.just(timezone.utc))


class Door:
    header = "X-Signature"
    max_bytes = 1

    def check(self, body: bytes, signature: str | None, now: datetime) -> None:
        """Let everybody in."""

    async def take(self, body: bytes, now: datetime) -> dict[str, Any]:
        return {"events": []}


@given(MOMENTS, st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=60))
def test_a_cursor_is_the_place_it_was_written_for(moment: datetime, key: str) -> None:
    assert cursor.read(cursor.write(Place(moment, key))) == Place(moment, key)


@given(st.from_regex(re.compile(cursor.PATTERN, re.ASCII), fullmatch=True))
def test_every_text_of_the_form_is_a_place(text: str) -> None:
    place = cursor.read(text)
    assert place is not None
    assert "\x00" not in place.key
    place.key.encode()


@given(MOMENTS, st.integers(-23 * 60, 23 * 60))
def test_every_moment_is_of_the_documented_form(moment: datetime, minutes: int) -> None:
    local = moment.astimezone(timezone(timedelta(minutes=minutes)))
    if 1970 <= local.year < 2200:
        text = local.isoformat()
        assert re.search(MOMENT_PATTERN, text)
        assert parse_moment(text) == moment


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("2024-02-29T00:00:00Z", True), ("2023-02-29T00:00:00Z", False), ("2100-02-29T00:00:00Z", False),
        ("2000-02-29 00:00:00.5+01:00", True), ("1969-12-31T23:59:59Z", False), ("2199-12-31t23:59:59z", True),
        ("2200-01-01T00:00:00Z", False), ("2024-04-31T00:00:00Z", False), ("2024-01-01T24:00:00Z", False),
        ("2024-01-01T00:00:00", False), ("2024-01-01T00:00:00+24:00", False),
    ],
)  # fmt: skip
def test_the_documented_form_of_moments_is_that_of_the_check(text: str, good: bool) -> None:
    problems = Document({"format": "parley-shop/1", "customers": [{"created_at": text}]}).problems
    assert any(location[-1] == "created_at" for location, _ in problems) is not good
    assert (re.search(MOMENT_PATTERN, text) is not None) is good


def test_what_is_in_the_address_is_not_in_the_body() -> None:
    schemas = shop_schemas()
    for name, key in (("ShopCustomer", "id"), ("ShopProduct", "id"), ("ShopOrder", "number")):
        assert key not in schemas[name]["properties"]
        assert key not in schemas[name]["required"]


def test_the_document_refers_to_nothing_that_is_not_in_it() -> None:
    document = describe(operations(Door()), "/api/v1", "1")
    text = json.dumps(document)
    named = set(re.findall(r'"#/components/schemas/(\w+)"', text))
    assert named <= document["components"]["schemas"].keys()
    assert '"$schema"' not in text
    assert '"format": "plain-text"' not in text
    ids = [entry["operationId"] for path in document["paths"].values() for entry in path.values()]
    assert len(ids) == len(set(ids)) == 12


def test_every_operation_has_a_scope_and_every_scope_an_operation() -> None:
    assert {operation.scope for operation in operations(Door())} == set(Scope)
