"""A client of Apertium's web service, APY, in the manner of deep-translator."""

from __future__ import annotations

import re
from typing import Any

from deep_translator.base import BaseTranslator
from deep_translator.exceptions import LanguageNotSupportedException

from bot.translation.transport import transport

# BCP 47 to ISO 639-3, as Apertium names its pairs.
ISO_639_3 = {
    "af": "afr", "ar": "ara", "be": "bel", "bg": "bul", "bn": "ben", "ca": "cat", "cs": "ces", "cy": "cym", "da": "dan",
    "de": "deu", "el": "ell", "en": "eng", "es": "spa", "et": "est", "eu": "eus", "fa": "pes", "fi": "fin", "fr": "fra",
    "ga": "gle", "gu": "guj", "he": "heb", "hi": "hin", "hr": "hrv", "hu": "hun", "hy": "hye", "id": "ind", "is": "isl",
    "it": "ita", "ja": "jpn", "ka": "kat", "kk": "kaz", "ko": "kor", "lt": "lit", "lv": "lav", "mk": "mkd", "mr": "mar",
    "ms": "zsm", "nl": "nld", "no": "nob", "pa": "pan", "pl": "pol", "pt": "por", "ro": "ron", "ru": "rus", "sk": "slk",
    "sl": "slv", "sq": "sqi", "sr": "srp", "sv": "swe", "sw": "swa", "ta": "tam", "te": "tel", "th": "tha", "tl": "tgl",
    "tr": "tur", "uk": "ukr", "ur": "urd", "vi": "vie", "zh": "zho", "pt-BR": "por_BR", "nn": "nno", "nb": "nob",
    "oc": "oci", "gl": "glg", "eo": "epo", "ast": "ast",
}  # fmt: skip

_DOUBTS = re.compile(r"(?<!\w)[*#@](?=\w)")


class ApertiumTranslator(BaseTranslator):  # type: ignore[misc]
    """Translates by an APY server, which serves the language pairs installed on it."""

    def __init__(self, source: str, target: str, base_url: str, **_: Any) -> None:
        """Take BCP 47 or ISO 639-3 codes and the address of the server.

        Raises LanguageNotSupportedException where the server does not have the pair.
        """
        super().__init__(base_url=f"{base_url.rstrip('/')}/", languages=ISO_639_3, source=source, target=target)
        if (self.source, self.target) not in self.pairs():
            raise LanguageNotSupportedException(f"{self.source}|{self.target}")

    def pairs(self) -> set[tuple[str, str]]:
        """Return the pairs that the server has."""
        answer = transport.get(f"{self._base_url}listPairs")
        answer.raise_for_status()
        return {(pair["sourceLanguage"], pair["targetLanguage"]) for pair in answer.json()["responseData"]}

    def translate(self, text: str, **_: Any) -> str:
        """Return a text translated; words that the server does not know stay as they are."""
        # Sent as a form, which APY takes like a query: addresses are logged and end at 64 KB, bodies do not.
        answer = transport.post(
            f"{self._base_url}translate",
            data={"langpair": f"{self.source}|{self.target}", "markUnknown": "no", "q": text},
        )
        answer.raise_for_status()
        translated: str = answer.json()["responseData"]["translatedText"]
        # Words it knows but cannot inflect are marked even so.
        return _DOUBTS.sub(lambda found: found[0] if found[0] in text else "", translated)
