"""The text of a product's page: what people read of its HTML, line by line."""

from __future__ import annotations

import re
from html import unescape

# More than any page of a product.
_MOST_HTML = 100_000
# It never looks beyond the next bracket: what is no page at all must not keep anybody busy.
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*|[!?])[^<>]*>")
_UNSEEN = frozenset(("script", "style", "template", "noscript", "iframe", "svg", "title"))
_LINES = frozenset(
    "address article blockquote br dd div dl dt figcaption h1 h2 h3 h4 h5 h6 hr li ol p pre section table tr ul".split()
)


def page_text(html: str) -> str:
    """Return the text of HTML, a line for each block of it, without markup and without what is hidden."""
    html = html[:_MOST_HTML]
    found: list[str] = []
    hidden_by, at = "", 0
    for tag in _TAG.finditer(html):
        name, is_end = tag[2].lower(), bool(tag[1])
        if not hidden_by:
            found += (_words(html[at : tag.start()]), _between(name, is_end=is_end))
            hidden_by = name if name in _UNSEEN and not is_end and not tag[0].endswith("/>") else ""
        elif is_end and name == hidden_by:
            hidden_by = ""
        at = tag.end()
    if not hidden_by:
        found.append(_words(html[at:]))
    lines = (" ".join(line.split()) for line in "".join(found).split("\n"))
    return "\n".join(line for line in lines if line not in ("", "-"))


def _words(text: str) -> str:
    # Where a line ends in the source means nothing on the page.
    return re.sub(r"\s+", " ", unescape(text))


def _between(name: str, *, is_end: bool) -> str:
    """Return what a tag puts between the words before and after it."""
    if name in ("td", "th"):
        return " "
    if name in _LINES:
        return "\n- " if name == "li" and not is_end else "\n"
    return ""
