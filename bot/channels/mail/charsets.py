"""Bytes to text, whatever they were declared to be: mailers of the world say wrong things, or nothing."""

from __future__ import annotations

import codecs
import re

import charset_normalizer

# What mailers call a smaller set while they write the larger one (the WHATWG Encoding Standard does the same).
_LARGER = {
    "ascii": "utf-8",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
    "iso8859-11": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "iso2022_jp": "iso2022_jp_ext",
}
# Names that Python does not know.
_NAMED = {
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "cp-850": "cp850",
    "x-sjis": "cp932",
    "x-euc-jp": "euc_jp",
    "x-gbk": "gb18030",
    "x-big5": "big5hkscs",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "unicode-1-1-utf-7": "utf-7",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "x-windows-874": "cp874",
    "cp-1251": "cp1251",
    "win-1251": "cp1251",
    "utf8mb4": "utf-8",
    "x-unknown": "",
    "unknown-8bit": "",
    "8bit": "",
    "binary": "",
}
_SINGLE_BYTE = re.compile(r"cp(?:12\d\d|874|8\d\d)|iso8859|koi8|mac_|mac-|latin")
_LONGER_THAN_CHANCE = re.compile(rb"(?:[\xe0-\xef][\x80-\xbf]{2}){3}")
_JAPANESE_ESCAPE = re.compile(rb"\x1b\$[@B]|\x1b\([BJ]")
_GUESSED_BYTES = 64 * 1024
_GUESSES = ["cp1252", "cp1251", "koi8_r", "gb18030", "cp932", "euc_jp", "big5hkscs", "cp949", "cp1256", "cp1255",
            "cp1253", "cp1254", "cp1250", "cp874"]  # fmt: skip


def decoded(raw: bytes, declared: str | None) -> str:
    """Return the text that bytes most likely are; what no set makes sense of becomes U+FFFD."""
    codec = _codec(declared)
    if _is_utf8(raw, codec):
        return raw.decode("utf-8-sig")
    if codec in (None, "utf-8") and _JAPANESE_ESCAPE.search(raw):
        codec = "iso2022_jp_ext"
    for candidate in (codec, "utf-8"):
        if candidate is None:
            continue
        try:
            return raw.decode(candidate).lstrip("\ufeff")
        except (UnicodeError, LookupError):
            continue
    if codec is not None and codec != "utf-8":
        text = raw.decode(codec, "replace")
        # One broken character does not make a declaration wrong.
        if text.count("\ufffd") * 20 <= len(text):
            return text
    return _guessed(raw)


def _codec(declared: str | None) -> str | None:
    name = (declared or "").strip().strip("'\"").lower()
    name = _NAMED.get(name, name)
    if not name:
        return None
    try:
        known = codecs.lookup(name).name
        # Python counts base64 and the like among its codecs; those refuse to make a text.
        b"a".decode(known, "replace")
    except (LookupError, ValueError):
        return None
    return _LARGER.get(known, known)


def _is_utf8(raw: bytes, codec: str | None) -> bool:
    """Tell whether bytes are UTF-8 although they were declared otherwise."""
    if raw.isascii() or (codec is not None and codec.startswith(("utf-16", "utf-32", "utf_16", "utf_32"))):
        return False
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    # Words of single bytes are practically never UTF-8 by chance; a few pairs of bytes of a Chinese set may be.
    return codec is None or bool(_SINGLE_BYTE.match(codec)) or bool(_LONGER_THAN_CHANCE.search(raw))


def _guessed(raw: bytes) -> str:
    best = charset_normalizer.from_bytes(raw[:_GUESSED_BYTES], cp_isolation=_GUESSES).best()
    return raw.decode(best.encoding if best else "cp1252", "replace")
