"""What happens without the customer asking reaches the open chat, and who comes back later."""

from __future__ import annotations

from bot.services.notifications import notify
from tests.integration.server.parts import Server, now
from tests.integration.store.things import a_case, a_shop


async def _announce(server: Server, key: str) -> None:
    async with server.parley.uow() as uow:
        case = await uow.cases.get("C1")
        if case is None:
            case = a_case()
            case.conversation_id = "customer-00000-1"
            uow.cases.add(case)
        await notify(uow, case, "utter_notify_return_received", key, now(), rma="R1")
        await uow.commit()


async def test_an_announcement_reaches_the_open_chat_by_itself(server: Server) -> None:
    await a_shop(server.parley.uow)
    widget = await server.connect()
    await _announce(server, "return:R1:received")
    message = (await widget.until("message"))["message"]
    assert (message["response"], message["author"]) == ("utter_notify_return_received", "bot")
    assert await widget.is_quiet()


async def test_an_announcement_waits_for_who_is_away(server: Server) -> None:
    await a_shop(server.parley.uow)
    await server.say("hello")
    await _announce(server, "return:R1:received")
    await server.parley.notifier.deliver()
    assert [message["response"] for message in await server.transcript()] == [
        None,
        "utter_echo",
        "utter_notify_return_received",
    ]
