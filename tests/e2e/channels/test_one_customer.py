"""One customer on two channels: one case, seen whole at the desk, and news where the customer wrote last."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.conversations.model import Message
from bot.services.demo_shop import SHOWCASE
from bot.services.demo_situations import number_of
from tests.e2e.aftersales.two_cases import TWO_CASES
from tests.e2e.channels.conftest import Stage
from tests.e2e.channels.talk import Talk
from tests.e2e.process import report_event
from tests.unit.evidence.samples import photo

HUMAN = {
    "en": "I would like to talk to a human being, please",
    "de": "Kann ich bitte mit einem Menschen sprechen?",
}
_LOOKS_EVERY_SECONDS = 0.1
_SAID_WITHIN_SECONDS = 120


@pytest.mark.parametrize(
    ("language", "first", "second", "customer"),
    [("en", "telegram", "email", 2001), ("de", "whatsapp", "web", 2002)],
)
def test_the_same_complaint_on_another_channel_goes_on_with_the_case(
    language: str, first: str, second: str, customer: int, theatre: Stage
) -> None:
    number = number_of(language, "second")
    story = TWO_CASES[language][2].format(n=number)
    before, after = (theatre.talk(channel, customer, language) for channel in (first, second))
    answers = {
        "utter_ask_verification": SHOWCASE[number].person.email,
        "utter_ask_details": story,
        "utter_ask_reason": ('/choose_reason{"reason": "damaged"}',),
        "utter_ask_evidence": photo((64, 48)),
        "utter_ask_remedy": ("return_refund",),
    }

    async def complain() -> None:
        await before.say(story)
        await before.answer(answers, until="utter_ask_confirmation")
        await before.choose("/affirm")
        assert before.responses == ["utter_return_opened"]

    async def complain_again() -> None:
        await after.say(story)
        await after.answer(answers, until="utter_ask_same_case")
        assert "utter_known_case" in [message.response for message in await after.transcript()]
        await after.choose("/affirm")
        assert after.responses == ["utter_case_status_progress", "utter_case_joined"]
        # Nothing is asked after this photo: the case has it.
        await after.side.deliver(after.side.photo(photo((48, 64))))
        await _until_said(after, "utter_evidence_received")

    theatre.run(complain())
    opened = theatre.shop.only_case(number)
    theatre.run(complain_again())
    case = theatre.shop.only_case(number)
    assert (case["number"], case["priority"], case["state"]) == (opened["number"], "high", "executing")
    assert len(case["evidence"]) == 2

    for here, there in ((before, after), (after, before)):
        page = theatre.agent.page(f"/conversations/{here.side.own}")
        assert "Also writes here" in page
        assert f'href="/desk/conversations/{there.side.own}"' in page
        assert case["number"] in page

    # The goods arrive: the customer hears of it where they wrote last, and only there.
    news = "utter_notify_return_received"
    assert report_event(theatre.world.base, "return.received", rma=case["returns"][0]["rma"]) == "applied"
    theatre.run(after.hears(theatre.run(_until_said(after, news)).text))
    assert news not in [message.response for message in theatre.run(before.transcript())]

    # Whoever asks for a person now reaches one who has the case before them.
    theatre.run(after.say(HUMAN[language]))
    assert after.responses == ["utter_handoff_queued"]
    assert theatre.shop.handoff(after.side.own).case_number == case["number"]


async def _until_said(talk: Talk, response: str) -> Message:
    """Return the newest message of a name in a conversation, waiting for it."""
    deadline = time.monotonic() + _SAID_WITHIN_SECONDS
    while True:
        told = await talk.transcript()
        found = next((message for message in reversed(told) if message.response == response), None)
        if found is not None:
            return found
        assert time.monotonic() < deadline, f"{response} never came: {told[-3:]}"
        await asyncio.sleep(_LOOKS_EVERY_SECONDS)
