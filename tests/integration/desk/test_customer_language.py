"""A customer who changes the language while a person has the conversation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.conversations.customer_language import Heard
from bot.conversations.model import Conversation, InboundMessage
from tests.integration.desk.conftest import Browser
from tests.integration.desk.test_writing import ids_in, newest, updates
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]


async def hears(conversation: Conversation, inbound: InboundMessage) -> Heard | None:
    """Take the first word of a message for its language, and one with a question mark for a wish."""
    language = inbound.text.split(":")[0]
    if language == "broken":
        raise RuntimeError(language)
    return Heard(language.rstrip("?"), is_wish=language.endswith("?")) if len(language) < 4 else None


async def write(world: World, conversation_id: str, text: str) -> None:
    world.router.hears = hears
    world.now += timedelta(seconds=1)
    await world.router.answer_to(await world.router.receive(conversation_id, "web", text), conversation_id)


async def held_by_ana(world: World, logged_in: LogIn) -> Browser:
    world.translator.is_on = True
    ana = await logged_in("ana")
    await ana.act("c-anna", "take-over")
    return ana


async def test_the_desk_shows_the_new_language_and_translates_from_and_to_it(world: World, logged_in: LogIn) -> None:
    ana = await held_by_ana(world, logged_in)
    last = (await updates(ana, "c-anna"))["last_id"]
    await write(world, "c-anna", "fr: je préfère écrire en français")
    news = await updates(ana, "c-anna", after=last)
    assert "The customer writes French." in news["reading"] and 'data-language="fr"' in news["reading"]
    assert "French" in news["header"]
    preview = await (await ana.act("c-anna", "preview", text="One moment")).json()
    assert (preview["text"], preview["language"]) == ("fr: tnemom enO", "fr")
    await ana.act("c-anna", "reply", text="Un instant")
    assert (await newest(world, "c-anna")).language == "fr"


async def test_what_was_written_before_stays_in_its_language(world: World, logged_in: LogIn) -> None:
    ana = await held_by_ana(world, logged_in)
    asked: list[tuple[str, str]] = []
    translate = world.translator.translate

    async def listening(text: str, source: str, target: str):  # type: ignore[no-untyped-def]
        asked.append((text[:8], source))
        return await translate(text, source, target)

    world.translator.translate = listening  # type: ignore[method-assign]
    await write(world, "c-anna", "und noch etwas auf Deutsch")
    await write(world, "c-anna", "fr: bonjour tout le monde")
    await write(world, "c-anna", "encore une phrase")
    await ana.act("c-anna", "translate", ids=(await ids_in(world, "c-anna"))[-20:])
    sources = dict(asked)
    assert (sources["Hallo, m"], sources["und noch"]) == ("de", "de")
    assert (sources["fr: bonj"], sources["encore u"]) == ("fr", "fr")


async def test_who_asks_for_a_language_still_wrote_in_the_old_one(world: World, logged_in: LogIn) -> None:
    ana = await held_by_ana(world, logged_in)
    await write(world, "c-anna", "es?: können wir Spanisch sprechen")
    message = await newest(world, "c-anna")
    assert message.language == "de"
    assert "The customer writes Spanish." in await ana.text("/desk/conversations/c-anna")
    preview = await (await ana.act("c-anna", "preview", text="Of course")).json()
    assert preview["language"] == "es"


async def test_open_pages_hear_of_it_and_customers_do_not(world: World, logged_in: LogIn) -> None:
    await held_by_ana(world, logged_in)
    with world.router.feed.listen("c-anna") as news:
        await write(world, "c-anna", "fr: bonjour à vous")
        heard = [news.get_nowait()["type"] for _ in range(news.qsize())]
    assert heard == ["message", "note", "marks"]


async def test_who_waits_is_queued_in_the_new_language(world: World, logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    await write(world, "c-li", "fr: bonjour à tous")
    handoff = await world.handoff("c-li")
    assert handoff is not None and handoff.language == "fr"
    rows = await ana.text("/desk/queue?language=fr")
    assert "c-li" in rows


async def test_nothing_certain_changes_nothing(world: World, logged_in: LogIn) -> None:
    ana = await held_by_ana(world, logged_in)
    for text in ("10482733", "de: weiter auf Deutsch", "broken: whatever"):
        await write(world, "c-anna", text)
    assert "The customer writes German." in await ana.text("/desk/conversations/c-anna")
    assert (await world.transcript("c-anna"))[-1] == ("customer", "broken: whatever")
    assert (await newest(world, "c-anna")).language is None


async def test_the_bot_tells_the_language_itself_where_it_answers(world: World, logged_in: LogIn) -> None:
    await write(world, "c-bot", "fr: bonjour le bot")
    async with world.uow() as uow:
        conversation = await uow.conversations.get("c-bot")
    assert conversation is not None and conversation.language == "es"
