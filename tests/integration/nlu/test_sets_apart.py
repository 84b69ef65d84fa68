"""No message that understanding is measured on means the same, in nearly the same words, as one it was trained on."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import yaml

from bot.nlu import encoders
from bot.nlu.text import for_models
from bot.nlu.vector_cache import encode_cached

ROOT = Path(__file__).resolve().parents[3]
TEST_SETS = sorted((ROOT / "tests" / "nlu").glob("*.jsonl"))

#: The vectors that training left behind; without them every training sentence is encoded here.
VECTORS = ROOT / ".rasa" / "vectors"

#: From these cosines on, by looking at the pairs, two messages differ in a word or its place; e5 finds all texts alike.
TOO_ALIKE = {"use": 0.95, "e5": 0.985}
LONG_ENOUGH = 12
_DATA = re.compile(r"\S*[\d@]\S*")


def letters(text: str) -> int:
    """Return how many letters a message has besides numbers and addresses, which do not make it another message."""
    return sum(character.isalpha() for character in _DATA.sub("", text))


@dataclass(frozen=True)
class Trained:
    """The training sentences of a language, and the unit vector of each."""

    texts: list[str]
    vectors: np.ndarray


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Trained]:
    # A copy, since what is encoded here would replace what the next training needs.
    vectors = tmp_path_factory.mktemp("vectors")
    if VECTORS.exists():
        shutil.copytree(VECTORS, vectors, dirs_exist_ok=True)
    sentences = training_sentences()
    found = {}
    for encoder in (encoders.use, encoders.e5):
        languages = [language for language in sentences if encoder_of(language) is encoder]
        rows = unit(encode_cached(encoder, [text for language in languages for text in sentences[language]], vectors))
        for language in languages:
            size = len(sentences[language])
            found[language], rows = Trained(sentences[language], rows[:size]), rows[size:]
    return found


def training_sentences() -> dict[str, list[str]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    sentences: dict[str, dict[str, None]] = {}
    for file in [*(ROOT / "data" / "nlu").glob("*/*.yml"), *(ROOT / "data" / "issues").glob("*.yml")]:
        for block in yaml.load(file.read_text("utf-8"), Loader=loader)["nlu"]:
            own = sentences.setdefault(block["metadata"]["language"], {})
            own.update((for_models(line.strip()[2:]), None) for line in block["examples"].strip().splitlines())
    return {language: list(texts) for language, texts in sentences.items()}


def encoder_of(language: str) -> encoders.Encoder:
    return encoders.use if language in encoders.USE_LANGUAGES else encoders.e5


@pytest.mark.parametrize("path", TEST_SETS, ids=lambda path: path.stem)
def test_no_longer_message_means_what_a_training_sentence_says(path: Path, trained: dict[str, Trained]) -> None:
    encoder, known = encoder_of(path.stem), trained[path.stem]
    said = [json.loads(line)["text"] for line in path.read_text("utf-8").splitlines()]
    said = [text for text in said if letters(text) >= LONG_ENOUGH]
    likeness = unit(encoder.encode([for_models(text) for text in said])) @ known.vectors.T
    pairs = zip(said, likeness.max(axis=1), likeness.argmax(axis=1), strict=True)
    assert not [(text, known.texts[at]) for text, best, at in pairs if best >= TOO_ALIKE[encoder.name]]


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
