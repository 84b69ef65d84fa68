"""What customers do on platforms and the desk shows: corrections, and files that come late."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from bot.aftersales.evidence import Evidence, EvidenceKind
from bot.channels.mail.parsing import parsed
from bot.conversations.model import Author, Message
from tests.integration.desk.conftest import Browser
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]
HOSTILE = Path(__file__).parents[2] / "channels" / "email" / "html_hostile.eml"
PATH = "/desk/conversations/c-bot"
ID = "9f86d081884c7d659a2feaa0c55ad015"
MISSING = "A file was sent here that has not come from the platform."


async def say(world: World, text: str, **facts: object) -> int:
    async with world.uow() as uow:
        message = Message("c-bot", Author.CUSTOMER, text, world.now, custom=dict(facts))
        await uow.messages.add(message)
        await uow.commit()
    assert message.id is not None
    return message.id


async def test_a_correction_is_told_as_one(world: World, logged_in: LogIn) -> None:
    first = await say(world, "My cup is broken")
    page = await (await logged_in("ana")).text(PATH)
    assert "Corrects an earlier message" not in page
    await say(world, "My pot is broken", edit_of=first)
    page = await (await logged_in("ana")).text(PATH)
    assert page.count("Corrects an earlier message") == 1


async def test_a_file_that_comes_late_is_seen_by_whoever_looks_on(world: World, logged_in: LogIn) -> None:
    number = await say(world, "")
    ana = await logged_in("ana")
    assert MISSING in await ana.text(PATH)

    async def news() -> str:
        path = f"{PATH}/updates?after={number}&changes=0"
        answer = await ana.get(path, headers={"Accept": "application/json"})
        return str((await answer.json())["changed"])

    assert await news() == ""
    async with world.uow() as uow:
        uow.evidence.add(Evidence(ID, "c-bot", EvidenceKind.IMAGE, "image/jpeg", 1, 1, 1, "", world.now))
        message = await uow.messages.get(number)
        assert message is not None
        message.custom = {"attachment": {"id": ID, "kind": "image"}}
        await uow.messages.change(message)
        await uow.commit()
    shown = await news()
    assert f"/desk/evidence/{ID}" in shown and MISSING not in shown
    world.now += timedelta(minutes=3)
    assert await news() == ""


async def test_a_hostile_mail_is_words_and_nothing_else(world: World, logged_in: LogIn) -> None:
    mail = parsed(HOSTILE.read_bytes(), "help@shop.example", most_attachments=5)
    assert mail.text.startswith("My cup is broken.") and "password" not in mail.text
    ana = await logged_in("ana")
    before = await ana.text(PATH)
    await say(world, mail.text)
    page = await ana.text(PATH)
    assert "My cup is broken." in page
    # What the mail shows as text is shown as text; of its markup nothing is left.
    assert "&lt;script&gt;window.hacked=1&lt;/script&gt;" in page
    page = page.replace("&lt;img src=x onerror=window.hacked=1", "")
    for markup in ("<script", "<img", "<iframe", "<svg", "<input", "onerror=", "onload=", "javascript:", "evil."):
        assert page.count(markup) == before.count(markup), markup
