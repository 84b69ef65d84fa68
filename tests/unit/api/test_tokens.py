"""Tokens: shown once, kept as a digest, good until revoked or expired."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.errors import InvalidInputError, NotFoundError
from bot.services import api_tokens
from bot.services.api_ports import Scope
from tests.fakes import FakeDatabase, FakeUnitOfWork

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)


@pytest.fixture
def uow() -> FakeUnitOfWork:
    return FakeUnitOfWork(FakeDatabase())


async def test_a_token_is_known_by_its_secret_which_is_not_kept(uow: FakeUnitOfWork) -> None:
    token, secret = await api_tokens.create(uow, "erp", [Scope.ORDERS_WRITE, Scope.CASES_READ], NOW)
    assert secret.startswith(api_tokens.PREFIX)
    assert len(secret) == len(api_tokens.PREFIX) + 43
    assert secret not in repr(token)
    assert token.scopes == ["orders:write", "cases:read"]
    assert (await api_tokens.known(uow, secret, NOW)) is token
    assert token.last_used_at == NOW
    for wrong in ("", secret[:-1], secret + "x", "parley_\udc80", secret.replace("parley_", "")):
        assert await api_tokens.known(uow, wrong, NOW) is None


async def test_two_tokens_are_never_the_same(uow: FakeUnitOfWork) -> None:
    secrets = {(await api_tokens.create(uow, f"t{number}", list(Scope), NOW))[1] for number in range(20)}
    assert len(secrets) == 20


async def test_a_token_ends_when_it_expires_or_is_revoked(uow: FakeUnitOfWork) -> None:
    _, short = await api_tokens.create(uow, "short", list(Scope), NOW, expires_at=NOW + timedelta(days=1))
    _, gone = await api_tokens.create(uow, "gone", list(Scope), NOW)
    await api_tokens.revoke(uow, "gone", NOW)
    assert await api_tokens.known(uow, gone, NOW) is None
    assert await api_tokens.known(uow, short, NOW + timedelta(hours=23)) is not None
    assert await api_tokens.known(uow, short, NOW + timedelta(days=1)) is None
    with pytest.raises(NotFoundError):
        await api_tokens.revoke(uow, "gone", NOW)


async def test_making_and_revoking_is_in_the_audit_log_without_the_secret(uow: FakeUnitOfWork) -> None:
    token, secret = await api_tokens.create(uow, "erp", [Scope.CASES_READ], NOW)
    await api_tokens.revoke(uow, "erp", NOW)
    events = await uow.audit.of_subject(f"api_token:{token.id}")
    assert [event.action for event in events] == ["api_token.created", "api_token.revoked"]
    assert events[0].data == {"name": "erp", "scopes": ["cases:read"], "expires_at": None}
    assert secret not in repr([vars(event) for event in events])


async def test_a_use_is_noted_every_other_minute(uow: FakeUnitOfWork) -> None:
    token, secret = await api_tokens.create(uow, "erp", list(Scope), NOW)
    for seconds, noted in ((0, 0), (119, 0), (120, 120)):
        await api_tokens.known(uow, secret, NOW + timedelta(seconds=seconds))
        assert token.last_used_at == NOW + timedelta(seconds=noted)


async def test_a_name_in_use_or_without_form_is_refused(uow: FakeUnitOfWork) -> None:
    await api_tokens.create(uow, "erp", list(Scope), NOW)
    for name, scopes, expires in (
        ("erp", list(Scope), None),
        ("", list(Scope), None),
        ("two words", list(Scope), None),
        ("new", [], None),
        ("new", list(Scope), NOW),
    ):
        with pytest.raises(InvalidInputError):
            await api_tokens.create(uow, name, scopes, NOW, expires_at=expires)
