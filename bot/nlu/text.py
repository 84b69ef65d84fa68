"""How a message is cleaned before any model reads it; pure functions, shared by training and serving."""

from __future__ import annotations

import re
import unicodedata

#: Longer messages are cut for the classifiers: what is wanted is said in the first screens of a story.
MAX_MODEL_CHARACTERS = 600

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0e\ufe0f\ufeff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\s]+")
_ELONGATED_LETTER = re.compile(r"([^\W\d_])\1{2,}")
_ELONGATED_MARK = re.compile(r"([^\w\s])\1+")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>]+", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
# Bounded by hand, because Chinese characters count as part of a word: 订单10482733了.
_CODE = re.compile(r"(?<![a-z0-9])(?:#\s?)?(?:[a-z]{1,4}-?)?\d(?:[ ./-]?\d){4,}[a-z]{0,2}(?![a-z0-9])", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
# Combining accents; Arabic vowel marks, hamza above and below, and the stroke that stretches words.
_LEVELLED = re.compile("[\u0300-\u036f\u0640\u064b-\u0655\u0670]")
_ALIKE = str.maketrans({"ı": "i", "ł": "l", "đ": "d", "ø": "o", "ß": "ss", "æ": "ae", "ى": "ي", "ة": "ه", "ٱ": "ا"})
_IDEOGRAPH_BLOCKS = ((0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))

# Letters as `weight` counts them: about four words.
_ENOUGH_SAID = 18

_FIRST_IDEOGRAPH = _IDEOGRAPH_BLOCKS[0][0]

EMAIL_MASK = "mail@example.org"
URL_MASK = "www.example.org"
CODE_MASK = "12345678"


def clean(text: str) -> str:
    """Return the text in NFKC, without invisible characters, with single spaces."""
    without_marks = _INVISIBLE.sub("", text)
    return _CONTROL.sub(" ", unicodedata.normalize("NFKC", without_marks)).strip()


def for_models(text: str) -> str:
    """Return the text as the sentence encoders and n-grams read it.

    Lower case, elongated letters and repeated punctuation shortened. Order numbers and e-mail addresses are left
    out where enough else is said, because who is kind enough to give them along with a wish would otherwise be
    taken for somebody who only gives them; where little else is said, and for links, one fixed specimen stands
    for all, since which number it is says nothing about the wish.
    """
    shaped = clean(text[: 4 * MAX_MODEL_CHARACTERS])[:MAX_MODEL_CHARACTERS].lower()
    shaped = without_elongation(shaped)
    shaped = _URL.sub(URL_MASK, shaped)
    bare = _CODE.sub(" ", _EMAIL.sub(" ", shaped))
    if weight(bare) >= _ENOUGH_SAID:
        return _CONTROL.sub(" ", bare).strip()
    return _CODE.sub(CODE_MASK, _EMAIL.sub(EMAIL_MASK, shaped))


def is_only_an_answer(prepared_text: str) -> bool:
    """Tell whether a text as the models read it is nothing but order numbers and e-mail addresses."""
    rest = prepared_text.replace(EMAIL_MASK, "").replace(CODE_MASK, "")
    return rest != prepared_text and not any(character.isalnum() for character in rest)


def without_elongation(text: str) -> str:
    """Return the text with stretched letters and repeated punctuation shortened: `heyyy!!!` gives `hey!`."""
    return _ELONGATED_MARK.sub(r"\1", _ELONGATED_LETTER.sub(_shorten_letters, text))


def for_ngrams(text: str) -> str:
    """Return the text as n-grams read it: every digit is 0, and what customers leave out or mix up is levelled.

    That is accents and dots on Latin, Greek and Cyrillic letters, and in Arabic vowel marks and the spellings of
    alif, ya, waw and ta marbuta. Marks of other scripts are vowels, and stay.
    """
    decomposed = unicodedata.normalize("NFKD", _DIGIT.sub("0", text))
    return unicodedata.normalize("NFC", _LEVELLED.sub("", decomposed)).translate(_ALIKE)


def is_ideograph(character: str) -> bool:
    """Tell whether a character is a Chinese character (also as used in Japanese and Korean)."""
    code = ord(character)
    # Nearly every character asked about is below; this is called for each one of every message.
    return code >= _FIRST_IDEOGRAPH and any(low <= code <= high for low, high in _IDEOGRAPH_BLOCKS)


def weight(text: str) -> int:
    """Return how much is written: letters, of which a Chinese character counts three."""
    return sum(3 if is_ideograph(character) else 1 for character in text if character.isalpha())


def is_payload(text: str) -> bool:
    """Tell whether the text is a button payload such as `/affirm`, which Rasa parses by itself."""
    return text.startswith("/") and text[1:2].isalpha()


def _shorten_letters(match: re.Match[str]) -> str:
    letter = match.group(1)
    return letter * 2 if is_ideograph(letter) else letter
