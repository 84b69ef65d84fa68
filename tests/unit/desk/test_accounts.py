"""Accounts: who gets in, who is kept out, and what is left behind of it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.aftersales.audit import AuditEvent
from bot.errors import AuthenticationError, InvalidInputError, NotFoundError
from bot.services import accounts
from bot.services.account import LOCK, MAX_WRONG_PASSWORDS, Account, Role, Session
from tests.fakes import FakeDatabase, FakeUnitOfWork

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)
GOOD = "nine tall ships"


async def an_agent(database: FakeDatabase, name: str = "ana") -> tuple[Account, str]:
    async with FakeUnitOfWork(database) as uow:
        return await accounts.create_account(uow, name, "Ana Lima", Role.AGENT, NOW)


async def log_in(database: FakeDatabase, name: str, password: str, now: datetime = NOW) -> str:
    async with FakeUnitOfWork(database) as uow:
        _, token, _ = await accounts.log_in(uow, name, password, now)
    return token


async def fail(database: FakeDatabase, times: int, now: datetime = NOW) -> None:
    for _ in range(times):
        with pytest.raises(AuthenticationError):
            await log_in(database, "ana", "wrong", now)


async def test_a_created_account_logs_in_with_its_one_time_password() -> None:
    database = FakeDatabase()
    account, password = await an_agent(database)
    assert account.must_change_password
    assert password not in account.password_hash
    assert await log_in(database, " ANA ", password)


async def test_a_password_is_hashed_with_argon2id_and_much_memory(real_passwords: None) -> None:
    account, _ = await an_agent(FakeDatabase())
    kind, parameters = account.password_hash.split("$")[1], account.password_hash.split("$")[3]
    assert kind == "argon2id"
    assert int(parameters.split(",")[0].removeprefix("m=")) >= 19 * 1024


async def test_only_a_digest_of_the_session_token_is_kept() -> None:
    database = FakeDatabase()
    _, password = await an_agent(database)
    token = await log_in(database, "ana", password)
    (session,) = database.all(Session)
    assert token not in (session.token_digest, session.csrf_token)
    assert session.token_digest == accounts.digest(token)
    assert session.expires_at == NOW + timedelta(hours=12)


async def test_a_session_ends_after_twelve_hours() -> None:
    database = FakeDatabase()
    _, password = await an_agent(database)
    token = await log_in(database, "ana", password)
    async with FakeUnitOfWork(database) as uow:
        found = await accounts.session_of(uow, token, NOW + timedelta(hours=11, minutes=59))
        assert found and found[0].name == "ana"
        assert await accounts.session_of(uow, token, NOW + timedelta(hours=12)) is None


async def test_an_unknown_token_has_no_session() -> None:
    async with FakeUnitOfWork() as uow:
        assert await accounts.session_of(uow, "\ud800 nonsense", NOW) is None


async def test_five_wrong_passwords_lock_the_account_even_for_the_right_one() -> None:
    database = FakeDatabase()
    _, password = await an_agent(database)
    await fail(database, MAX_WRONG_PASSWORDS)
    with pytest.raises(AuthenticationError):
        await log_in(database, "ana", password)
    assert await log_in(database, "ana", password, NOW + LOCK)


async def test_a_right_password_forgets_the_wrong_ones_before_it() -> None:
    database = FakeDatabase()
    _, password = await an_agent(database)
    await fail(database, MAX_WRONG_PASSWORDS - 1)
    await log_in(database, "ana", password)
    await fail(database, MAX_WRONG_PASSWORDS - 1)
    assert await log_in(database, "ana", password)


async def test_unknown_name_wrong_password_and_lock_answer_alike() -> None:
    database = FakeDatabase()
    await an_agent(database)
    answers = []
    for name in ("ana", "nobody", *["ana"] * MAX_WRONG_PASSWORDS):
        with pytest.raises(AuthenticationError) as raised:
            await log_in(database, name, "wrong")
        answers.append((str(raised.value), raised.value.fields))
    assert len({str(answer) for answer in answers}) == 1


async def test_an_overlong_password_is_refused_unhashed() -> None:
    database = FakeDatabase()
    await an_agent(database)
    with pytest.raises(AuthenticationError):
        await log_in(database, "ana", "x" * 1_000_000)


async def test_login_and_logout_are_audited_without_names() -> None:
    database = FakeDatabase()
    account, password = await an_agent(database)
    token = await log_in(database, "ana", password)
    async with FakeUnitOfWork(database) as uow:
        await accounts.log_out(uow, token, NOW)
        assert await accounts.session_of(uow, token, NOW) is None
    events = database.all(AuditEvent)
    assert [e.action for e in events] == [
        "account.created",
        "account.logged_in",
        "account.logged_out",
    ]
    assert {e.subject for e in events} == {f"account:{account.id}"}
    assert "Ana" not in str([vars(e) for e in events])


async def test_a_changed_password_ends_every_other_session() -> None:
    database = FakeDatabase()
    account, password = await an_agent(database)
    elsewhere = await log_in(database, "ana", password)
    async with FakeUnitOfWork(database) as uow:
        changed, token, _ = await accounts.change_password(uow, account.id, password, GOOD, NOW)
    assert not changed.must_change_password
    async with FakeUnitOfWork(database) as uow:
        assert await accounts.session_of(uow, elsewhere, NOW) is None
        assert await accounts.session_of(uow, token, NOW)
    with pytest.raises(AuthenticationError):
        await log_in(database, "ana", password)
    assert await log_in(database, "ana", GOOD)


@pytest.mark.parametrize(
    ("new", "problem"),
    [
        ("short", "too_short"),
        ("x" * 201, "too_long"),
        ("ana is great!", "contains_name"),
        ("aaaaaaaaaaaa", "too_simple"),
    ],
)
async def test_a_poor_new_password_is_refused(new: str, problem: str) -> None:
    database = FakeDatabase()
    account, password = await an_agent(database)
    async with FakeUnitOfWork(database) as uow:
        with pytest.raises(InvalidInputError) as raised:
            await accounts.change_password(uow, account.id, password, new, NOW)
    assert raised.value.problem == problem


async def test_the_one_time_password_cannot_be_kept() -> None:
    database = FakeDatabase()
    account, password = await an_agent(database)
    async with FakeUnitOfWork(database) as uow:
        with pytest.raises(InvalidInputError):
            await accounts.change_password(uow, account.id, password, password, NOW)


async def test_guessing_the_old_password_locks_the_account_too() -> None:
    database = FakeDatabase()
    account, password = await an_agent(database)
    for _ in range(MAX_WRONG_PASSWORDS):
        async with FakeUnitOfWork(database) as uow:
            with pytest.raises(AuthenticationError):
                await accounts.change_password(uow, account.id, "wrong", GOOD, NOW)
    with pytest.raises(AuthenticationError):
        await log_in(database, "ana", password)


async def test_the_first_administrator_is_made_once() -> None:
    database = FakeDatabase()
    async with FakeUnitOfWork(database) as uow:
        password = await accounts.ensure_administrator(uow, lambda: NOW)
    assert password
    async with FakeUnitOfWork(database) as uow:
        assert await accounts.ensure_administrator(uow, lambda: NOW) is None
    assert await log_in(database, "admin", password)


@pytest.mark.parametrize("name", ["", "x", "has space", "<b>", "-dash", "a" * 65])
async def test_an_unusable_login_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError) as raised:
        await an_agent(FakeDatabase(), name)
    assert raised.value.field == "name"


async def test_a_login_name_is_given_once_whatever_its_case() -> None:
    database = FakeDatabase()
    await an_agent(database, "ana")
    with pytest.raises(InvalidInputError) as raised:
        await an_agent(database, "ANA")
    assert raised.value.problem == "taken"


async def test_a_reset_password_unlocks_and_ends_sessions() -> None:
    database = FakeDatabase()
    account, password = await an_agent(database)
    token = await log_in(database, "ana", password)
    await fail(database, MAX_WRONG_PASSWORDS)
    async with FakeUnitOfWork(database) as uow:
        fresh = await accounts.reset_password(uow, account.id, NOW, actor="agent:root")
        assert await accounts.session_of(uow, token, NOW) is None
    assert await log_in(database, "ana", fresh)


async def test_nobodys_password_cannot_be_reset() -> None:
    async with FakeUnitOfWork() as uow:
        with pytest.raises(NotFoundError):
            await accounts.reset_password(uow, "nobody", NOW, actor="agent:root")
