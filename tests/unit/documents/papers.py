"""Return slips and invoices to draw, and what can be read from the paper again."""

from __future__ import annotations

import io
from datetime import date, datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any

import pypdfium2
import yaml

from bot.aftersales.labels import IssueType, Payer
from bot.aftersales.order import Address
from bot.aftersales.return_ import ReturnMethod
from bot.services.document_links import DocumentKind
from bot.services.documents import Invoice, InvoiceLine, Piece, Slip
from bot.services.seller import shop_seller
from tests.unit.aftersales.builders import euros

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=timezone.utc)
LEIPZIG = Address("Parley Returns", "Torgauer Straße 231", "04347", "Leipzig", "DE")

HOMES = {
    "de": Address("Anna Becker", "Lindenstraße 3", "10115", "Berlin", "DE"),
    "ar": Address("ليلى حداد", "شارع الملك فهد 12", "12271", "الرياض", "SA"),
    "ja": Address("佐藤 健", "千代田区丸の内1-2-3", "100-0005", "東京都", "JP"),
    "zh": Address("王小明", "浦东新区世纪大道100号", "200120", "上海市", "CN"),
    "th": Address("สมชาย ใจดี", "99/1 ถนนสุขุมวิท", "10110", "กรุงเทพมหานคร", "TH"),
    "hi": Address("अनिल शर्मा", "12 गांधी मार्ग", "110001", "नई दिल्ली", "IN"),
    "en": Address("Jane Miller", "12 Oak Avenue", "78701", "Austin, TX", "US"),
}


@lru_cache(maxsize=1)
def _words() -> dict[str, dict[str, str]]:
    return dict(yaml.safe_load((Path(__file__).parent / "words.yml").read_text("utf-8")))


def translate(context: str, text: str, language: str) -> str:
    """Return a word of ``words.yml``, or the English one."""
    return _words().get(language, {}).get(context, text)


def a_slip(language: str = "de", pieces: int = 2, **changes: Any) -> Slip:
    """Return a slip for two kinds of shoes, from a customer where the language is spoken to Leipzig."""
    facts: dict[str, Any] = {
        "kind": DocumentKind.RETURN, "language": language, "seller": shop_seller(), "number": "R1000042",
        "case_number": "C1000017", "order_number": "10482733",
        "ordered_on": date(2026, 3, 2), "deadline": date(2026, 4, 3),
        "method": ReturnMethod.DROP_OFF, "return_shipping": Payer.CUSTOMER, "sender": HOMES[language],
        "recipient": LEIPZIG, "original_parcels": ("KP004211973DE",),
        "pieces": tuple(
            Piece(f"Runner Air {number} Trail Shoes", "42", "black", f"RUN-{number}-42-BLK", 1, IssueType.WRONG_SIZE,
                  euros("79.90")) for number in range(1, pieces + 1)
        ),
    }  # fmt: skip
    return Slip(**{**facts, **changes})


def an_invoice(language: str = "de") -> Invoice:
    """Return an invoice with a discount, tax and two payments."""
    lines = (
        InvoiceLine(
            "Runner Air Trail Shoes", "42", "black", "RUN-42-BLK", 2, euros("79.90"), euros(10), euros("149.80")
        ),
        InvoiceLine("Wool socks", None, None, "SOCK-1", 3, euros("9.95"), euros(0), euros("29.85")),
    )
    return Invoice(
        language, shop_seller(), "10482733", date(2026, 3, 2), date(2026, 3, 3), HOMES[language], lines,
        euros("179.65"), euros("4.90"), euros("12.00"), euros("28.68"), euros("196.55"),
        ((date(2026, 3, 3), euros(100)), (date(2026, 3, 4), euros("96.55"))), euros(0),
    )  # fmt: skip


def text_of(pdf: bytes) -> str:
    """Return the text of all pages, as a reader would copy it out, spaces and line ends left out."""
    pages = pypdfium2.PdfDocument(io.BytesIO(pdf))
    return "".join("".join(page.get_textpage().get_text_range().split()) for page in pages)


def pictures_of(pdf: bytes, scale: float = 2.0) -> list[Any]:
    """Return every page as a picture."""
    return [page.render(scale=scale).to_pil() for page in pypdfium2.PdfDocument(io.BytesIO(pdf))]
