"""HTML to plain text: what a person reads, quotes of mails marked with ``>``, and nothing that is hidden."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement

MAX_HTML = 500_000
_DROPPED = ("script", "style", "head", "title", "template", "noscript", "object", "iframe", "svg", "select", "textarea")
_BLOCKS = frozenset(
    "address article aside blockquote body center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header "
    "hr li main nav ol p pre section table tbody tfoot thead tr ul".split()
)
_PARAGRAPHS = frozenset("p h1 h2 h3 h4 h5 h6 ul ol table blockquote pre".split())
# What mailers put around the mail that is answered.
_QUOTES = (
    "blockquote",
    ".gmail_quote",
    ".yahoo_quoted",
    ".protonmail_quote",
    ".zmail_extra",
    ".tutanota_quote",
    ".moz-cite-prefix",
    ".mail_quote_body",
    "#mailcontent_quote",
    "#OLK_SRC_BODY_SECTION",
    ".ms-outlook-mobile-reference-message",
    "[name=quote]",
)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?:font-size|max-height)\s*:\s*0(?:px)?\s*(?:;|$)", re.I
)
_DEEPEST = 1_000
_LOOKED_INTO = 20
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_NEVER_CLOSED = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_MARKUP = re.compile(r"<[^<>]{0,2000}>")


def as_text(html: str, *, marks_quotes: bool = True) -> str:
    """Return the text of an HTML document, lines and paragraphs as they are seen."""
    html = html[:MAX_HTML]
    if _depth(html) > _DEEPEST:
        # Nobody's mailer writes this, and a parser may need minutes for it.
        return _tidy(_MARKUP.sub(" ", html))
    try:
        soup = BeautifulSoup(html, "html.parser")
        return _tidy(_Writer().written(soup, marks_quotes=marks_quotes))
    except (RecursionError, ValueError, AssertionError):
        return _tidy(_MARKUP.sub(" ", html))


class _Writer:
    """Walks through a document once, without recursion: it may be nested as deep as its author likes."""

    def __init__(self) -> None:
        self._lines: list[str] = [""]

    def written(self, soup: BeautifulSoup, *, marks_quotes: bool) -> str:
        for tag in soup.find_all(_DROPPED):
            tag.decompose()
        for tag in soup.find_all(style=_HIDDEN):
            if not tag.decomposed:
                tag.decompose()
        for place, tag in enumerate(soup.select(", ".join(_QUOTES)) if marks_quotes else ()):
            if place >= _LOOKED_INTO or not (_is_forward(tag) or _holds_all(tag)):
                tag["data-quote"] = "1"
        todo: list[tuple[PageElement, bool, int, bool]] = [(soup, False, 0, False)]
        while todo:
            element, is_end, depth, is_pre = todo.pop()
            if isinstance(element, Tag):
                self._tag(element, depth, is_end=is_end)
                if is_end:
                    continue
                within = depth + ("data-quote" in element.attrs)
                as_it_is = is_pre or element.name == "pre"
                todo.append((element, True, within, as_it_is))
                todo += [(child, False, within, as_it_is) for child in reversed(element.contents)]
            elif type(element) is NavigableString:
                self._say(str(element), depth, is_pre=is_pre)
        return "\n".join(line.rstrip() for line in self._lines)

    def _tag(self, tag: Tag, depth: int, *, is_end: bool) -> None:
        if "data-quote" in tag.attrs:
            self._break(depth if not is_end else depth - 1)
        elif tag.name == "br" and not is_end:
            self._lines.append("")
        elif tag.name in ("td", "th") and is_end:
            self._lines[-1] += " "
        elif tag.name in _BLOCKS:
            self._break(depth, is_wide=tag.name in _PARAGRAPHS)
            if tag.name == "li" and not is_end:
                self._say("- ", depth, is_pre=False)

    def _break(self, depth: int, *, is_wide: bool = False) -> None:
        if self._lines[-1].strip("> "):
            self._lines.append("")
        if is_wide and len(self._lines) > 1 and self._lines[-2].strip("> "):
            self._lines.append("")

    def _say(self, words: str, depth: int, *, is_pre: bool) -> None:
        for place, line in enumerate(words.split("\n") if is_pre else [re.sub(r"\s+", " ", words)]):
            if place:
                self._lines.append("")
            if not self._lines[-1]:
                line = line if is_pre else line.lstrip()
                if not line:
                    continue
                self._lines[-1] = ">" * min(depth, 5) + (" " if depth else "")
            self._lines[-1] += line


def _depth(html: str) -> int:
    """Return how many elements are open at once, at most."""
    depth = deepest = 0
    for found in _TAG.finditer(html):
        if found[2].lower() not in _NEVER_CLOSED:
            depth = max(0, depth - 1) if found[1] else depth + 1
            deepest = max(deepest, depth)
    return deepest


def _is_forward(tag: Tag) -> bool:
    # Gmail wraps forwarded mails in the same class as quotes.
    words = tag.get_text(" ", strip=True)[:60]
    return words.startswith(("----------", "-----", "Begin forwarded message"))


def _holds_all(tag: Tag) -> bool:
    """Tell whether a quote is all there is: some mailers put a whole new mail into one."""
    around = tag.find_parent("body")
    return around is not None and around.get_text(strip=True) == tag.get_text(strip=True)


def _tidy(text: str) -> str:
    text = text.replace("\xa0", " ").replace("\u200b", "")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip()
