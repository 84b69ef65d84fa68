"""Doubts, conditions and questions are told from a plain yes, in every language."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.l10n import languages
from bot.nlu.entities.doubts import doubts
from bot.nlu.entities.spans import fold
from bot.nlu.lexicon import lexicon

_TESTS = Path(__file__).parents[2] / "nlu"


@pytest.mark.parametrize(
    "language,text",
    [
        ("en", "maybe"), ("en", "hm"), ("en", "ok wait"), ("en", "yes if it's free"), ("en", "is that right?"),
        ("de", "vielleicht"), ("de", "ja, wenn es nichts kostet"), ("de", "ok und was kostet das"), ("de", "ähm"),
        ("fr", "peut-être"), ("fr", "oui, si c'est gratuit"), ("es", "quizás"), ("es", "sí, pero solo si es gratis"),
        ("it", "forse"), ("pt", "talvez"), ("nl", "misschien"), ("pl", "może"), ("ru", "может быть"), ("tr", "belki"),
        ("ar", "ربما"), ("ar", "نعم إذا كان مجاناً"), ("ja", "たぶん"), ("ja", "ちょっと待ってください"),
        ("ko", "아마도요"),
        ("zh", "也许吧"), ("zh-TW", "我再考慮一下"), ("th", "อาจจะ"), ("sv", "kanske"), ("da", "måske"),
        ("no", "kanskje"),
        ("fi", "ehkä"), ("cs", "možná"), ("hu", "talán"), ("ro", "poate"), ("el", "ίσως"), ("uk", "можливо"),
        ("bg", "може би"), ("he", "אולי"), ("hi", "शायद"), ("id", "mungkin"), ("vi", "có lẽ"), ("ms", "mungkin"),
        ("fa", "شاید"), ("ja", "本当ですか？"), ("ar", "صحيح؟"), ("de", "maybe"),
    ],
)  # fmt: skip
def test_a_doubt_is_found(language: str, text: str) -> None:
    (found,) = doubts(fold(text), language, [])
    assert found.entity == "doubt"


@pytest.mark.parametrize(
    "language,text",
    [
        ("en", "yes"), ("en", "ok, go ahead"), ("de", "ah ja genau"), ("de", "oh ja, bitte"), ("de", "ok ich warte"),
        ("es", "si"), ("es", "si, cuanto antes"), ("it", "sì, il più presto possibile, quanto prima"), ("it", "si"),
        ("fr", "si si, allez-y"), ("fr", "oui, j'attends votre retour"), ("pt", "sim, fico a aguardar"), ("bg", "може"),
        ("ar", "نعم لو سمحت"), ("ar", "نعم شكرا لكم"), ("ja", "はい、お待ちしています"), ("ko", "네, 기다릴게요"),
        ("id", "oke, saya tunggu"), ("vi", "ok, tôi chờ"), ("zh", "好吧"), ("th", "ตกลงค่ะ"),
        ("sv", "ja, det handlar om den"),
        ("nl", "ja hoor"), ("da", "ja tak"), ("pl", "no pewnie"), ("ru", "да, жду"),
    ],
)  # fmt: skip
def test_a_plain_yes_is_none(language: str, text: str) -> None:
    assert doubts(fold(text), language, []) == []


def test_every_spoken_language_has_its_words() -> None:
    assert set(languages.SPOKEN) - {"zh-TW"} == set(lexicon("doubts"))


def test_nearly_no_yes_of_the_test_sets_is_a_doubt() -> None:
    found, count = [], 0
    for path in sorted(_TESTS.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            told = json.loads(line)
            if told["intent"] == "affirm":
                count += 1
                found += [told["text"]] if doubts(fold(told["text"]), path.stem, []) else []
    assert len(found) < count / 20, found
