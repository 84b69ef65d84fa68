"""Fonts for a text: of each file that is needed only the characters that occur, in regular and bold."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

from bot.l10n.languages import LANGUAGES

REGULAR, BOLD = 400, 700

_NOTO, _NOTO_CJK = "manimgx_fonts", "justmytype_intl_cjk"
_LATIN = "NotoSans"
_SIMPLIFIED, _TRADITIONAL, _JAPANESE, _KOREAN = "NotoSansSC", "NotoSansTC", "NotoSansJP", "NotoSansKR"
_EAST_ASIAN = {_SIMPLIFIED: "notosanssc", _TRADITIONAL: "notosanstc", _JAPANESE: "notosansjp", _KOREAN: "notosanskr"}
# ISO 15924 script → the font that a language written in it is set in.
_BY_SCRIPT = {
    "Latn": _LATIN, "Cyrl": _LATIN, "Grek": _LATIN, "Arab": "NotoSansArabic", "Hebr": "NotoSansHebrew",
    "Thai": "NotoSansThai", "Deva": "NotoSansDevanagari", "Beng": "NotoSansBengali", "Gujr": "NotoSansGujarati",
    "Guru": "NotoSansGurmukhi", "Taml": "NotoSansTamil", "Telu": "NotoSansTelugu", "Geor": "NotoSansGeorgian",
    "Armn": "NotoSansArmenian", "Hans": _SIMPLIFIED, "Hant": _TRADITIONAL, "Jpan": _JAPANESE, "Kore": _KOREAN,
}  # fmt: skip
# What nearly every document needs; the joiners print nothing and decide about the shape of their neighbours.
_ALWAYS = frozenset(range(0x20, 0x7F)) | {0xA0, 0x200C, 0x200D}
# A font with more characters than this is made anew rather than with still more.
_MANY = 3000
# What shaping uses without being asked; nothing here is written from top to bottom.
_FEATURES = [tag for tag in subset.Options().layout_features if tag not in ("valt", "vert", "vkrn", "vpal", "vrt2")]
# These set every character into a square; kerning what is left takes longer than everything else.
_EAST_ASIAN_FEATURES = ["ccmp", "locl", "mark", "mkmk", "ljmo", "vjmo", "tjmo"]


@dataclass(frozen=True)
class Face:
    """A font with some of its characters, as TrueType files; ``family`` names it."""

    family: str
    characters: frozenset[int]
    regular: bytes
    bold: bytes


_made: dict[str, Face] = {}
_making = Lock()


def faces_for(text: str, language: str) -> list[Face]:
    """Return the fonts that a text in a language needs, the language's own first, the others to fall back on.

    Names and addresses may be in other scripts than the document. A character that no font has is left out. What was
    made is kept for the next document, because making it takes a second or more; a PDF holds only what it uses.
    """
    missing = {ord(character) for character in text if unicodedata.category(character)[0] != "C"}
    faces: list[Face] = []
    for family in _families(text, language):
        covered = missing & _characters(family)
        if covered or not faces:
            missing -= covered
            faces.append(_face(family, frozenset(covered)))
    return faces


def _face(family: str, needed: frozenset[int]) -> Face:
    with _making:
        known = _made.get(family)
        if known is not None and needed <= known.characters:
            return known
        others = known.characters if known is not None and len(known.characters) < _MANY else frozenset()
        characters = (needed | others | _ALWAYS) & _characters(family)
        part = _part(family, characters)
        _made[family] = Face(family, characters, _weighted(part, REGULAR), _weighted(part, BOLD))
        return _made[family]


def _families(text: str, language: str) -> Iterator[str]:
    """Yield all fonts, the best for a text first; one Han character looks different from one language to another."""
    known = LANGUAGES.get(language)
    own = _BY_SCRIPT.get(known.script if known else "Latn", _LATIN)
    is_japanese = any("\u3040" <= character <= "\u30ff" for character in text)
    han = [_JAPANESE, _SIMPLIFIED] if is_japanese else [_SIMPLIFIED, _JAPANESE]
    yield from dict.fromkeys([own, _LATIN, *_BY_SCRIPT.values()] if own in _EAST_ASIAN else _without_han(own, han))


def _without_han(own: str, han: list[str]) -> list[str]:
    others = [family for family in _BY_SCRIPT.values() if family not in _EAST_ASIAN]
    return [own, _LATIN, *others, *han, _KOREAN, _TRADITIONAL]


@lru_cache(maxsize=32)
def _file(family: str) -> Path:
    package = _NOTO_CJK if family in _EAST_ASIAN else _NOTO
    # Found without importing: these packages hold nothing but files.
    spec = find_spec(package)
    if spec is None or not spec.origin:
        raise FileNotFoundError(f"the package {package} with the fonts of documents is not installed")
    folder = Path(spec.origin).parent
    return folder / (f"fonts/ofl/{_EAST_ASIAN[family]}" if package == _NOTO_CJK else "") / f"{family}[wght].ttf"


@lru_cache(maxsize=32)
def _characters(family: str) -> frozenset[int]:
    with TTFont(_file(family), lazy=True) as font:
        return frozenset(font.getBestCmap())


def _part(family: str, characters: frozenset[int]) -> bytes:
    """Return a font with some of its characters, of variable weight; the rules that shape them stay."""
    with TTFont(_file(family), lazy=True) as font:
        features = _EAST_ASIAN_FEATURES if family in _EAST_ASIAN else _FEATURES
        part = subset.Subsetter(subset.Options(layout_features=features, notdef_outline=True, hinting=False))
        part.populate(unicodes=characters)
        part.subset(font)
        return _bytes(font)


def _weighted(part: bytes, weight: int) -> bytes:
    """Return a font in one weight; of few characters that takes no time."""
    font = TTFont(io.BytesIO(part))
    instancer.instantiateVariableFont(font, {"wght": weight}, inplace=True)
    return _bytes(font)


def _bytes(font: TTFont) -> bytes:
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()
