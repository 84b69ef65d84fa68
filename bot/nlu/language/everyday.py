"""Words that everybody knows and writes in every other message (`lexicons/everyday_words.yml`)."""

from __future__ import annotations

from functools import lru_cache

from bot.nlu.lexicon import lexicon


@lru_cache(maxsize=1)
def everyday_languages() -> dict[str, tuple[str, ...]]:
    """Return the languages of every everyday word."""
    languages: dict[str, tuple[str, ...]] = {}
    for code, words in lexicon("everyday_words").items():
        for word in words:
            languages[word] = (*languages.get(word, ()), code)
    return languages
