"""The language ensemble on sentences in every language of the registry; needs no trained model."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.l10n.languages import LANGUAGES, SPOKEN
from bot.nlu.language.identify import identify
from bot.nlu.language.own_ngrams import OwnNgrams

SAMPLES = yaml.safe_load((Path(__file__).parent / "language_samples.yml").read_text(encoding="utf-8"))


def test_every_language_that_is_only_understood_has_samples() -> None:
    assert set(LANGUAGES) - set(SPOKEN) <= set(SAMPLES)


@pytest.mark.parametrize(("is_spoken", "allowed"), [(True, 0.05), (False, 0.15)], ids=["spoken", "understood"])
def test_nearly_all_sentences_are_told_without_any_prior(own: OwnNgrams, is_spoken: bool, allowed: float) -> None:
    sentences = [
        (language, text)
        for language, texts in SAMPLES.items()
        if LANGUAGES[language].is_spoken == is_spoken
        for text in texts
    ]
    wrong = [(language, text) for language, text in sentences if identify(text, own).language != language]
    assert len(wrong) <= allowed * len(sentences), wrong


def test_the_answer_is_the_same_every_time(own: OwnNgrams) -> None:
    texts = ["hvor er pakken", "terima kasih", "merci", "nope"]
    assert [identify(text, own) for text in texts] == [identify(text, own) for text in texts]
