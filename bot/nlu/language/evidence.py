"""Which part of a message says anything about its language."""

from __future__ import annotations

import re
import unicodedata

from bot.nlu.text import clean, is_ideograph

_NOT_LANGUAGE = re.compile(
    r"(?:https?://|www\.)\S+|[\w.+%-]+@[\w-]+(?:\.[\w-]+)*|@\w+|[a-z]*\d[a-z0-9./:-]*", re.IGNORECASE
)
# Vowel signs of Hindi, Thai and others, which are no letters to Python but belong to words.
MARKS = frozenset(chr(code) for code in range(0x0300, 0x20D0) if unicodedata.category(chr(code)).startswith("M"))
_LETTER = rf"[^\W\d_][{''.join(sorted(MARKS))}]*"
_WORD = re.compile(rf"(?:{_LETTER})+(?:['’´`](?:{_LETTER})+)*")

# Said alike in most languages, or names of things: sizes, carriers, means of payment, devices, greetings
# that travelled. They are evidence neither for nor against a language.
_UNIVERSAL = frozenset(
    """hi hey ok oke okay okey okk k kk x xx xxx lol haha hahaha hehe hm hmm mm ah oh eh ey xs s m l xl xxl xxxl nr pl
    id dhl ups dpd gls fedex usps tnt hermes paypal visa mastercard klarna iban pdf usb hdmi tv pc led wifi app
    email e-mail mail sms tel telefon gsm hp fax stop bot chat info error thx revolut twint swish url qr sku gps
    whatsapp telegram facebook instagram amazon ebay iphone samsung nike adidas lego sony apple parley taxi
    hotel""".split()
)


def words_of(text: str) -> list[str]:
    """Return the words that can tell a language, in their original case.

    Numbers, codes, addresses, links, emoji and words that every language shares are left out.
    """
    remaining = _NOT_LANGUAGE.sub(" ", clean(text))
    return [word for word in _WORD.findall(remaining) if word.lower() not in _UNIVERSAL]


def word_count(words: list[str]) -> int:
    """Return how many words these are; in scripts without spaces two characters count as a word."""
    total = 0
    for word in words:
        dense = sum(is_ideograph(character) or "\u0e00" <= character <= "\u0e7f"
                    or "\u3040" <= character <= "\u30ff" for character in word)  # fmt: skip
        total += max(1, (dense + 1) // 2) if dense else 1
    return total
