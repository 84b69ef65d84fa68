"""Documents over HTTP: a signed link opens a PDF, everything else is not found."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.bootstrap import document_links
from bot.services.document_links import DocumentKind, DocumentLinks
from bot.settings import Settings
from tests.integration.server.parts import Server, now
from tests.integration.store.things import a_case, a_return, a_shop

LINKS = DocumentLinks(b"s" * 32)


@pytest.fixture
async def rma(server: Server) -> str:
    await a_shop(server.parley.uow)
    async with server.parley.uow() as uow:
        uow.cases.add(a_case())
        return_ = a_return()
        return_.approve()
        uow.returns.add(return_)
        await uow.commit()
        return return_.rma


async def test_a_link_opens_the_return_slip(server: Server, rma: str) -> None:
    answer = await server.client.get(LINKS.link(DocumentKind.RETURN, rma, "de", now()))
    assert answer.status == 200
    assert answer.content_type == "application/pdf"
    assert (await answer.read()).startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"] == f'inline; filename="{rma}.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


async def test_a_link_opens_an_invoice(server: Server, rma: str) -> None:
    answer = await server.client.get(LINKS.link(DocumentKind.INVOICE, "10480001", "ja", now()))
    assert (await answer.read()).startswith(b"%PDF-")


async def test_whatever_is_wrong_with_a_link_is_just_not_found(server: Server, rma: str) -> None:
    good = LINKS.link(DocumentKind.RETURN, rma, "de", now())
    for path in (
        "/documents/x",
        good[:-1],
        good + "A",
        LINKS.link(DocumentKind.RETURN, rma, "de", now() - timedelta(days=31)),
        LINKS.link(DocumentKind.RETURN, "R9999999", "de", now()),
        DocumentLinks(b"x" * 32).link(DocumentKind.RETURN, rma, "de", now()),
    ):
        answer = await server.client.get(path)
        assert answer.status == 404, path


def test_all_processes_with_one_secret_understand_each_others_links() -> None:
    settings = Settings.from_environment({"PARLEY_SECRET": "s" * 32})
    token = LINKS.link(DocumentKind.RETURN, "R1", "de", now()).rsplit("/", 1)[1]
    assert document_links(settings).read(token, now()).number == "R1"
