"""The n-grams and words of our languages as the trained model has them, without training the rest of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.nlu.language.own_ngrams import OwnNgrams
from bot.nlu.language.vocabulary import NAMING_INTENTS, Vocabulary

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DATA = Path(__file__).parents[3] / "data" / "nlu"


@pytest.fixture(scope="session")
def own() -> OwnNgrams:
    texts, codes, speaking = [], [], []
    for path in sorted(_DATA.glob("*/*.yml")):
        for block in yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)["nlu"]:
            lines = [line[2:] for line in block["examples"].splitlines() if line.startswith("- ")]
            language = block["metadata"]["language"]
            texts += lines
            codes += [language] * len(lines)
            if block["intent"] not in NAMING_INTENTS:
                speaking += [(line, language) for line in lines]
    vocabulary = Vocabulary.fit([text for text, _ in speaking], [code for _, code in speaking])
    return OwnNgrams.fit(texts, codes, vocabulary)
