"""Inviting people, changing what they may, and letting them go."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from bot.aftersales.audit import AuditEvent
from bot.aftersales.escalation import Escalation, EscalationReason
from bot.aftersales.labels import Priority
from bot.aftersales.task import Department, Task
from bot.errors import AuthenticationError, ConflictError, InvalidInputError, NotFoundError
from bot.services import accounts, invitations, people, sessions
from bot.services.account import Account, Presence, Role
from bot.services.profile import Profile, checked, profile_of
from tests.fakes import FakeDatabase, FakeUnitOfWork

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)
GOOD = "nine tall ships"
ANA = Profile("Ana Lima", Role.AGENT, ("de", "en"), ("returns",), 6, Decimal("150"))


async def an_administrator(database: FakeDatabase) -> Account:
    async with FakeUnitOfWork(database) as uow:
        account, _ = await accounts.create_account(uow, "root", "Rita Root", Role.ADMINISTRATOR, NOW)
    return account


async def an_invited(database: FakeDatabase, name: str = "ana", profile: Profile = ANA) -> tuple[Account, str]:
    async with FakeUnitOfWork(database) as uow:
        return await invitations.invite(uow, name, profile, NOW, actor="agent:root")


async def accept(database: FakeDatabase, token: str, password: str = GOOD, now: datetime = NOW) -> str:
    async with FakeUnitOfWork(database) as uow:
        _, opened, _ = await invitations.accept(uow, token, password, now, user_agent="")
    return opened


async def test_an_invited_person_chooses_a_password_and_is_in() -> None:
    database = FakeDatabase()
    account, token = await an_invited(database)
    opened = await accept(database, token)
    async with FakeUnitOfWork(database) as uow:
        assert await accounts.session_of(uow, opened, NOW)
        assert await accounts.log_in(uow, "ana", GOOD, NOW)
    assert not account.must_change_password
    assert profile_of(account) == replace(ANA, refund_limit=Decimal("150.00"))


async def test_nobody_logs_in_before_the_invitation_is_accepted() -> None:
    database = FakeDatabase()
    await an_invited(database)
    for password in ("", GOOD):
        async with FakeUnitOfWork(database) as uow:
            with pytest.raises(AuthenticationError):
                await accounts.log_in(uow, "ana", password, NOW)


async def test_a_link_works_once() -> None:
    database = FakeDatabase()
    _, token = await an_invited(database)
    await accept(database, token)
    with pytest.raises(AuthenticationError):
        await accept(database, token, "another tall ship")


async def test_a_link_works_for_three_days() -> None:
    database = FakeDatabase()
    _, token = await an_invited(database)
    with pytest.raises(AuthenticationError):
        await accept(database, token, now=NOW + timedelta(hours=72))
    assert await accept(database, token, now=NOW + timedelta(hours=71, minutes=59))


async def test_a_poor_password_does_not_use_the_link_up() -> None:
    database = FakeDatabase()
    _, token = await an_invited(database)
    with pytest.raises(InvalidInputError):
        await accept(database, token, "Password123!")
    assert await accept(database, token)


async def test_only_a_digest_of_the_link_is_kept() -> None:
    database = FakeDatabase()
    account, token = await an_invited(database)
    assert token not in str(vars(account))
    assert account.invitation_digest == accounts.digest(token)


async def test_a_new_link_makes_the_old_one_the_password_and_open_sessions_useless() -> None:
    database = FakeDatabase()
    account, first = await an_invited(database)
    opened = await accept(database, first)
    async with FakeUnitOfWork(database) as uow:
        _, second = await invitations.renew(uow, account.id, NOW, actor="agent:root")
        assert await accounts.session_of(uow, opened, NOW) is None
        with pytest.raises(AuthenticationError):
            await accounts.log_in(uow, "ana", GOOD, NOW)
        assert await invitations.invited_by(uow, first, NOW) is None
    assert await accept(database, second, "ten tall ships")


@pytest.mark.parametrize("token", ["", "nonsense", "\ud800"])
async def test_what_is_no_link_invites_nobody(token: str) -> None:
    database = FakeDatabase()
    await an_invited(database)
    async with FakeUnitOfWork(database) as uow:
        assert await invitations.invited_by(uow, token, NOW) is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"display_name": "  "}, "display_name"),
        ({"display_name": "x" * 81}, "display_name"),
        ({"display_name": "Ana\u202eamiL"}, "display_name"),
        ({"capacity": 0}, "capacity"),
        ({"capacity": 51}, "capacity"),
        ({"refund_limit": Decimal("-1")}, "refund_limit"),
        ({"refund_limit": Decimal("NaN")}, "refund_limit"),
        ({"refund_limit": Decimal("1000000.01")}, "refund_limit"),
    ],
)
def test_an_unusable_profile_is_refused(change: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInputError) as raised:
        checked(replace(ANA, **change))  # type: ignore[arg-type]
    assert raised.value.field == field


async def test_a_changed_profile_is_audited_with_before_and_after_but_without_names() -> None:
    database = FakeDatabase()
    root = await an_administrator(database)
    ana, _ = await an_invited(database)
    changed = replace(ANA, display_name="Ana Costa", role=Role.SUPERVISOR, refund_limit=None)
    async with FakeUnitOfWork(database) as uow:
        await people.change(uow, ana.id, changed, profile_of(ana).fingerprint, NOW, by=root)
    event = database.all(AuditEvent)[-1]
    assert (event.actor, event.action, event.subject) == (f"agent:{root.id}", "account.changed", f"account:{ana.id}")
    assert event.data == {
        "display_name": "changed",
        "role": ["agent", "supervisor"],
        "refund_limit": ["150.00", None],
    }
    assert "Ana" not in str(event.data)


async def test_saving_without_a_change_is_no_event() -> None:
    database = FakeDatabase()
    root = await an_administrator(database)
    ana, _ = await an_invited(database)
    before = len(database.all(AuditEvent))
    async with FakeUnitOfWork(database) as uow:
        await people.change(uow, ana.id, profile_of(ana), profile_of(ana).fingerprint, NOW, by=root)
    assert len(database.all(AuditEvent)) == before


async def test_the_second_of_two_administrators_is_told() -> None:
    database = FakeDatabase()
    root = await an_administrator(database)
    ana, _ = await an_invited(database)
    seen = profile_of(ana).fingerprint
    async with FakeUnitOfWork(database) as uow:
        await people.change(uow, ana.id, replace(ANA, capacity=9), seen, NOW, by=root)
        with pytest.raises(ConflictError):
            await people.change(uow, ana.id, replace(ANA, capacity=1), seen, NOW, by=root)
    assert ana.capacity == 9


async def test_administrators_can_neither_demote_nor_deactivate_themselves() -> None:
    database = FakeDatabase()
    root = await an_administrator(database)
    async with FakeUnitOfWork(database) as uow:
        with pytest.raises(InvalidInputError):
            agent = replace(profile_of(root), role=Role.AGENT)
            await people.change(uow, root.id, agent, profile_of(root).fingerprint, NOW, by=root)
        with pytest.raises(InvalidInputError):
            await people.deactivate(uow, root.id, NOW, by=root)
    assert (root.role, root.is_active) == (Role.ADMINISTRATOR, True)


async def test_a_deactivated_person_is_out_and_the_conversations_held_are_named() -> None:
    database = FakeDatabase()
    root = await an_administrator(database)
    ana, token = await an_invited(database)
    opened = await accept(database, token)
    async with FakeUnitOfWork(database) as uow:
        for number, agent in enumerate((ana.id, ana.id, root.id)):
            held = Escalation(f"c{number}", EscalationReason.ASKED_FOR_HUMAN, Priority.NORMAL, NOW, "en")
            held.assign(agent, NOW)
            uow.escalations.add(held)
        await uow.commit()
    async with FakeUnitOfWork(database) as uow:
        await uow.accounts.note_presence(ana, Presence.ONLINE, NOW)
        assert await people.deactivate(uow, ana.id, NOW, by=root) == ["c0", "c1"]
        assert await accounts.session_of(uow, opened, NOW) is None
        with pytest.raises(AuthenticationError):
            await accounts.log_in(uow, "ana", GOOD, NOW)
    assert ana.presence is Presence.OFFLINE
    event = database.all(AuditEvent)[-1]
    assert (event.action, event.data) == ("account.deactivated", {"conversations": 2, "tasks": 0})


async def test_what_a_deactivated_person_had_yet_to_do_is_nobodys() -> None:
    database = FakeDatabase()
    root = await an_administrator(database)
    ana, _ = await an_invited(database)
    open_, done, others = (Task(key, "C1", Department.LEGAL, "decide", NOW, NOW, owner=ana.id) for key in "abc")
    done.finish("done", NOW)
    others.owner = root.id
    database.all(Task).extend([open_, done, others])
    async with FakeUnitOfWork(database) as uow:
        await people.deactivate(uow, ana.id, NOW, by=root)
    assert [task.owner for task in (open_, done, others)] == [None, ana.id, root.id]
    released = [event for event in database.all(AuditEvent) if event.action == "task.released"]
    assert [(event.actor, event.subject) for event in released] == [(f"agent:{root.id}", "task:a")]


async def test_a_deactivated_person_comes_back_with_the_same_password() -> None:
    database = FakeDatabase()
    root = await an_administrator(database)
    ana, token = await an_invited(database)
    await accept(database, token)
    async with FakeUnitOfWork(database) as uow:
        await people.deactivate(uow, ana.id, NOW, by=root)
        await people.deactivate(uow, ana.id, NOW, by=root)
        await people.activate(uow, ana.id, NOW, by=root)
        assert await accounts.log_in(uow, "ana", GOOD, NOW)
    actions = [event.action for event in database.all(AuditEvent)]
    assert actions.count("account.deactivated") == 1


async def test_a_deactivated_persons_link_is_of_no_use() -> None:
    database = FakeDatabase()
    root = await an_administrator(database)
    ana, token = await an_invited(database)
    async with FakeUnitOfWork(database) as uow:
        await people.deactivate(uow, ana.id, NOW, by=root)
        assert await invitations.invited_by(uow, token, NOW) is None


async def test_one_session_is_ended_and_the_others_stay() -> None:
    database = FakeDatabase()
    ana, token = await an_invited(database)
    kept = await accept(database, token)
    async with FakeUnitOfWork(database) as uow:
        _, ended, session = await accounts.log_in(uow, "ana", GOOD, NOW, user_agent="Mozilla/5.0 (Windows) Firefox/140")
        assert session.user_agent == "Firefox, Windows"
    async with FakeUnitOfWork(database) as uow:
        await sessions.end(uow, ana.id, session.id, NOW, actor="agent:root")
        assert await accounts.session_of(uow, ended, NOW) is None
        assert await accounts.session_of(uow, kept, NOW)
        with pytest.raises(NotFoundError):
            await sessions.end(uow, ana.id, session.id, NOW, actor="agent:root")


async def test_a_session_of_somebody_else_cannot_be_named() -> None:
    database = FakeDatabase()
    ana, token = await an_invited(database)
    await accept(database, token)
    ben, other = await an_invited(database, "ben")
    await accept(database, other)
    async with FakeUnitOfWork(database) as uow:
        (of_ben,) = await sessions.open_of(uow, ben.id, NOW)
        with pytest.raises(NotFoundError):
            await sessions.end(uow, ana.id, of_ben.id, NOW, actor=f"agent:{ana.id}")


async def test_all_other_browsers_are_logged_out_at_once() -> None:
    database = FakeDatabase()
    ana, token = await an_invited(database)
    await accept(database, token)
    async with FakeUnitOfWork(database) as uow:
        _, _, own = await accounts.log_in(uow, "ana", GOOD, NOW)
        assert await sessions.end_others(uow, own, NOW) == 1
        assert [session.id for session in await sessions.open_of(uow, ana.id, NOW)] == [own.id]


async def test_the_last_use_of_a_browser_is_noted_every_few_minutes() -> None:
    database = FakeDatabase()
    _, token = await an_invited(database)
    await accept(database, token)
    async with FakeUnitOfWork(database) as uow:
        _, _, session = await accounts.log_in(uow, "ana", GOOD, NOW)
        for seconds in (10, 90, 150):
            await sessions.note_use(uow, session, NOW + timedelta(seconds=seconds))
    assert session.last_seen_at == NOW + timedelta(seconds=150)


async def test_a_lost_administrator_is_let_in_again_from_the_command_line() -> None:
    database = FakeDatabase()
    root = await an_administrator(database)
    root.disabled_at, root.totp_secret, root.recovery_digests = NOW, "secret", ["digest"]
    async with FakeUnitOfWork(database) as uow:
        password = await people.recover(uow, " ROOT", NOW)
        account, _, session = await accounts.log_in(uow, "root", password, NOW)
        with pytest.raises(NotFoundError):
            await people.recover(uow, "nobody", NOW)
    assert (account.must_change_password, session.awaits_code, account.recovery_digests) == (True, False, [])
