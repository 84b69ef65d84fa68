"""No message that understanding is measured on means the same, in nearly the same words, as one it was trained on."""

from __future__ import annotations

import json
import re
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


@pytest.fixture(scope="module")
def trained() -> dict[str, list[str]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    sentences: dict[str, dict[str, None]] = {}
    for file in [*(ROOT / "data" / "nlu").glob("*/*.yml"), *(ROOT / "data" / "issues").glob("*.yml")]:
        for block in yaml.load(file.read_text("utf-8"), Loader=loader)["nlu"]:
            own = sentences.setdefault(block["metadata"]["language"], {})
            own.update((for_models(line.strip()[2:]), None) for line in block["examples"].strip().splitlines())
    return {language: list(texts) for language, texts in sentences.items()}


@pytest.mark.parametrize("path", TEST_SETS, ids=lambda path: path.stem)
def test_no_longer_message_means_what_a_training_sentence_says(path: Path, trained: dict[str, list[str]]) -> None:
    encoder = encoders.use if path.stem in encoders.USE_LANGUAGES else encoders.e5
    said = [json.loads(line)["text"] for line in path.read_text("utf-8").splitlines()]
    said = [text for text in said if letters(text) >= LONG_ENOUGH]
    own = unit(encoder.encode([for_models(text) for text in said]))
    known = unit(encode_cached(encoder, trained[path.stem], VECTORS))
    likeness = own @ known.T
    pairs = zip(said, likeness.max(axis=1), likeness.argmax(axis=1), strict=True)
    assert not [(text, trained[path.stem][at]) for text, best, at in pairs if best >= TOO_ALIKE[encoder.name]]


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
