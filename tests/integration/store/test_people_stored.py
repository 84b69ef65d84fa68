"""Accounts, sessions and the audit log as people read it, on either database."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.aftersales.audit import AuditEvent
from bot.errors import AuthenticationError, ConflictError
from bot.services import accounts, invitations, presence, sessions
from bot.services.account import Account, Presence, Role, Session
from bot.services.people_ports import AuditFilter
from tests.integration.conftest import UowFactory
from tests.integration.store.things import NOW, plain


def an_account(**changed: object) -> Account:
    account = Account("a1", "ana", "Ana Lima", "hash", Role.AGENT, NOW, ["de"])
    for name, value in changed.items():
        setattr(account, name, value)
    return account


async def test_an_account_comes_back_as_it_was(uow_factory: UowFactory) -> None:
    full = {
        "disabled_at": NOW, "teams": ["europe"], "capacity": 7, "refund_limit": Decimal("150.50"),
        "desk_language": "de", "presence": Presence.AWAY, "seen_at": NOW,
        "totp_secret": "s", "totp_pending": "p", "totp_last_step": 59_000_000,
        "recovery_digests": ["x", "y"], "invitation_digest": "d", "invited_until": NOW + timedelta(hours=72),
    }  # fmt: skip
    async with uow_factory() as uow:
        uow.accounts.add(an_account(**full))
        await uow.commit()
    async with uow_factory() as uow:
        found = await uow.accounts.by_invitation("d")
        assert found is not None
        found.recovery_digests.remove("x")
        await uow.commit()
    async with uow_factory() as uow:
        again = await uow.accounts.get("a1")
    assert again is not None
    assert plain(again) == plain(an_account(**{**full, "recovery_digests": ["y"]}))


async def test_presence_is_written_without_disturbing_an_edit(uow_factory: UowFactory) -> None:
    async with uow_factory() as uow:
        uow.accounts.add(an_account())
        await uow.commit()
    async with uow_factory() as editing:
        edited = await editing.accounts.get("a1")
        assert edited is not None
        async with uow_factory() as uow:
            here = await uow.accounts.get("a1")
            assert here is not None
            await uow.accounts.note_presence(here, Presence.ONLINE, NOW)
            await uow.commit()
        edited.capacity = 9
        await editing.commit()
    async with uow_factory() as uow:
        found = await uow.accounts.get("a1")
    assert found is not None
    assert (found.presence, found.seen_at, found.capacity) == (Presence.ONLINE, NOW, 9)


@pytest.mark.parametrize(("seen_before", "arrives"), [(15, False), (15, True), (3600, True)])
async def test_a_sign_of_life_does_not_undo_what_somebody_says_of_themselves_meanwhile(
    uow_factory: UowFactory, seen_before: int, arrives: bool
) -> None:
    was_seen = NOW - timedelta(seconds=seen_before)
    async with uow_factory() as uow:
        uow.accounts.add(an_account(presence=Presence.ONLINE, seen_at=was_seen))
        await uow.commit()
    async with uow_factory() as beating:
        read = await beating.accounts.get("a1")
        async with uow_factory() as choosing:
            await presence.choose(choosing, "a1", Presence.AWAY, NOW)
        later = NOW + timedelta(seconds=1)
        assert await presence.beat(beating, "a1", later, arrives=arrives) is Presence.AWAY
    async with uow_factory() as uow:
        found = await uow.accounts.get("a1")
        said = [event.data for event in await uow.audit.of_subject("account:a1")]
    assert found is not None
    assert read is not None
    assert (found.presence, found.seen_at) == (read.presence, read.seen_at) == (Presence.AWAY, later)
    assert said == [{"presence": "away"}]


async def test_whoever_comes_back_after_the_grace_is_online(uow_factory: UowFactory) -> None:
    async with uow_factory() as uow:
        uow.accounts.add(an_account(presence=Presence.AWAY, seen_at=NOW - presence.GRACE))
        await uow.commit()
    for moment, who in ((NOW, Presence.AWAY), (NOW + presence.GRACE + timedelta(seconds=1), Presence.ONLINE)):
        async with uow_factory() as uow:
            assert await presence.beat(uow, "a1", moment, arrives=True) is who


async def test_a_link_is_used_by_only_one_of_two_at_once(uow_factory: UowFactory) -> None:
    async with uow_factory() as uow:
        uow.accounts.add(an_account(invitation_digest=accounts.digest("link"), invited_until=NOW + timedelta(hours=1)))
        await uow.commit()
    with pytest.raises((AuthenticationError, ConflictError)):
        async with uow_factory() as late:
            assert await invitations.invited_by(late, "link", NOW)
            async with uow_factory() as first:
                await invitations.accept(first, "link", "nine tall ships", NOW)
            await invitations.accept(late, "link", "ten small boats", NOW)
    async with uow_factory() as uow:
        found = await uow.accounts.get("a1")
    assert found is not None
    assert await accounts.is_password(found.password_hash, "nine tall ships")


async def test_sessions_are_listed_newest_first_and_an_ended_one_is_not_used_again(uow_factory: UowFactory) -> None:
    async with uow_factory() as uow:
        uow.accounts.add(an_account())
        for number in range(3):
            made = NOW + timedelta(minutes=number)
            uow.accounts.add_session(
                Session(f"d{number}", "a1", "csrf", made, made + timedelta(hours=12), "Firefox, Linux", made)
            )
        await uow.commit()
    async with uow_factory() as uow:
        found = await uow.accounts.sessions_of("a1")
        assert [session.token_digest for session in found] == ["d2", "d1", "d0"]
        async with uow_factory() as other:
            await other.accounts.end_session("d1")
            await other.commit()
    async with uow_factory() as uow:
        assert [session.id for session in await sessions.open_of(uow, "a1", NOW)] == ["d2", "d0"]


async def test_two_people_do_not_get_the_same_login_name(uow_factory: UowFactory) -> None:
    async with uow_factory() as uow:
        uow.accounts.add(an_account())
        await uow.commit()
    with pytest.raises(ConflictError):
        async with uow_factory() as uow:
            uow.accounts.add(an_account(id="a2"))
            await uow.commit()


async def test_the_audit_log_is_filtered_and_paged(uow_factory: UowFactory) -> None:
    async with uow_factory() as uow:
        for number in range(10):
            actor, action = ("agent:a1", "case.approved") if number % 2 else ("bot", "case_file.opened")
            subject = f"case:C{number}"
            uow.audit.add(AuditEvent(NOW + timedelta(hours=number), actor, action, subject, data={"n": number}))
        await uow.commit()
    async with uow_factory() as uow:
        trail = uow.audit_trail
        newest = await trail.page(AuditFilter(), 4)
        assert [event.data["n"] for event in newest] == [9, 8, 7, 6]
        assert [event.data["n"] for event in await trail.page(AuditFilter(), 4, newest[-1].id)] == [5, 4, 3, 2]
        for wanted, expected in (
            (AuditFilter(actor="bot"), [8, 6, 4, 2, 0]),
            (AuditFilter(action="case."), [9, 7, 5, 3, 1]),
            (AuditFilter(action="case_file.opened", subject="case:C4"), [4]),
            (AuditFilter(subject="case:"), list(reversed(range(10)))),
            (AuditFilter(subject="c%:"), []),
            (AuditFilter(since=NOW + timedelta(hours=3), until=NOW + timedelta(hours=5)), [4, 3]),
        ):
            assert [event.data["n"] for event in await trail.page(wanted, 50)] == expected, wanted
        assert await trail.actions() == ["case.approved", "case_file.opened"]
