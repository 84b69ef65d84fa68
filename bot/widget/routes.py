"""HTTP routes of the widget script, its words, and the demo shop page."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import jinja2
from aiohttp import ETag, web

from bot.aftersales.catalogue import Product
from bot.l10n.languages import DEFAULT_LANGUAGE, LANGUAGES, SPOKEN, preferred, resolve, spoken_language
from bot.widget.shop import ShopPage, shelves_of
from bot.widget.strings import WIDGET_STRINGS

Translate = Callable[[str, str, str], str]
"""Return a text in a language: context (our string key), English text, BCP 47 language."""

LoadProducts = Callable[[], Awaitable[list[Product]]]

_HERE = Path(__file__).parent

# Embedding pages cannot put a version into the address, so a new release must reach them soon.
_STATIC_CACHING = "public, max-age=300, stale-while-revalidate=86400"

# The page proves that the widget runs where a shop allows no inline code and no strings as markup.
_SHOP_PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
        "require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-cache",
    "Vary": "Accept-Language",
}


def setup(app: web.Application, *, translate: Translate, load_products: LoadProducts) -> None:
    """Add the widget's script and words, and the demo shop page at ``/`` with its style sheet."""
    script = _static_file("widget.js", "text/javascript")
    style = _static_file("shop.css", "text/css")
    app.router.add_get("/widget/parley.js", script)
    app.router.add_get("/widget/shop.css", style)
    app.router.add_get("/widget/strings/{language}.json", _strings(translate))
    app.router.add_get("/", _shop_page(translate, load_products))


def _static_file(name: str, content_type: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Return a handler that serves one file of ours from memory."""
    body = (_HERE / "static" / name).read_bytes()

    async def serve(request: web.Request) -> web.StreamResponse:
        # Embedded by pages of other origins, also by those that isolate themselves with COEP.
        headers = {"Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": _STATIC_CACHING}
        return _tagged(request, body, content_type, headers)

    return serve


def _strings(translate: Translate) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Return the handler of the widget's own words; a language nobody speaks here gets its fallback.

    Of several languages with commas between, best first, the first that is spoken is taken.
    """

    async def serve(request: web.Request) -> web.StreamResponse:
        language = spoken_language(resolve(preferred(request.match_info["language"].split(","))))
        payload = {
            "language": language,
            "direction": LANGUAGES[language].direction,
            "strings": {key: translate(key, text, language) for key, text in WIDGET_STRINGS.items()},
        }
        body = web.json_response(payload).body
        assert isinstance(body, bytes)
        headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": _STATIC_CACHING}
        return _tagged(request, body, "application/json", headers)

    return serve


def _shop_page(
    translate: Translate, load_products: LoadProducts
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Return the handler of the demo shop page."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    template = environment.get_template("shop.html")

    async def serve(request: web.Request) -> web.StreamResponse:
        language = _page_language(request)
        shelves = shelves_of(await load_products(), language)
        category = request.query.get("category")
        if category is not None and category not in {shelf.category for shelf in shelves}:
            raise web.HTTPNotFound(text="no such category")
        page = ShopPage(language, shelves, category, translate)
        response = web.Response(text=template.render(page=page), content_type="text/html")
        response.headers.update(_SHOP_PAGE_HEADERS)
        response.enable_compression()
        return response

    return serve


def _page_language(request: web.Request) -> str:
    """Return the language asked for in the address, or the browser's favourite one that we speak."""
    asked = resolve(request.query.get("lang"))
    if asked is not None:
        return spoken_language(asked)
    for entry in request.headers.get("Accept-Language", "").split(","):
        # Browsers send their languages best first, so the weights need no reading.
        code = resolve(entry.split(";")[0].strip())
        if code in SPOKEN:
            return code
    return DEFAULT_LANGUAGE


def _tagged(request: web.Request, body: bytes, content_type: str, headers: dict[str, str]) -> web.Response:
    """Return a body with an entity tag, or 304 where the client has it already."""
    # Weak: the same content goes out compressed and uncompressed.
    tag = ETag(hashlib.sha256(body).hexdigest()[:20], is_weak=True)
    known = request.if_none_match or ()
    if any(other.value in (tag.value, "*") for other in known):
        response = web.Response(status=304, headers=headers)
    else:
        response = web.Response(body=body, content_type=content_type, charset="utf-8", headers=headers)
        response.enable_compression()
    response.etag = tag
    return response
