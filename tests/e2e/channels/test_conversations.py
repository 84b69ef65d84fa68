"""The same three conversations on every channel: the customer's side is the platform's, the check is the database's."""

from __future__ import annotations

import asyncio

import pytest

from bot.conversations.model import Author
from tests.e2e.channels.conftest import Stage
from tests.e2e.channels.talk import Talk
from tests.e2e.english import english_in
from tests.e2e.phrases import CHINESE, ENGLISH, GERMAN, SPANISH, Phrases
from tests.e2e.sentences import LEARNED, AllSentences
from tests.unit.evidence.samples import photo

_LEARNED = {sentences.language: sentences for sentences in LEARNED}
#: Every language that the bot has learned, once.
SPOKEN: dict[str, tuple[Phrases | AllSentences, Phrases | AllSentences]] = {
    "web": (ENGLISH, _LEARNED["ar"]),
    "rest": (GERMAN, _LEARNED["nl"]),
    "socketio": (SPANISH, _LEARNED["it"]),
    "telegram": (_LEARNED["fr"], _LEARNED["ru"]),
    "whatsapp": (_LEARNED["pt"], _LEARNED["tr"]),
    "messenger": (_LEARNED["pl"], _LEARNED["th"]),
    "line": (_LEARNED["ja"], _LEARNED["zh-TW"]),
    "email": (CHINESE, _LEARNED["ko"]),
}
_PAIRS = [(channel, phrases) for channel, both in SPOKEN.items() for phrases in both]
#: Which of a language's orders holds running shoes, and which the shoes that arrived torn.
_RETURN, _COMPLAINT = 1, 3

everywhere = pytest.mark.parametrize(
    ("channel", "phrases"), _PAIRS, ids=[f"{channel}-{phrases.language}" for channel, phrases in _PAIRS]
)


@everywhere
def test_a_return(channel: str, phrases: Phrases | AllSentences, theatre: Stage) -> None:
    order, talk = phrases.order(_RETURN), _talk(theatre, channel, phrases, 1)

    async def play() -> None:
        await talk.say(phrases.start_return)
        await talk.answer(
            {
                "utter_ask_order_number": order,
                "utter_ask_verification": phrases.email(_RETURN),
                "utter_ask_reason": phrases.too_small,
            },
            until="utter_ask_confirmation",
        )
        assert talk.last.custom["summary"]["order_number"] == order
        await talk.say(phrases.yes)
        assert talk.responses == ["utter_return_opened"]
        await _check(talk)

    theatre.run(play())
    case = theatre.shop.only_case(order)
    assert (case["issue_type"], case["language"]) == ("wrong_size", phrases.language)
    assert [return_["state"] for return_ in case["returns"]] == ["approved"]
    assert case["returns"][0]["rma"] in talk.last.text


@everywhere
def test_a_damaged_item_with_a_photo(channel: str, phrases: Phrases | AllSentences, theatre: Stage) -> None:
    order, talk = phrases.order(_COMPLAINT), _talk(theatre, channel, phrases, 2)
    story = phrases.complaint.format(n=order)

    async def play() -> None:
        await talk.say(story)
        await talk.answer(
            {
                "utter_ask_verification": phrases.email(_COMPLAINT),
                "utter_ask_details": story,
                "utter_ask_reason": ('/choose_reason{"reason": "damaged"}',),
                "utter_ask_evidence": photo((64, 48)),
                "utter_ask_remedy": ("return_refund",),
            },
            until="utter_ask_confirmation",
        )
        assert await asyncio.to_thread(theatre.shop.cases, order) == []
        await talk.choose("/affirm")
        assert talk.responses == ["utter_return_opened"]
        await _check(talk)

    theatre.run(play())
    case = theatre.shop.only_case(order)
    assert (case["issue_type"], case["language"]) == ("damaged", phrases.language)
    assert [piece["kind"] for piece in case["evidence"]] == ["image"]
    assert [return_["return_shipping"] for return_ in case["returns"]] == ["shop"]


@everywhere
def test_a_handoff_and_the_agents_answer(channel: str, phrases: Phrases | AllSentences, theatre: Stage) -> None:
    talk = _talk(theatre, channel, phrases, 3)
    answer = f"Mia from the shop here ({channel}). I will look after this & call you <today>."

    async def play() -> None:
        await talk.say(phrases.human)
        assert talk.responses[-1] == "utter_handoff_queued"
        await asyncio.to_thread(theatre.agent.answer, talk.side.own, answer)
        await talk.hears(answer)
        told = await talk.transcript()
        assert [message.text for message in told if message.author is Author.AGENT] == [answer]
        await _check(talk)

    theatre.run(play())
    assert theatre.world.breaches == []


def _talk(theatre: Stage, channel: str, phrases: Phrases | AllSentences, conversation: int) -> Talk:
    place = [found for _, found in _PAIRS].index(phrases)
    return theatre.talk(channel, 1000 + 10 * place + conversation, phrases.language)


async def _check(talk: Talk) -> None:
    """Nothing in English is left, and everything that the customer wrote is there once, in order."""
    told = await talk.transcript()
    assert talk.side.language == "en" or english_in(await talk.told()) == {}
    said = [message.text for message in told if message.author is Author.CUSTOMER and message.text]
    assert said == talk.wrote
