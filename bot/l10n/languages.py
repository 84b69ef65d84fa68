"""The one registry of the languages Parley knows; pure data, no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Direction = Literal["ltr", "rtl"]
Tier = Literal["learned", "spoken", "understood"]

#: What is spoken when nothing at all is known about the customer, and the source text of every response.
DEFAULT_LANGUAGE = "en"


def locale_of(code: str) -> str:
    """Return what CLDR, Babel and gettext call a language: `zh-TW` is `zh_TW`."""
    return code.replace("-", "_")


@dataclass(frozen=True)
class Language:
    """One language: what it is called, how it is written and how a shop addresses its customers in it.

    Attributes:
        code: BCP 47 code, unique in the registry.
        script: ISO 15924 code of the script it is written in.
        tier: How well Parley knows it. `learned`: full training data, catalogue, test set. `spoken`: little training
            data, catalogue, test set. `understood`: recognised and understood through its likeness to the others, and
            answered in another language.
        fallback: Codes to look a sentence up in, in this order, where the language lacks it.
        formality: How customers are addressed; a note to translators.
    """

    code: str
    english_name: str
    native_name: str
    script: str = "Latn"
    direction: Direction = "ltr"
    tier: Tier = "understood"
    fallback: tuple[str, ...] = (DEFAULT_LANGUAGE,)
    formality: str = "polite and friendly"

    @property
    def is_spoken(self) -> bool:
        """Whether Parley answers in it, that is, whether a catalogue of its responses exists."""
        return self.tier != "understood"

    @property
    def plural_rule(self) -> str:
        """Return the code under which CLDR, by way of Babel, keeps the rule for plural forms."""
        return locale_of(self.code)


_ALL = (
    Language("en", "English", "English", tier="learned", fallback=(), formality="friendly and plain"),
    Language("de", "German", "Deutsch", tier="learned", formality="formal: Sie"),
    Language("fr", "French", "Français", tier="learned", formality="formal: vous"),
    Language("es", "Spanish", "Español", tier="learned", formality="formal: usted"),
    Language("it", "Italian", "Italiano", tier="learned", formality="formal: Lei"),
    Language("pt", "Portuguese", "Português", tier="learned", formality="polite: você"),
    Language("nl", "Dutch", "Nederlands", tier="learned", formality="polite: u"),
    Language("pl", "Polish", "Polski", tier="learned", formality="formal: Pan / Pani, or impersonal"),
    Language("ru", "Russian", "Русский", tier="learned", script="Cyrl", formality="formal: вы"),
    Language("tr", "Turkish", "Türkçe", tier="learned", formality="formal: siz"),
    Language(
        "ar", "Arabic", "العربية", tier="learned", script="Arab", direction="rtl", formality="Modern Standard, polite"
    ),
    Language("ja", "Japanese", "日本語", tier="learned", script="Jpan", formality="honorific: です・ます, お客様"),
    Language("ko", "Korean", "한국어", tier="learned", script="Kore", formality="honorific: 하십시오체, 고객님"),
    Language("zh", "Chinese", "简体中文", tier="learned", script="Hans", formality="polite and neutral: 您"),
    Language(
        "zh-TW",
        "Traditional Chinese",
        "繁體中文",
        tier="learned",
        script="Hant",
        fallback=("zh", "en"),
        formality="polite and neutral: 您",
    ),
    Language("th", "Thai", "ไทย", tier="learned", script="Thai", formality="polite particles: ค่ะ / ครับ"),
    Language("sv", "Swedish", "Svenska", tier="spoken", formality="informal: du"),
    Language("da", "Danish", "Dansk", tier="spoken", formality="informal: du"),
    Language("no", "Norwegian", "Norsk", tier="spoken", formality="informal: du"),
    Language("fi", "Finnish", "Suomi", tier="spoken", formality="polite, informal: sinä"),
    Language("cs", "Czech", "Čeština", tier="spoken", formality="formal: vy"),
    Language("hu", "Hungarian", "Magyar", tier="spoken", formality="formal: Ön"),
    Language("ro", "Romanian", "Română", tier="spoken", formality="formal: dumneavoastră"),
    Language("el", "Greek", "Ελληνικά", tier="spoken", script="Grek", formality="formal: εσείς"),
    Language("uk", "Ukrainian", "Українська", tier="spoken", script="Cyrl", formality="formal: ви"),
    Language("bg", "Bulgarian", "Български", tier="spoken", script="Cyrl", formality="formal: Вие"),
    Language("he", "Hebrew", "עברית", tier="spoken", script="Hebr", direction="rtl", formality="plain and polite"),
    Language("hi", "Hindi", "हिन्दी", tier="spoken", script="Deva", formality="formal: आप"),
    Language("id", "Indonesian", "Bahasa Indonesia", tier="spoken", formality="formal: Anda"),
    Language("vi", "Vietnamese", "Tiếng Việt", tier="spoken", formality="polite: quý khách"),
    Language("ms", "Malay", "Bahasa Melayu", tier="spoken", formality="formal: anda"),
    Language("fa", "Persian", "فارسی", tier="spoken", script="Arab", direction="rtl", formality="formal: شما"),
    Language("et", "Estonian", "Eesti"),
    Language("lv", "Latvian", "Latviešu"),
    Language("lt", "Lithuanian", "Lietuvių"),
    Language("sk", "Slovak", "Slovenčina"),
    Language("sl", "Slovenian", "Slovenščina"),
    Language("hr", "Croatian", "Hrvatski"),
    Language("sr", "Serbian", "Српски", script="Cyrl"),
    Language("mk", "Macedonian", "Македонски", script="Cyrl"),
    Language("be", "Belarusian", "Беларуская", script="Cyrl"),
    Language("sq", "Albanian", "Shqip"),
    Language("is", "Icelandic", "Íslenska"),
    Language("ga", "Irish", "Gaeilge"),
    Language("cy", "Welsh", "Cymraeg"),
    Language("eu", "Basque", "Euskara"),
    Language("ca", "Catalan", "Català"),
    Language("af", "Afrikaans", "Afrikaans"),
    Language("ka", "Georgian", "ქართული", script="Geor"),
    Language("hy", "Armenian", "Հայերեն", script="Armn"),
    Language("az", "Azerbaijani", "Azərbaycanca"),
    Language("kk", "Kazakh", "Қазақша", script="Cyrl"),
    Language("mn", "Mongolian", "Монгол", script="Cyrl"),
    Language("ur", "Urdu", "اردو", script="Arab", direction="rtl"),
    Language("bn", "Bengali", "বাংলা", script="Beng"),
    Language("mr", "Marathi", "मराठी", script="Deva"),
    Language("gu", "Gujarati", "ગુજરાતી", script="Gujr"),
    Language("pa", "Punjabi", "ਪੰਜਾਬੀ", script="Guru"),
    Language("ta", "Tamil", "தமிழ்", script="Taml"),
    Language("te", "Telugu", "తెలుగు", script="Telu"),
    Language("tl", "Tagalog", "Tagalog"),
    Language("sw", "Swahili", "Kiswahili"),
)

LANGUAGES: dict[str, Language] = {language.code: language for language in _ALL}
LEARNED: tuple[str, ...] = tuple(language.code for language in _ALL if language.tier == "learned")
SPOKEN: tuple[str, ...] = tuple(language.code for language in _ALL if language.is_spoken)

# Old and neighbouring codes that browsers, platforms and detectors send for a language of the registry.
_ALIASES = {
    "nb": "no", "nn": "no", "iw": "he", "in": "id", "cmn": "zh", "yue": "zh-TW", "zho": "zh",
    "zh-hant": "zh-TW", "zh-hk": "zh-TW", "zh-mo": "zh-TW", "zh-hans": "zh", "zh-cn": "zh", "zh-sg": "zh",
    "prs": "fa", "bs": "hr", "fil": "tl",
}  # fmt: skip


@lru_cache(maxsize=1024)
def resolve(tag: str | None) -> str | None:
    """Return the registry's code for a BCP 47 tag or POSIX locale, or None where it is not in the registry.

    The longest matching prefix wins: `de_AT.UTF-8` gives `de`, `zh-Hant-HK` and `zh_TW` give `zh-TW`,
    `nb-NO` gives `no`.
    """
    if not tag:
        return None
    parts = tag.split(".")[0].split("@")[0].replace("_", "-").lower().split("-")
    for length in range(len(parts), 0, -1):
        prefix = "-".join(parts[:length])
        code = _ALIASES.get(prefix, _BY_LOWER_CODE.get(prefix))
        if code is not None:
            return code
    return None


def fallback_chain(code: str) -> tuple[str, ...]:
    """Return the code itself and the codes to fall back on, in order; an unknown code falls back to English."""
    language = LANGUAGES.get(code)
    return (code, DEFAULT_LANGUAGE) if language is None else (code, *language.fallback)


def spoken_language(code: str | None) -> str:
    """Return the language Parley answers in when the customer writes in `code`."""
    for candidate in fallback_chain(code or DEFAULT_LANGUAGE):
        if candidate in SPOKEN:
            return candidate
    return DEFAULT_LANGUAGE


def preferred(tags: Sequence[str]) -> str | None:
    """Return which of a visitor's languages, best first, to expect of them and to answer in; None where there is none.

    It is the first, unless we had to answer that one in English and speak a later one, which comes before English.
    """
    for tag in tags:
        code = resolve(tag)
        if code == DEFAULT_LANGUAGE:
            break
        if code is not None and spoken_language(code) != DEFAULT_LANGUAGE:
            return tag
    return tags[0] if tags else None


_BY_LOWER_CODE = {code.lower(): code for code in LANGUAGES}
