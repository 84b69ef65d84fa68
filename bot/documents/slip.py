"""The slip of a return or a repair: number and barcode, what comes in, how to pack it, label, note for customs."""

from __future__ import annotations

from bot.aftersales.return_ import ReturnMethod
from bot.documents.blocks import (
    Block,
    Column,
    CutOut,
    Document,
    Facts,
    Heading,
    InEnglish,
    Masthead,
    NewPage,
    Number,
    Paragraph,
    Steps,
    Sums,
    Table,
)
from bot.documents.goods import goods
from bot.documents.postal import lines_of
from bot.documents.words import Translate, Words
from bot.services.document_links import DocumentKind
from bot.services.documents import Slip


def slip_of(slip: Slip, translate: Translate | None = None) -> Document:
    """Return the document of a slip, ready to be drawn."""
    words = Words(slip.language, translate)
    head = words(f"label_doc_{slip.kind}_title")
    blocks: list[Block] = [
        Masthead(slip.seller.name, head),
        Number(_numbered(slip, words), slip.number, has_barcode=True),
        _facts(slip, words),
        Heading(words("label_doc_items")),
        _items(slip, words),
        Heading(words("label_doc_packing")),
        _steps(slip, words),
        _label(slip, words),
    ]
    if slip.passes_customs:
        blocks += [NewPage(), Masthead(slip.seller.name, words("label_doc_customs_title")), *_customs(slip, words)]
        if slip.language != "en":
            english = Words("en", translate)
            heading = Heading(english("label_doc_customs_title"))
            blocks.append(InEnglish((heading, *_customs(slip, english))))
    return Document(slip.language, f"{head} {slip.number}", slip.seller.name, words("label_doc_page"), tuple(blocks))


def _numbered(slip: Slip, words: Words) -> str:
    return words(f"label_doc_{slip.kind}_number")


def _facts(slip: Slip, words: Words) -> Facts:
    return Facts(
        (
            (words("label_doc_send_by"), words.day(slip.deadline)),
            (words("label_doc_costs"), words(f"label_doc_costs_{slip.return_shipping.value}")),
            (words("label_doc_method"), words(f"label_doc_method_{slip.method.value}")),
            (words("label_doc_ordered_on"), words.day(slip.ordered_on)),
            (words("label_doc_order_number"), slip.order_number),
            (words("label_doc_case_number"), slip.case_number),
        )
    )


def _items(slip: Slip, words: Words) -> Table:
    return Table(
        (
            Column(words("label_doc_item"), 0.5),
            Column(words("label_doc_reason"), 0.34),
            Column(words("label_doc_quantity"), 0.16, is_amount=True),
        ),
        tuple(
            (
                goods(piece.title, piece.size, piece.color, piece.sku, words),
                words(f"label_issue_{piece.reason.value}"),
                str(piece.quantity),
            )
            for piece in slip.pieces
        ),
    )


def _steps(slip: Slip, words: Words) -> Steps:
    last = "label_doc_step_pickup" if slip.method is ReturnMethod.PICKUP else "label_doc_step_send"
    return Steps(
        (
            words("label_doc_step_box"),
            words("label_doc_step_fill"),
            words("label_doc_step_slip"),
            words("label_doc_step_label"),
            words(last, deadline=words.day(slip.deadline)),
        )
    )


def _label(slip: Slip, words: Words) -> CutOut:
    is_abroad = slip.sender.country != slip.recipient.country
    return CutOut(
        words("label_doc_cut"),
        (words("label_doc_from"), lines_of(slip.sender, is_abroad=is_abroad)),
        (words("label_doc_to"), lines_of(slip.recipient, is_abroad=is_abroad)),
        _numbered(slip, words),
        slip.number,
    )


def _customs(slip: Slip, words: Words) -> tuple[Block, ...]:
    why = "label_doc_customs_repair" if slip.kind is DocumentKind.REPAIR else "label_doc_customs_returned"
    return (
        Paragraph(words(why)),
        Paragraph(words("label_doc_customs_value")),
        Facts(
            (
                (words("label_doc_customs_order"), slip.order_number),
                (words("label_doc_ordered_on"), words.day(slip.ordered_on)),
                (words("label_doc_customs_parcel"), "\n".join(slip.original_parcels) or "–"),
                (_numbered(slip, words), slip.number),
            )
        ),
        Table(
            (
                Column(words("label_doc_item"), 0.58),
                Column(words("label_doc_quantity"), 0.16, is_amount=True),
                Column(words("label_doc_value"), 0.26, is_amount=True),
            ),
            tuple(
                (
                    goods(piece.title, piece.size, piece.color, piece.sku, words),
                    str(piece.quantity),
                    words.money(piece.value),
                )
                for piece in slip.pieces
            ),
        ),
        Sums(((words("label_doc_total"), words.money(slip.value)),)),
        Paragraph(words("label_doc_customs_form")),
    )
