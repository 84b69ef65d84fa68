"""What the desk reads, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from datetime import datetime, timezone

from bot.desk import queue, workspace
from bot.desk.inbox_address import Asked
from bot.services import accounts
from bot.services.account import Account, Role
from bot.services.inbox_ports import View
from tests.integration.conftest import UowFactory
from tests.integration.desk.seed import Seed, fill
from tests.integration.desk.world import PASSWORD, password_hash

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=timezone.utc)


async def test_queue_and_conversation_read_alike_on_both_databases(uow_factory: UowFactory) -> None:
    await fill(Seed(uow_factory, NOW, password_hash()))
    async with uow_factory() as uow:
        ana = Account("ana", "ana", "Ana Lima", "", Role.AGENT, NOW)
        waiting = await queue.load(uow, ana, Asked(View.UNASSIGNED), NOW)
        with_bot = await queue.load(uow, ana, Asked(View.BOT), NOW)
        work = await workspace.load(uow, "c-anna", "ana")
    assert [(row.conversation_id, row.name) for row in waiting.rows][:2] == [
        ("c-anna", "Anna Schmidt"),
        ("c-li", None),
    ]
    assert waiting.rows[0].preview == "Beeilen Sie sich bitte, es riecht verbrannt"
    assert [row.conversation_id for row in with_bot.rows] == ["c-bot", "web/42?x#y"]
    assert [view.exchanges[0][1] for view in work.cases] == ["1 × Glass kettle 1.7 l"]
    assert [case.number for case in work.earlier_cases] == ["C1000000"]


async def test_an_account_lives_through_login_lock_and_new_password(uow_factory: UowFactory) -> None:
    await fill(Seed(uow_factory, NOW, password_hash()))
    async with uow_factory() as uow:
        _, elsewhere, _ = await accounts.log_in(uow, "ana", PASSWORD, NOW)
    async with uow_factory() as uow:
        _, token, _ = await accounts.change_password(uow, "ana", PASSWORD, "nine tall ships", NOW)
    async with uow_factory() as uow:
        assert await accounts.session_of(uow, elsewhere, NOW) is None
        found = await accounts.session_of(uow, token, NOW)
        assert found and found[0].name == "ana"
    async with uow_factory() as uow:
        await accounts.log_out(uow, token, NOW)
        events = await uow.audit.of_subject("account:ana")
    assert [e.action for e in events] == ["account.logged_in", "account.password_changed", "account.logged_out"]
