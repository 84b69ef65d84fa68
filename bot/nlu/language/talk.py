"""Whether a message in another language than expected is talk in it, or names, brands and products; pure.

Detectors always have a guess: "Louis Vuitton" is Finnish to them. Talk has words that a language builds sentences
with and the expected one does not, and is mostly made of words customers have used in it. Names have neither, and
titles of products at most the latter.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.l10n.languages import LANGUAGES
from bot.nlu.language.everyday import everyday_languages
from bot.nlu.language.evidence import word_count
from bot.nlu.language.vocabulary import Vocabulary, terms_of

# So many words that are not all capitalised are a sentence.
_SENTENCE_WORDS = 5
# How many words of a short message, and of one in another script, must be known, and what share of it (measured).
_KNOWN, _KNOWN_SHARE = 2, 0.5
_KNOWN_OF_SCRIPT, _KNOWN_SHARE_OF_SCRIPT = 1, 0.25
# Words to build sentences with in what is all capitalised, such as "Guten Tag" but not "New York".
_TITLE_WORDS = 2
# Words at all, where none of the language is known.
_UNLEARNED_WORDS = 3
# Who asks for a language by its own name wants it: "parla italiano?".
_OWN_NAMES = {code: language.native_name.lower() for code, language in LANGUAGES.items()}
# Small words within names and titles: "Anna de Vries", "Bay of Bengal".
_PARTICLE = 3


def is_title(words: Sequence[str]) -> bool:
    """Tell whether all words are capitalised but for small ones between them, as in names and titles."""
    large = _large(words)
    return bool(large) and words[0][0].isupper() and words[-1] in large and all(word[0].isupper() for word in large)


def is_name(words: Sequence[str], language: str, vocabulary: Vocabulary) -> bool:
    """Tell whether words are capitalised like a name, and none that customers use in the language is among them.

    A browser's language is only a guess itself: where one word is known, the message knows better.
    """
    terms = terms_of(" ".join(words))
    return is_title(words) and not any(
        vocabulary.knows(term, language) or language in everyday_languages().get(term, ()) for term in terms
    )


def is_talk(words: Sequence[str], language: str, expected: str, vocabulary: Vocabulary, *, same_script: bool) -> bool:
    """Tell whether words that seem to be in a language are enough to leave the expected one for it.

    Args:
        words: Of the message, in their original case.
        language: The one they seem to be in.
        expected: The one of the conversation.
        vocabulary: What customers have used.
        same_script: Whether the expected language is written with these letters, too.
    """
    if language not in vocabulary.languages:
        return not is_title(words) and word_count(list(words)) >= _UNLEARNED_WORDS
    terms = list(dict.fromkeys(terms_of(" ".join(words))))
    # In "Rio de Janeiro" the small word tells nothing.
    bearers = terms_of(" ".join(_large(words))) if is_title(words) else terms
    telling = sum(_tells(term, language, expected, vocabulary) for term in set(bearers))
    known = sum(vocabulary.knows(term, language) for term in terms)
    if sum(vocabulary.knows(term, expected) for term in terms) > known:
        return False
    if is_title(words):
        return telling >= _TITLE_WORDS and known >= len(terms) * _KNOWN_SHARE
    if word_count(list(words)) >= _SENTENCE_WORDS and len(terms) >= _SENTENCE_WORDS:
        return True
    if same_script:
        return telling > 0 and known >= max(_KNOWN, len(terms) * _KNOWN_SHARE)
    return telling > 0 or known >= max(_KNOWN_OF_SCRIPT, len(terms) * _KNOWN_SHARE_OF_SCRIPT)


def _large(words: Sequence[str]) -> list[str]:
    return [word for word in words if len(word) > _PARTICLE or word[0].isupper()]


def _tells(term: str, language: str, expected: str, vocabulary: Vocabulary) -> bool:
    everyday = everyday_languages().get(term, ())
    if expected in everyday or vocabulary.builds_with(term, expected):
        return False
    return language in everyday or vocabulary.builds_with(term, language) or term == _OWN_NAMES.get(language)
