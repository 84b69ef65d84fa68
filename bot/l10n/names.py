"""Which language a customer asks for, by its name in the languages people ask in."""

from __future__ import annotations

import re

_NAMES = {
    "en": r"english|englisch\w*|ingl[eé]s|anglais|engels|inglese|英语|英文",
    "de": r"german|deutsch\w*|alem[aá]n|allemand|duits|tedesco|德语|德文",
    "es": r"spanish|spanisch\w*|espa[nñ]ol|castellano|espagnol|spaans|spagnolo|西班牙语|西班牙文|西语",
    "zh-TW": r"traditional chinese|繁體中文|繁体中文|繁體|正體中文",
    "zh": r"chinese|mandarin|chinesisch\w*|chino|mandar[ií]n|chinois|chinees|cinese|中文|汉语|普通话|简体|国语",
    "fr": r"french|franz[oö]sisch\w*|franzoesisch|franc[eé]s|fran[cç]ais|frans|francese|法语|法文",
    "it": r"italian|italienisch\w*|italiano|italien|italiaans|意大利语|意大利文",
    "nl": r"dutch|niederl[aä]ndisch\w*|holl[aä]ndisch|holand[eé]s|n[eé]erland\w+|nederlands|olandese|荷兰语",
    "pt": r"portuguese|portugiesisch\w*|portugu[eê]s|portugais|portugees|portoghese|葡萄牙语|葡语",
    "pl": r"polish|polnisch\w*|polaco|polonais|polski|波兰语",
    "ru": r"russian|russisch\w*|ruso|russe|русск\w*|俄语|俄文",
    "tr": r"turkish|t[uü]rkisch\w*|turco|turc|t[uü]rk[cç]e|土耳其语",
    "ar": r"arabic|arabisch\w*|[aá]rabe|arabe|العربية|عربي|阿拉伯语",
    "ja": r"japanese|japanisch\w*|japon[eé]s|japonais|日本語|日语|日文",
    "ko": r"korean|koreanisch\w*|coreano|cor[eé]en|한국어|韩语|韩文",
    "th": r"thai|tailand[eé]s|ภาษาไทย|泰语",
}
_PATTERNS = {
    code: re.compile(rf"(?<!\w)(?:{names})(?!\w)" if names[0].isascii() else names, re.IGNORECASE)
    for code, names in _NAMES.items()
}
_CJK_NAMES = {
    code: [name for name in names.split("|") if not name[0].isascii() and "\u4e00" <= name[0] <= "\u9fff"]
    for code, names in _NAMES.items()
}


def language_named(text: str) -> str | None:
    """Return the code of the language that a text names last, or None; "not in English, in German" means German."""
    found: list[tuple[int, str]] = []
    for code, pattern in _PATTERNS.items():
        found += [(match.start(), code) for match in pattern.finditer(text)]
        # Chinese has no spaces, so its names are no words of their own to a regular expression.
        found += [(text.rindex(name), code) for name in _CJK_NAMES[code] if name in text]
    return max(found, key=lambda place: place[0])[1] if found else None
