"""Nothing that understanding is measured on may have been trained on."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import pytest
import yaml
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from bot.l10n.languages import LANGUAGES, SPOKEN

ROOT = Path(__file__).resolve().parents[3]
TEST_SETS = sorted((ROOT / "tests" / "nlu").glob("*.jsonl"))


def bare(text: str) -> str:
    """Return letters and digits only, so that spelling of the same sentence does not matter."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


# Longer messages that differ by a letter or two measure memory, not understanding.
_LONG_ENOUGH, _TOO_ALIKE = 12, 0.9
_LEAST_LINES = {"learned": 200, "spoken": 80}


@pytest.fixture(scope="module")
def trained() -> dict[str, list[str]]:
    """All training sentences by language."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    sentences: dict[str, list[str]] = {}
    for file in [*(ROOT / "data" / "nlu").glob("*/*.yml"), *(ROOT / "data" / "issues").glob("*.yml")]:
        for block in yaml.load(file.read_text("utf-8"), Loader=loader)["nlu"]:
            own = sentences.setdefault(block["metadata"]["language"], [])
            own += [bare(line.strip()[2:]) for line in block["examples"].strip().splitlines()]
    return sentences


def texts_of(path: Path) -> list[str]:
    return [json.loads(line)["text"] for line in path.read_text("utf-8").splitlines()]


def test_every_spoken_language_has_a_test_set() -> None:
    assert {path.stem for path in TEST_SETS} == set(SPOKEN)


@pytest.mark.parametrize("path", TEST_SETS, ids=lambda path: path.stem)
def test_a_test_set_is_large_enough(path: Path) -> None:
    assert len(texts_of(path)) >= _LEAST_LINES[LANGUAGES[path.stem].tier]


@pytest.mark.parametrize("path", TEST_SETS, ids=lambda path: path.stem)
def test_a_test_set_shares_no_sentence_with_training(path: Path, trained: dict[str, list[str]]) -> None:
    known = {sentence for sentences in trained.values() for sentence in sentences}
    assert not [text for text in texts_of(path) if bare(text) in known]


@pytest.mark.parametrize("path", TEST_SETS, ids=lambda path: path.stem)
def test_no_longer_message_is_nearly_a_training_sentence(path: Path, trained: dict[str, list[str]]) -> None:
    texts = [text for text in texts_of(path) if len(bare(text)) >= _LONG_ENOUGH]
    likeness = process.cdist(
        [bare(text) for text in texts], trained[path.stem], scorer=Levenshtein.normalized_similarity
    )
    assert not [text for text, best in zip(texts, likeness.max(axis=1), strict=True) if best >= _TOO_ALIKE]
