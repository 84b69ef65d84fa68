"""The second factor: which codes are right, how often, and what is left behind of it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pyotp
import pytest

from bot.aftersales.audit import AuditEvent
from bot.errors import AuthenticationError, InvalidInputError
from bot.services import accounts, second_factor
from bot.services.account import LOCK, MAX_WRONG_PASSWORDS, Account, Role, Session
from tests.fakes import FakeDatabase, FakeUnitOfWork

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)
STEP = timedelta(seconds=30)
GOOD = "nine tall ships"


class Ana:
    """An agent with a second factor, whose authenticator app is at hand."""

    def __init__(self) -> None:
        self.database = FakeDatabase()
        self.recovery_codes: list[str] = []

    async def set_up(self, now: datetime = NOW) -> Ana:
        async with FakeUnitOfWork(self.database) as uow:
            account, one_time = await accounts.create_account(uow, "ana", "Ana Lima", Role.AGENT, now)
        async with FakeUnitOfWork(self.database) as uow:
            _, _, session = await accounts.change_password(uow, account.id, one_time, GOOD, now)
        async with FakeUnitOfWork(self.database) as uow:
            secret = await second_factor.begin(uow, account.id)
        self.totp = pyotp.TOTP(secret)
        async with FakeUnitOfWork(self.database) as uow:
            self.recovery_codes = await second_factor.confirm(uow, session, GOOD, self.code(now - STEP), now)
        return self

    @property
    def account(self) -> Account:
        return self.database.all(Account)[0]

    def code(self, at: datetime) -> str:
        return self.totp.at(int(at.timestamp()))

    async def give_password(self, now: datetime = NOW) -> str:
        async with FakeUnitOfWork(self.database) as uow:
            _, token, session = await accounts.log_in(uow, "ana", GOOD, now)
        assert session.awaits_code
        return token

    async def log_in(self, code: str, now: datetime = NOW, token: str | None = None) -> str:
        token = token or await self.give_password(now)
        async with FakeUnitOfWork(self.database) as uow:
            _, opened, _ = await second_factor.log_in(uow, token, code, now)
        return opened

    def actions(self) -> list[str]:
        return [event.action for event in self.database.all(AuditEvent)]


async def test_the_password_alone_opens_nothing() -> None:
    ana = await Ana().set_up()
    token = await ana.give_password()
    async with FakeUnitOfWork(ana.database) as uow:
        assert await accounts.session_of(uow, token, NOW) is None
        assert await second_factor.awaits_code(uow, token, NOW)


async def test_password_and_code_open_a_session_under_a_new_token() -> None:
    ana = await Ana().set_up()
    token = await ana.give_password()
    opened = await ana.log_in(ana.code(NOW), token=token)
    assert opened != token
    async with FakeUnitOfWork(ana.database) as uow:
        assert await accounts.session_of(uow, opened, NOW)
        assert await uow.accounts.session(accounts.digest(token)) is None


@pytest.mark.parametrize("steps", [-1, 0, 1])
async def test_a_clock_may_be_one_step_wrong(steps: int) -> None:
    ana = await Ana().set_up()
    later = NOW + 10 * STEP
    assert await ana.log_in(ana.code(later + steps * STEP), later)


@pytest.mark.parametrize("steps", [-2, 2])
async def test_a_clock_may_not_be_two_steps_wrong(steps: int) -> None:
    ana = await Ana().set_up()
    later = NOW + 10 * STEP
    with pytest.raises(AuthenticationError):
        await ana.log_in(ana.code(later + steps * STEP), later)


async def test_a_code_is_right_only_once() -> None:
    ana = await Ana().set_up()
    await ana.log_in(ana.code(NOW))
    with pytest.raises(AuthenticationError):
        await ana.log_in(ana.code(NOW))


async def test_a_code_older_than_the_one_used_last_is_not_right_any_more() -> None:
    ana = await Ana().set_up()
    later = NOW + 10 * STEP
    await ana.log_in(ana.code(later), later)
    with pytest.raises(AuthenticationError):
        await ana.log_in(ana.code(later - STEP), later)


async def test_the_code_that_switched_it_on_logs_nobody_in() -> None:
    ana = await Ana().set_up()
    with pytest.raises(AuthenticationError):
        await ana.log_in(ana.code(NOW - STEP))


async def test_a_recovery_code_lets_in_once_however_it_is_written() -> None:
    ana = await Ana().set_up()
    code = ana.recovery_codes[3]
    assert await ana.log_in(f" {code.replace('-', ' ').upper()} ")
    assert len(ana.account.recovery_digests) == second_factor.RECOVERY_CODES - 1
    with pytest.raises(AuthenticationError):
        await ana.log_in(code)


async def test_only_digests_of_recovery_codes_are_kept() -> None:
    ana = await Ana().set_up()
    kept = str(vars(ana.account))
    assert len(set(ana.recovery_codes)) == second_factor.RECOVERY_CODES
    assert not any(code in kept or code.replace("-", "") in kept for code in ana.recovery_codes)


async def test_wrong_codes_lock_the_account_for_right_ones_too() -> None:
    ana = await Ana().set_up()
    token = await ana.give_password()
    for _ in range(MAX_WRONG_PASSWORDS):
        with pytest.raises(AuthenticationError):
            await ana.log_in("000000", token=token)
    assert ana.account.is_locked(NOW)
    with pytest.raises(AuthenticationError):
        await ana.log_in(ana.code(NOW), token=token)
    assert await ana.log_in(ana.code(NOW + LOCK), NOW + LOCK)


async def test_a_right_password_does_not_forget_wrong_codes() -> None:
    ana = await Ana().set_up()
    for _ in range(MAX_WRONG_PASSWORDS):
        token = await ana.give_password()
        with pytest.raises(AuthenticationError):
            await ana.log_in("000000", token=token)
    assert ana.account.is_locked(NOW)


async def test_the_code_must_come_within_ten_minutes() -> None:
    ana = await Ana().set_up()
    token = await ana.give_password()
    late = NOW + accounts.CODE_WITHIN
    with pytest.raises(AuthenticationError):
        await ana.log_in(ana.code(late), late, token)


async def test_switching_on_needs_a_right_code_and_the_password() -> None:
    ana = Ana()
    async with FakeUnitOfWork(ana.database) as uow:
        account, password = await accounts.create_account(uow, "ana", "Ana Lima", Role.AGENT, NOW)
        _, _, session = await accounts.log_in(uow, "ana", password, NOW)
        secret = await second_factor.begin(uow, account.id)
        with pytest.raises(InvalidInputError):
            await second_factor.confirm(uow, session, password, "12345a", NOW)
        with pytest.raises(AuthenticationError):
            await second_factor.confirm(uow, session, "wrong", pyotp.TOTP(secret).at(int(NOW.timestamp())), NOW)
    assert not account.has_second_factor


async def test_looking_twice_shows_the_same_secret() -> None:
    database = FakeDatabase()
    async with FakeUnitOfWork(database) as uow:
        account, _ = await accounts.create_account(uow, "ana", "Ana Lima", Role.AGENT, NOW)
        assert await second_factor.begin(uow, account.id) == await second_factor.begin(uow, account.id)


async def test_switching_on_logs_other_browsers_out() -> None:
    ana = await Ana().set_up()
    assert len(ana.database.all(Session)) == 1


async def test_a_second_factor_that_is_on_cannot_be_begun_anew() -> None:
    ana = await Ana().set_up()
    async with FakeUnitOfWork(ana.database) as uow:
        with pytest.raises(InvalidInputError):
            await second_factor.begin(uow, ana.account.id)


async def test_switching_off_needs_password_and_code_and_forgets_everything() -> None:
    ana = await Ana().set_up()
    for password, code in ((GOOD, "000000"), ("wrong", ana.code(NOW))):
        async with FakeUnitOfWork(ana.database) as uow:
            with pytest.raises(AuthenticationError):
                await second_factor.turn_off(uow, ana.account.id, password, code, NOW)
    async with FakeUnitOfWork(ana.database) as uow:
        await second_factor.turn_off(uow, ana.account.id, GOOD, ana.code(NOW), NOW)
    assert (ana.account.totp_secret, ana.account.totp_last_step, ana.account.recovery_digests) == (None, None, [])
    assert ana.actions()[-1] == "account.second_factor_off"


async def test_new_recovery_codes_replace_the_old_ones() -> None:
    ana = await Ana().set_up()
    async with FakeUnitOfWork(ana.database) as uow:
        fresh = await second_factor.renew_recovery_codes(uow, ana.account.id, GOOD, ana.code(NOW), NOW)
    with pytest.raises(AuthenticationError):
        await ana.log_in(ana.recovery_codes[0])
    assert await ana.log_in(fresh[0])


async def test_an_administrator_removes_it_and_ends_every_session() -> None:
    ana = await Ana().set_up()
    opened = await ana.log_in(ana.code(NOW))
    async with FakeUnitOfWork(ana.database) as uow:
        await second_factor.remove(uow, ana.account.id, NOW, actor="agent:root")
        assert await accounts.session_of(uow, opened, NOW) is None
        _, _, session = await accounts.log_in(uow, "ana", GOOD, NOW)
    assert not session.awaits_code
    assert ana.database.all(AuditEvent)[-2].actor == "agent:root"


async def test_the_address_for_the_app_names_the_shop_and_the_login() -> None:
    ana = await Ana().set_up()
    address = second_factor.address_of(ana.account, ana.totp.secret)
    assert address == f"otpauth://totp/Parley:ana?secret={ana.totp.secret}&issuer=Parley"


async def test_the_audit_log_holds_no_secret_and_no_code() -> None:
    ana = await Ana().set_up()
    await ana.log_in(ana.recovery_codes[0])
    events = str([vars(event) for event in ana.database.all(AuditEvent)])
    assert "account.recovery_code_used" in events
    assert not any(secret in events for secret in (ana.totp.secret, *ana.recovery_codes))
