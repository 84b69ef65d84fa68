"""Who is at the desk."""

from __future__ import annotations

from datetime import timedelta

from bot.aftersales.audit import AuditEvent
from bot.services import presence
from bot.services.account import Account, Presence, Role
from tests.fakes import FakeDatabase, fake_unit_of_work_factory
from tests.unit.aftersales.builders import NOW

SECOND = timedelta(seconds=1)


def an_account(**more: object) -> Account:
    return Account("ana", "ana", "Ana", "", Role.AGENT, NOW, **more)  # type: ignore[arg-type]


async def test_opening_the_desk_makes_online_and_is_recorded_once() -> None:
    database = FakeDatabase()
    uow_factory = fake_unit_of_work_factory(database)
    async with uow_factory() as uow:
        uow.accounts.add(an_account())
        await uow.commit()
    for seconds in (0, 15):
        async with uow_factory() as uow:
            assert await presence.beat(uow, "ana", NOW + seconds * SECOND, arrives=True) is Presence.ONLINE
    assert [event.action for event in database.all(AuditEvent)] == ["account.presence_changed"]


async def test_who_says_to_be_offline_stays_so_while_the_page_is_loaded_anew() -> None:
    uow_factory = fake_unit_of_work_factory(FakeDatabase())
    async with uow_factory() as uow:
        uow.accounts.add(an_account(presence=Presence.ONLINE, seen_at=NOW))
        await uow.commit()
        await presence.choose(uow, "ana", Presence.OFFLINE, NOW)
        assert await presence.beat(uow, "ana", NOW + 20 * SECOND, arrives=True) is Presence.OFFLINE


async def test_a_network_that_was_away_changes_nothing_one_has_said() -> None:
    uow_factory = fake_unit_of_work_factory(FakeDatabase())
    async with uow_factory() as uow:
        uow.accounts.add(an_account(presence=Presence.OFFLINE, seen_at=NOW))
        await uow.commit()
        assert await presence.beat(uow, "ana", NOW + 300 * SECOND) is Presence.OFFLINE


def test_who_shows_no_sign_of_life_for_a_minute_is_offline() -> None:
    ana = an_account(presence=Presence.ONLINE, seen_at=NOW)
    assert presence.presence_of(ana, NOW + 60 * SECOND) is Presence.ONLINE
    assert presence.presence_of(ana, NOW + 61 * SECOND) is Presence.OFFLINE


def test_who_may_not_log_in_any_more_is_offline() -> None:
    ana = an_account(presence=Presence.ONLINE, seen_at=NOW, disabled_at=NOW)
    assert presence.online([ana], NOW) == []
