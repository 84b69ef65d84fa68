"""The whole understanding trained by Rasa on a handful of sentences, with the real encoders."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.nlu import encoders, evaluation

ROOT = Path(__file__).parents[3]
SENTENCES = {
    "greet": ["hi there", "hello", "good morning", "hey", "hallo zusammen", "guten tag"],
    "thank": ["thanks a lot", "thank you", "cheers mate", "vielen dank", "danke schön", "dankeschön"],
    "track_order": ["where is my parcel", "when will it arrive", "track my order", "wo ist mein paket",
                    "wann kommt meine bestellung", "where is order 10482733"],
    "refund_order": ["i want my money back", "refund me please", "give me a refund", "ich will mein geld zurück",
                     "bitte erstatten sie mir den betrag", "i demand a refund"],
}  # fmt: skip
PROBLEMS = {
    "damaged": ["the cup came broken", "the screen is cracked", "the vase arrived in pieces",
                "die tasse ist zerbrochen",
                "the box was crushed and the lamp is broken", "das display hat einen sprung"],
    "late_delivery": ["my parcel is a week late", "it should have come on monday", "still not here after three weeks",
                      "das paket ist viel zu spät", "the delivery is overdue",
                "seit wochen warte ich auf die lieferung"],
}  # fmt: skip
UNSEEN = ["good evening", "thank you so much", "where's my order #1048 2733", "the plate was broken", "ok", "10482733"]


def block(intent: str, texts: list[str], language: str, issue: str | None = None) -> dict[str, Any]:
    metadata = {"language": language, **({"issue": issue} if issue else {})}
    return {"intent": intent, "metadata": metadata, "examples": "".join(f"- {text}\n" for text in texts)}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import rasa.model_training

    folder = tmp_path_factory.mktemp("understanding")
    blocks = [block(intent, texts, "en") for intent, texts in SENTENCES.items()]
    blocks += [block("complain", texts, "en", issue) for issue, texts in PROBLEMS.items()]
    data = folder / "nlu.yml"
    data.write_text(yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True), encoding="utf-8")
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    for component in config["pipeline"]:
        if component["name"].endswith("MultilingualFeaturizer"):
            component["vectors"] = str(folder / "vectors")
    (folder / "config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    intents = [*SENTENCES, "complain"]
    (folder / "domain.yml").write_text(yaml.safe_dump({"version": "3.1", "intents": intents}), encoding="utf-8")
    archive = rasa.model_training.train_nlu(
        str(folder / "config.yml"), str(data), str(folder / "models"), domain=str(folder / "domain.yml")
    )
    assert archive is not None
    return Path(archive)


def understood(model: Path, texts: list[str], metadata: dict[str, str] | None = None) -> list[dict[str, Any]]:
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import UserMessage

    agent = Agent.load(model_path=str(model))
    assert agent.processor is not None
    parse = agent.processor.parse_message
    return [asyncio.run(parse(UserMessage(text, metadata=metadata or {}))) for text in texts]


def test_messages_are_understood_and_a_reloaded_model_says_the_very_same(model: Path) -> None:
    first, second = understood(model, UNSEEN), understood(model, UNSEEN)
    assert first == second
    assert [message["intent_ranking"][0]["name"] for message in first[:3]] == ["greet", "thank", "track_order"]
    assert first[2]["entities"][0]["value"] == "10482733"
    assert first[3]["issue"]["name"] == "damaged"
    assert first[3]["issue_stated"] > first[1]["issue_stated"]


def test_payloads_and_empty_messages_pass_through(model: Path) -> None:
    payload, empty = understood(model, ["/greet", ""], {"conversation_language": "de"})
    assert payload["intent"]["name"] == "greet"
    assert empty["intent"]["name"] is None
    assert empty["language"] == "de"
    assert empty["language_confidence"] == 0.0


def test_a_refused_wish_is_a_no_and_the_wish_is_no_guess_any_more(model: Path) -> None:
    wished, refused = understood(model, ["I want my money back", "I don't want my money back"])
    assert wished["intent"]["name"] == "refund_order"
    assert refused["intent"]["name"] == refused["intent_ranking"][0]["name"] == "deny"
    assert refused["intent"]["confidence"] <= 0.5, "no clear answer to a question that was asked"
    assert "refund_order" not in [guess["name"] for guess in refused["intent_ranking"]]


def test_a_message_is_encoded_once_for_all_classifiers_and_not_at_all_when_it_comes_again(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded: list[tuple[str, str]] = []

    def noting(encoder: encoders.Encoder) -> Callable[[Sequence[str]], encoders.FloatArray]:
        encode = encoder.encode

        def note(texts: Sequence[str]) -> encoders.FloatArray:
            encoded.extend((encoder.name, text) for text in texts)
            return encode(texts)

        return note

    for encoder in (encoders.use, encoders.e5):
        monkeypatch.setattr(encoder, "encode", noting(encoder))
    question = "where is that thing i bought and why is it broken"
    first, again = understood(model, [question, question])
    assert first == again
    # Intent and issue are both asked for, the one by all steps where the quick one is unsure.
    assert [name for name, _ in encoded].count("use") == 1
    assert len(encoded) == len(set(encoded))
    assert {text for _, text in encoded} == {question}


def test_the_metadata_of_a_message_is_the_prior(model: Path) -> None:
    (message,) = understood(model, ["10482733"], {"conversation_language": "es"})
    assert message["language"] == "es"


def test_the_evaluation_prints_its_json_and_nothing_else(
    model: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    lines = [
        {"text": "good evening", "intent": "greet", "issue": None, "order_number": None},
        {"text": "where is pl-1048 2733", "intent": "track_order", "issue": None, "order_number": "PL10482733"},
        {"text": "the plate was broken", "intent": "complain", "issue": "damaged", "order_number": None},
    ]
    path = tmp_path / "en.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    evaluation.run(evaluation.read_files([path]), as_json=True, model=model)
    report = json.loads(capfd.readouterr().out)["languages"]["en"]
    assert report["lines"] == 3
    assert report["order_number_accuracy"] == 1.0
    assert report["language_accuracy"] == 1.0
    assert report["issue_accuracy"] == 1.0
    assert 0.0 <= report["fallback_rate"] <= 1.0
