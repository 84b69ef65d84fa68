"""The one registry of the languages Parley knows; pure data, no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Direction = Literal["ltr", "rtl"]

#: What is spoken when nothing at all is known about the customer, and the source text of every response.
DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True)
class Language:
    """One language: what it is called, how it is written and how a shop addresses its customers in it.

    Attributes:
        code: BCP 47 code, unique in the registry.
        script: ISO 15924 code of the script it is written in.
        spoken: Whether Parley answers in it, that is, whether a catalogue of its responses exists.
            Languages that are not spoken are understood all the same.
        fallback: Codes to look a sentence up in, in this order, where the language lacks it.
        formality: How customers are addressed; a note to translators.
    """

    code: str
    english_name: str
    native_name: str
    script: str = "Latn"
    direction: Direction = "ltr"
    spoken: bool = False
    fallback: tuple[str, ...] = (DEFAULT_LANGUAGE,)
    formality: str = "polite and friendly"


_ALL = (
    Language("en", "English", "English", spoken=True, fallback=(), formality="friendly and plain"),
    Language("de", "German", "Deutsch", spoken=True, formality="formal: Sie"),
    Language("fr", "French", "Français", formality="formal: vous"),
    Language("es", "Spanish", "Español", spoken=True, formality="formal: usted"),
    Language("it", "Italian", "Italiano", formality="formal: Lei"),
    Language("pt", "Portuguese", "Português", formality="polite: você"),
    Language("nl", "Dutch", "Nederlands", formality="polite: u"),
    Language("pl", "Polish", "Polski", formality="formal: Pan / Pani, or impersonal"),
    Language("ru", "Russian", "Русский", script="Cyrl", formality="formal: вы"),
    Language("tr", "Turkish", "Türkçe", formality="formal: siz"),
    Language("ar", "Arabic", "العربية", script="Arab", direction="rtl", formality="Modern Standard, polite"),
    Language("ja", "Japanese", "日本語", script="Jpan", formality="honorific: です・ます, お客様"),
    Language("ko", "Korean", "한국어", script="Kore", formality="honorific: 하십시오체, 고객님"),
    Language("zh", "Chinese", "简体中文", script="Hans", spoken=True, formality="polite and neutral: 您"),
    Language(
        "zh-TW",
        "Traditional Chinese",
        "繁體中文",
        script="Hant",
        fallback=("zh", "en"),
        formality="polite and neutral: 您",
    ),
    Language("th", "Thai", "ไทย", script="Thai", formality="polite particles: ค่ะ / ครับ"),
    Language("sv", "Swedish", "Svenska", formality="informal: du"),
    Language("da", "Danish", "Dansk", formality="informal: du"),
    Language("no", "Norwegian", "Norsk", formality="informal: du"),
    Language("fi", "Finnish", "Suomi", formality="polite, informal: sinä"),
    Language("cs", "Czech", "Čeština", formality="formal: vy"),
    Language("hu", "Hungarian", "Magyar", formality="formal: Ön"),
    Language("ro", "Romanian", "Română", formality="formal: dumneavoastră"),
    Language("el", "Greek", "Ελληνικά", script="Grek", formality="formal: εσείς"),
    Language("uk", "Ukrainian", "Українська", script="Cyrl", formality="formal: ви"),
    Language("bg", "Bulgarian", "Български", script="Cyrl", formality="formal: Вие"),
    Language("he", "Hebrew", "עברית", script="Hebr", direction="rtl", formality="plain and polite"),
    Language("hi", "Hindi", "हिन्दी", script="Deva", formality="formal: आप"),
    Language("id", "Indonesian", "Bahasa Indonesia", formality="formal: Anda"),
    Language("vi", "Vietnamese", "Tiếng Việt", formality="polite: quý khách"),
    Language("ms", "Malay", "Bahasa Melayu", formality="formal: anda"),
    Language("fa", "Persian", "فارسی", script="Arab", direction="rtl", formality="formal: شما"),
)

LANGUAGES: dict[str, Language] = {language.code: language for language in _ALL}
SPOKEN: tuple[str, ...] = tuple(language.code for language in _ALL if language.spoken)

# Old and neighbouring codes that browsers, platforms and detectors send for a language of the registry.
_ALIASES = {
    "nb": "no", "nn": "no", "iw": "he", "in": "id", "cmn": "zh", "yue": "zh-TW", "zho": "zh",
    "zh-hant": "zh-TW", "zh-hk": "zh-TW", "zh-mo": "zh-TW", "zh-hans": "zh", "zh-cn": "zh", "zh-sg": "zh",
    "prs": "fa",
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


_BY_LOWER_CODE = {code.lower(): code for code in LANGUAGES}
