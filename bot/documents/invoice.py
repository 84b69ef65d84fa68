"""The invoice: who sold what to whom, what it came to, and what was paid."""

from __future__ import annotations

from bot.documents.blocks import Addresses, Block, Column, Document, Facts, Heading, Masthead, Number, Sums, Table
from bot.documents.goods import goods
from bot.documents.postal import lines_of
from bot.documents.words import Translate, Words
from bot.services.documents import Invoice, InvoiceLine


def invoice(bill: Invoice, translate: Translate | None = None) -> Document:
    """Return an invoice, ready to be drawn."""
    words = Words(bill.language, translate)
    blocks: list[Block] = [
        Masthead(bill.seller.name, words("label_doc_invoice_title")),
        Number(words("label_doc_invoice_number"), bill.number),
        _parties(bill, words),
        _facts(bill, words),
        _lines(bill, words),
        _sums(bill, words),
    ]
    if bill.payments:
        paid = [(words("label_doc_paid_on", day=words.day(day)), words.money(amount)) for day, amount in bill.payments]
        left = [(words("label_doc_still_to_pay"), words.money(bill.to_pay))]
        blocks += [Heading(words("label_doc_payments")), Sums((*paid, *left))]
    title = f"{words('label_doc_invoice_title')} {bill.number}"
    return Document(bill.language, title, bill.seller.name, words("label_doc_page"), tuple(blocks))


def _parties(bill: Invoice, words: Words) -> Addresses:
    is_abroad = bill.seller.address.country != bill.customer.country
    seller = [*lines_of(bill.seller.address, is_abroad=is_abroad), bill.seller.email]
    if bill.seller.tax_number:
        seller.append(f"{words('label_doc_tax_number')}: {words.isolated(bill.seller.tax_number)}")
    return Addresses(
        (
            (words("label_doc_seller"), tuple(seller)),
            (words("label_doc_customer"), lines_of(bill.customer, is_abroad=is_abroad)),
        )
    )


def _facts(bill: Invoice, words: Words) -> Facts:
    return Facts(
        (
            (words("label_doc_invoice_date"), words.day(bill.invoiced_on)),
            (words("label_doc_ordered_on"), words.day(bill.ordered_on)),
        )
    )


def _lines(bill: Invoice, words: Words) -> Table:
    return Table(
        (
            Column(words("label_doc_item"), 0.44),
            Column(words("label_doc_quantity"), 0.14, is_amount=True),
            Column(words("label_doc_unit_price"), 0.2, is_amount=True),
            Column(words("label_doc_amount"), 0.22, is_amount=True),
        ),
        tuple(
            (
                goods(line.title, line.size, line.color, line.sku, words),
                str(line.quantity),
                words.money(line.unit_price),
                _amount(line, words),
            )
            for line in bill.lines
        ),
    )


def _amount(line: InvoiceLine, words: Words) -> str:
    """Return what a line came to, and below it the discount that was taken off."""
    total = words.money(line.total)
    return f"{total}\n{words('label_doc_discount')} {words.money(line.discount)}" if line.discount else total


def _sums(bill: Invoice, words: Words) -> Sums:
    pairs = [
        (words("label_doc_subtotal"), bill.subtotal),
        (words("label_doc_delivery"), bill.shipping),
        (words("label_doc_duties"), bill.duties),
        (words("label_doc_tax_included"), bill.tax),
    ]
    shown = [(caption, words.money(amount)) for caption, amount in pairs if amount or caption == pairs[0][0]]
    return Sums((*shown, (words("label_doc_total"), words.money(bill.total))))
