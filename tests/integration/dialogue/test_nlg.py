"""Responses are written in the customer's language, values by CLDR."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from actions import facts
from bot.aftersales.money import Money
from bot.dialogue import failures
from bot.dialogue.nlg import LocalisedResponses, Phrasing
from bot.settings import ROOT

RESPONSES = {
    "utter_paid": [{"text": "You get {amount} by {day}. {extra} Bye."}],
    "utter_lines": [{"text": "{lines}"}],
    "utter_ask_anything": [{"text": "Well?", "buttons": [{"title": "Yes", "payload": "/affirm"}]}],
    "label_plain": [{"text": "plain"}],
    "label_with": [{"text": "with {what}"}],
    "label_color_black": [{"text": "black"}],
}
AMOUNT = facts.money(Money(Decimal("12345.60"), "EUR"))
DAY = facts.day(datetime(2026, 3, 9, tzinfo=timezone.utc))


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(ROOT / "domain"))


@pytest.mark.parametrize(
    "language,amount,day",
    [
        ("en", "€12,345.60", "March 9, 2026"),
        ("de", "12.345,60\xa0€", "9. März 2026"),
        ("es", "12.345,60\xa0€", "9 de marzo de 2026"),
        ("zh", "€12,345.60", "2026年3月9日"),
    ],
)
def test_money_and_days_are_written_as_the_language_does(language: str, amount: str, day: str) -> None:
    text = Phrasing(RESPONSES, language).text("utter_paid", {"amount": AMOUNT, "day": DAY, "extra": ""})
    assert text == f"You get {amount} by {day}. Bye."


def test_yen_have_no_decimals() -> None:
    assert Phrasing(RESPONSES, "en").value({"type": "money", "amount": "1200", "currency": "JPY"}) == "¥1,200"


def test_a_moment_names_its_time_zone() -> None:
    moment = facts.moment(datetime(2026, 3, 9, 17, 5, tzinfo=timezone.utc))
    for language, expected in (("de", "9. März"), ("zh", "3月9日"), ("es", "9 de marzo"), ("en", "March 9")):
        text = Phrasing(RESPONSES, language).value(moment)
        assert text.startswith(expected)
        assert text.endswith("UTC")


def test_a_moment_is_told_by_the_clocks_of_the_customer_s_team_unless_it_has_others() -> None:
    moment = datetime(2026, 11, 25, 19, tzinfo=timezone.utc)
    assert "20:00" in Phrasing(RESPONSES, "de", zone="Europe/Berlin").value(facts.moment(moment))
    assert "03:00" in Phrasing(RESPONSES, "zh", zone="Asia/Shanghai").value(facts.moment(moment))
    tokyo = facts.moment(moment.astimezone(ZoneInfo("Asia/Tokyo")))
    assert "04:00" in Phrasing(RESPONSES, "de", zone="Europe/Berlin").value(tokyo)


async def test_answers_of_turns_tell_moments_by_the_clocks_of_the_language_s_team() -> None:
    domain = Domain.from_dict({"responses": {"utter_until": [{"text": "by {until}"}]}})
    zones = {"de": "Europe/Berlin", "zh": "Asia/Shanghai"}
    generator = LocalisedResponses(None, domain, zones.__getitem__)
    tracker = DialogueStateTracker.from_events("c", [])
    until = facts.moment(datetime(2026, 11, 25, 19, tzinfo=timezone.utc))
    for language, expected in (("de", "20:00"), ("zh", "03:00")):
        said = await generator.generate("utter_until", tracker, "web", until=until, language=language)
        assert said is not None and expected in said["text"]


def test_labels_lines_pieces_and_variants_nest() -> None:
    phrasing = Phrasing(RESPONSES, "en")
    pieces = {"type": "pieces", "title": "Shoes", "size": "42", "color": "black", "quantity": 2}
    lines = facts.lines(facts.label("label_plain"), facts.label("label_with", what=pieces))
    assert phrasing.text("utter_lines", {"lines": lines}) == "plain\nwith 2 × Shoes (42 / black)"
    assert phrasing.value(pieces | {"quantity": None, "size": None, "color": None}) == "Shoes"
    assert phrasing.value(facts.variant(None, "turquoise")) == "turquoise"


def test_a_customers_braces_are_not_taken_for_placeholders() -> None:
    text = Phrasing(RESPONSES, "en").text("utter_paid", {"amount": "{day}", "day": "{amount}", "extra": r"\1 {x}"})
    assert text == r"You get {day} by {amount}. \1 {x} Bye."


def test_the_shops_own_words_stand_instead_of_ours_where_they_are_in_this_language() -> None:
    values = {"words": {"de": "Fall {amount}: {x}"}, "amount": "C1", "day": "", "extra": "", "choices": []}
    assert Phrasing(RESPONSES, "de").message("utter_paid", values)["text"] == "Fall C1: {x}"
    assert Phrasing(RESPONSES, "en").message("utter_paid", values)["text"].startswith("You get C1")


def test_values_are_isolated_in_right_to_left_text() -> None:
    text = Phrasing(RESPONSES, "ar").text("utter_paid", {"amount": "12", "day": "", "extra": ""})
    assert "\u2068" + "12" + "\u2069" in text
    assert text.count("\u2068") == 1


def test_an_unknown_label_or_kind_of_value_is_an_error_that_fails_the_turn() -> None:
    phrasing = Phrasing(RESPONSES, "en")
    with pytest.raises(KeyError):
        phrasing.value(facts.label("label_of_nothing"))
    with pytest.raises(AttributeError):
        phrasing.value({"type": "weight"})


def test_buttons_are_translated_and_choices_follow_them() -> None:
    message = Phrasing(RESPONSES, "en").message(
        "utter_ask_anything", {"choices": [facts.choice(facts.label("label_plain"), "/x")], "facts": {"a": 1}}
    )
    assert message["buttons"] == [{"title": "Yes", "payload": "/affirm"}, {"title": "plain", "payload": "/x"}]
    assert message["custom"] == {"a": 1}
    assert message["language"] == "en"


@pytest.mark.parametrize("language", ["en", "de", "es", "zh"])
def test_every_label_of_the_domain_exists_in_every_language(domain: Domain, language: str) -> None:
    phrasing = Phrasing(domain.responses, language)
    english = Phrasing(domain.responses, "en")
    same = [
        name for name in domain.responses
        if language != "en" and phrasing.text(name, {}) == english.text(name, {}) and len(english.text(name, {})) > 25
    ]  # fmt: skip
    assert same == []


async def test_the_generator_speaks_the_language_of_the_conversation(domain: Domain) -> None:
    generator = LocalisedResponses(domain=domain)
    tracker = DialogueStateTracker.from_events("c-1", [SlotSet("language", "de")], domain.slots)
    german = await generator.generate("utter_ask_order_number", tracker, "web")
    assert german and german["language"] == "de"
    english = await generator.generate("utter_ask_order_number", tracker, "web", language="en")
    assert english and english["text"] == domain.responses["utter_ask_order_number"][0]["text"]
    assert german["text"] != english["text"]
    assert await generator.generate("utter_of_nothing", tracker, "web") is None


async def test_what_fails_while_writing_fails_the_turn(domain: Domain) -> None:
    generator = LocalisedResponses(domain=domain)
    tracker = DialogueStateTracker.from_events("c-1", [], domain.slots)
    with failures.collected() as failed, pytest.raises(KeyError):
        await generator.generate("utter_return_refused", tracker, "web", why=facts.label("label_of_nothing"))
    assert len(failed) == 1
