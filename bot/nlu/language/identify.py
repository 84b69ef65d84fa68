"""Which language a message is in: script first, then an ensemble of detectors, then what was expected."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bot.l10n.languages import DEFAULT_LANGUAGE, LANGUAGES, Tier
from bot.nlu.language import detectors
from bot.nlu.language.everyday import everyday_languages
from bot.nlu.language.evidence import word_count, words_of
from bot.nlu.language.own_ngrams import OwnNgrams
from bot.nlu.language.scripts import ROMANISED, candidates
from bot.nlu.language.talk import is_name, is_talk
from bot.nlu.text import is_payload, without_elongation

#: How many times likelier a language becomes by being that of the conversation, or of the widget or browser.
CONVERSATION_ODDS = 8.0
LOCALE_ODDS = 8.0
#: How many times more that counts for a single word: greetings travel, and detectors guess at them.
SINGLE_WORD_ODDS = 4.0

# How much our own n-grams weigh beside one general detector (measured).
_OWN_WEIGHT = 2.0
# Everyday words count this much each, shared among the languages that have them, and only so far.
_EVERYDAY_WEIGHT = 1.5
_EVERYDAY_LIMIT = 4.0
# Most customers write what Parley has learned or at least speaks; the rest must be plain.
_TIER_BONUS: dict[Tier, float] = {"learned": 1.0, "spoken": 0.5, "understood": -1.5}
# What the general detectors would say of a language in Latin letters that they know in its own script only.
_ROMANISED_OPINION = math.log(0.08)
# How sure lingua and fastText must be of a language that is only understood.
_FIRST_SURE, _SECOND_SURE = 0.9, 0.45
# Where the two main detectors leave more doubt than this, langdetect is asked as well.
_ARBITER_BELOW = 0.8
#: A conversation changes its language only for this many words, and this much certainty.
_SWITCH_WORDS = 2
_SWITCH_CONFIDENCE = 0.85

# Written so much alike that a sentence is often right in both; then the one that was expected is likelier.
_SISTERS = ({"da", "no"}, {"id", "ms"})
_SISTER_CONFIDENCE = 0.95
# Characters that both ways of writing Chinese share tell little, and far more people write simplified ones.
_TRADITIONAL_CONFIDENCE = 2 / 3


@dataclass(frozen=True)
class Identified:
    """The outcome: `confidence` is 0.0 where the message decides nothing and `language` was only expected."""

    language: str
    confidence: float
    words: int


def identify(text: str, own: OwnNgrams, conversation: str | None = None, locale: str | None = None) -> Identified:
    """Return the language of a message.

    Nothing is decided on messages without words of their own (numbers, codes, addresses, emoji, sizes, "ok",
    button payloads) nor, where a language is expected, on names, brands and products.

    Args:
        own: The n-grams of our training data.
        conversation: Language the conversation is in.
        locale: Language of the widget, browser or profile; counts until the conversation has a language.
    """
    expected = conversation or locale
    words = [] if is_payload(text) else words_of(text)
    if not words:
        return Identified(expected or DEFAULT_LANGUAGE, 0.0, 0)
    count = word_count(words)
    possible = candidates(" ".join(words))
    if len(words) == 1 and (everyday := possible & set(everyday_languages().get(words[0].lower(), ()))):
        # Of one word that everybody knows, detectors guess; who says it is known.
        is_expected = {code for code in possible if code == expected}
        possible = frozenset(is_expected) if expected in everyday else everyday | is_expected
    if not possible:
        return Identified(expected or DEFAULT_LANGUAGE, 0.0, 0)
    if len(possible) == 1:
        language, confidence = next(iter(possible)), 1.0
    else:
        odds = {}
        if expected:
            odds[expected] = CONVERSATION_ODDS if conversation else LOCALE_ODDS
            odds[expected] *= SINGLE_WORD_ODDS if count == 1 else 1.0
        language, confidence = _best(" ".join(words), possible, own, odds)
        if any({language, expected} == sisters for sisters in _SISTERS) and confidence < _SISTER_CONFIDENCE:
            language = str(expected)
        if language == "zh-TW" and not expected and "zh" in possible and confidence < _TRADITIONAL_CONFIDENCE:
            language = "zh"
    if expected and language != expected:
        is_same_script = expected in possible
        if conversation:
            is_evident = is_talk(words, language, expected, own.vocabulary, same_script=is_same_script)
        else:
            is_evident = not (is_same_script and is_name(words, language, own.vocabulary))
        if not is_evident:
            return Identified(expected, 0.0, count)
    if conversation:
        # "no no no" is one word of evidence, however often it is said.
        language = sticky_language(conversation, language, confidence, word_count(list(dict.fromkeys(words))))
    return Identified(language, confidence, count)


def sticky_language(conversation: str | None, detected: str, confidence: float, words: int) -> str:
    """Return the language to go on in: the detected one only on strong evidence over several words.

    Args:
        conversation: Language so far, None at the start.
        confidence: Of the detection, between 0 and 1.
        words: How many words it rests on.
    """
    if conversation is None:
        return detected
    if words >= _SWITCH_WORDS and confidence >= _SWITCH_CONFIDENCE:
        return detected
    return conversation


def _best(text: str, possible: frozenset[str], own: OwnNgrams, odds: dict[str, float]) -> tuple[str, float]:
    # All capitals are shouting, not another language, but detectors take them for one.
    text = without_elongation(text.lower())
    opinions = [detectors.lingua(text), detectors.fasttext(text)]
    if foreign := _only_understood(opinions, possible):
        return foreign
    learned = own.log_probabilities(text)
    everyday = _everyday(text.split())
    is_latin = "en" in possible
    scores = {
        code: _opinion(opinions, code, is_latin)
        + _OWN_WEIGHT * learned.get(code, 0.0)
        + everyday.get(code, 0.0)
        + _TIER_BONUS[LANGUAGES[code].tier]
        + math.log(odds.get(code, 1.0))
        for code in possible
        # Only our own n-grams can tell a language that is not in its own script.
        if not (is_latin and code in ROMANISED) or code in learned
    }
    language, confidence = _top(scores)
    if confidence < _ARBITER_BELOW:
        opinion = [detectors.langdetect(text)]
        scores = {code: score + _opinion(opinion, code, is_latin) for code, score in scores.items()}
        language, confidence = _top(scores)
    return language, confidence


def _only_understood(opinions: Sequence[dict[str, float]], possible: frozenset[str]) -> tuple[str, float] | None:
    """Return a language without training data, and the confidence, where both general detectors are for it.

    Our own n-grams would vote for the most similar language they know, and always win.
    """
    for code in possible:
        if LANGUAGES[code].tier == "understood":
            first, second = (opinion.get(code, 0.0) for opinion in opinions)
            if first >= _FIRST_SURE and second >= _SECOND_SURE:
                return code, round((first + second) / 2, 6)
    return None


def _opinion(opinions: Sequence[dict[str, float]], code: str, is_latin: bool) -> float:
    if is_latin and code in ROMANISED:
        return len(opinions) * _ROMANISED_OPINION
    return sum(detectors.log_probability(opinion, code) for opinion in opinions)


def _everyday(words: list[str]) -> dict[str, float]:
    bonus: dict[str, float] = {}
    for word in words:
        languages = everyday_languages().get(word, ())
        for code in languages:
            bonus[code] = min(bonus.get(code, 0.0) + _EVERYDAY_WEIGHT / len(languages), _EVERYDAY_LIMIT)
    return bonus


def _top(scores: dict[str, float]) -> tuple[str, float]:
    best = max(scores, key=lambda code: (scores[code], code))
    total = sum(math.exp(score - scores[best]) for score in scores.values())
    # lingua adds up in a random order; the last digits are noise.
    return best, round(1.0 / total, 6)
