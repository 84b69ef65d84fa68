"""What people say besides: it is answered, opens nothing, and a person can be asked for again and again."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Shop, Visit
from tests.e2e.desk_agent import DeskAgent
from tests.e2e.phrases import ALL, Phrases

#: Who are you, thanks and goodbye, as people type them.
_SAID = {
    "en": ("who are you?", "thanks for your help", "bye"),
    "de": ("wer bist du?", "danke für deine Hilfe", "tschüss"),
    "es": ("¿quién eres?", "gracias por tu ayuda", "adiós"),
    "zh": ("你是谁？", "谢谢你的帮助", "再见"),
}

#: What is not to be done.
_REFUSED = {
    "en": ("Please don't cancel my order!", "I don't want to send anything back"),
    "de": ("Bitte stornieren Sie meine Bestellung nicht!", "Ich will nichts zurückschicken"),
    "es": ("¡No cancelen mi pedido, por favor!", "No quiero devolver los zapatos"),
    "zh": ("请不要取消我的订单！", "我不想退货"),
}

each_language = pytest.mark.parametrize("phrases", ALL, ids=lambda phrases: phrases.language)


@each_language
def test_small_talk_is_answered_and_opens_nothing(phrases: Phrases, visit: Visit, shop: Shop) -> None:
    customer = visit(phrases.language, locale=phrases.language)
    heard = []
    for said in _SAID[phrases.language]:
        customer.say(said)
        heard += customer.responses
    assert heard == ["utter_ask_bot", "utter_thank", "utter_goodbye"]
    assert shop.handoff(customer.id) is None


@each_language
def test_what_is_not_wished_is_not_begun(phrases: Phrases, visit: Visit) -> None:
    customer = visit(phrases.language, locale=phrases.language)
    for said in _REFUSED[phrases.language]:
        customer.say(said)
        assert customer.responses == ["utter_all_right"]


@each_language
def test_between_bot_and_person_a_conversation_goes_back_and_forth_twice(
    phrases: Phrases, visit: Visit, shop: Shop, agent: DeskAgent
) -> None:
    customer = visit(phrases.language, locale=phrases.language)
    customer.say(phrases.start_return)
    assert customer.responses == ["utter_ask_order_number"]
    for _ in range(2):
        customer.say(phrases.human)
        assert customer.last.response == "utter_handoff_queued"
        agent.take(customer.id)
        assert customer.say(phrases.still_there) == []
        before = customer.transcript()[-1]["message_id"]
        agent.give_back(customer.id)
        # The form goes on where it was.
        customer.hear_after(before, "utter_ask_order_number".__eq__)
        assert shop.handoff(customer.id) is None
    customer.say(phrases.order(8))
    assert customer.responses == ["utter_ask_verification"]
