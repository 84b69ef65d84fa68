"""Nothing that understanding is measured on may have been trained on."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
TEST_SETS = sorted((ROOT / "tests" / "nlu").glob("*.jsonl"))


def bare(text: str) -> str:
    """Return letters and digits only, so that spelling of the same sentence does not matter."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


@pytest.fixture(scope="module")
def trained() -> set[str]:
    """All training sentences."""
    files = [*(ROOT / "data" / "nlu").glob("*/*.yml"), *(ROOT / "data" / "issues").glob("*.yml")]
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return {
        bare(line.strip()[2:])
        for file in files
        for block in yaml.load(file.read_text("utf-8"), Loader=loader)["nlu"]
        for line in block["examples"].strip().splitlines()
    }


@pytest.mark.parametrize("path", TEST_SETS, ids=lambda path: path.stem)
def test_a_test_set_shares_no_sentence_with_training(path: Path, trained: set[str]) -> None:
    texts = [json.loads(line)["text"] for line in path.read_text("utf-8").splitlines()]
    assert len(texts) >= 200
    assert not [text for text in texts if bare(text) in trained]
