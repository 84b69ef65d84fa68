"""The card of a handoff: why a person is needed, what is known, how the customer feels, and what to do next."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from bot.aftersales.escalation import EscalationReason
from bot.services import escalations
from tests.integration.desk.conftest import Browser
from tests.integration.desk.handing import CUSTOMER, MINUTE, says
from tests.integration.desk.world import World

LogIn = Callable[[str], Awaitable[Browser]]


async def test_the_card_tells_why_what_is_known_and_what_to_do(logged_in: LogIn) -> None:
    ana = await logged_in("ana")
    page = await ana.text("/desk/conversations/c-anna")
    assert "Safety hazard" in page
    assert "Make sure that nobody uses the goods any more" in page
    waiting = await ana.text("/desk/conversations/c-li")
    assert "Ask for the order number." in waiting
    assert "Place in the queue" in waiting


async def card_of(browser: Browser, conversation_id: str) -> str:
    """Return what the card of a handoff shows, without tags and with one space between words."""
    page = await browser.text(f"/desk/conversations/{conversation_id}")
    found = re.search(r'<section class="block handoff".*?</dl>', page, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


async def test_the_card_shows_the_mood_and_what_the_customer_had_answered(world: World, logged_in: LogIn) -> None:
    facts: dict[str, Any] = {
        "known": {
            "order_number": "10482733", "reason": "damaged", "remedy": "exchange", "details": "The lid has a crack.",
            "ledger": [{"remedy": "coupon", "state": "declined"}],
        },
        "mood": {"level": "angry", "signs": {"asked_for_person": 2, "shouting": 3, "emphasis": 1}},
        "last_words": "GIVE ME A PERSON!!", "question": "evidence",
    }  # fmt: skip
    await says(world, "hello")
    async with world.uow() as uow:
        await escalations.hand_over(uow, CUSTOMER, EscalationReason.ASKED_FOR_HUMAN, "en", world.now, facts=facts)
    card = await card_of(await logged_in("ana"), CUSTOMER)
    assert "Angry asked for a person 2 times · wrote in capitals 3 times · wrote with emphasis once" in card
    for fact in (
        "Order 10482733 not proved", "Problem Damaged", "Wish Exchange", "Story The lid has a crack.",
        "Last words to the bot GIVE ME A PERSON!!", "The bot asked for Evidence", "Offers so far Coupon (Declined)",
        "Suggested next step The last offer was declined.",
    ):  # fmt: skip
        assert fact in card
    # What is not known is not made up either.
    other = await card_of(await logged_in("ana"), "c-li")
    assert not any(title in other for title in ("Angry", "Problem", "Wish", "Story", "Offers so far"))


async def test_the_card_of_a_calm_customer_says_that_there_is_no_sign_of_anger(world: World, logged_in: LogIn) -> None:
    await says(world, "hello")
    facts = {"mood": {"level": "calm", "signs": {}}}
    async with world.uow() as uow:
        await escalations.hand_over(uow, CUSTOMER, EscalationReason.ASKED_FOR_HUMAN, "en", world.now, facts=facts)
    ana = await logged_in("ana")
    card = await card_of(ana, CUSTOMER)
    assert "Calm No sign of anger in what was written" in card and "long time" not in card
    world.now += 30 * MINUTE
    assert "No sign of anger in what was written · has waited for a long time" in await card_of(ana, CUSTOMER)
