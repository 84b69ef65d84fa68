"""People of the desk see what customers sent; nobody else does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.conversations.model import Author, Message
from bot.evidence.files import EvidenceFiles
from bot.services import evidence
from bot.services.case_report import report
from tests.integration.desk.conftest import Browser
from tests.integration.desk.world import World
from tests.unit.evidence import samples

LogIn = Callable[[str], Awaitable[Browser]]


async def send(world: World, folder: Path, content: bytes, conversation_id: str = "c-anna") -> str:
    """Have a customer send a file, and return its id."""
    files, evidence_id = EvidenceFiles(folder / "evidence"), evidence.new_id()
    with files.receive() as file:
        file.write(content)
        copy = await files.keep(evidence_id, file)
    async with world.uow() as uow:
        piece = await evidence.add(uow, evidence_id, conversation_id, copy, world.now)
        attachment = {"id": evidence_id, "kind": piece.kind.value}
        message = Message(conversation_id, Author.CUSTOMER, "", world.now, custom={"attachment": attachment})
        await uow.messages.add(message)
        for case in (await uow.cases.of_conversation(conversation_id))[:1]:
            await evidence.attach_to_case(uow, conversation_id, case.number, world.now)
        await uow.commit()
    return evidence_id


async def test_a_photo_is_shown_small_in_the_transcript_and_with_its_case(
    world: World, tmp_path: Path, logged_in: LogIn
) -> None:
    evidence_id = await send(world, tmp_path, samples.photo())
    ana = await logged_in("ana")
    page = await ana.text("/desk/conversations/c-anna")
    assert page.count(f'<img src="/desk/evidence/{evidence_id}/thumbnail"') == 2
    assert page.count(f'href="/desk/evidence/{evidence_id}" target="_blank" rel="noopener noreferrer"') == 2
    assert "Photo" in await ana.text("/desk/queue")
    for path in (f"/desk/evidence/{evidence_id}", f"/desk/evidence/{evidence_id}/thumbnail"):
        answer = await ana.get(path)
        assert (answer.status, answer.content_type) == (200, "image/jpeg")
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"].startswith("inline")
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Frame-Options"] == "DENY"


async def test_the_report_of_a_case_lists_its_evidence(world: World, tmp_path: Path) -> None:
    evidence_id = await send(world, tmp_path, samples.photo())
    async with world.uow() as uow:
        (case, *_) = await uow.cases.of_conversation("c-anna")
        reported = (await report(uow, case.order_number))["cases"]
    (piece,) = next(found["evidence"] for found in reported if found["number"] == case.number)
    assert piece.items() >= {"id": evidence_id, "kind": "image", "width": 64, "height": 48}.items()


async def test_a_document_is_downloaded_and_never_shown(world: World, tmp_path: Path, logged_in: LogIn) -> None:
    evidence_id = await send(world, tmp_path, samples.paper())
    ana = await logged_in("ana")
    assert f'<a class="evidence document" href="/desk/evidence/{evidence_id}" download>' in await ana.text(
        "/desk/conversations/c-anna"
    )
    answer = await ana.get(f"/desk/evidence/{evidence_id}")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{evidence_id[:8]}.pdf"'
    assert (await ana.get(f"/desk/evidence/{evidence_id}/thumbnail")).status == 404


@pytest.mark.parametrize("ending", ["", "/thumbnail"])
async def test_without_a_login_nothing_is_shown(
    world: World, tmp_path: Path, a_browser: Callable[[], Browser], ending: str
) -> None:
    evidence_id = await send(world, tmp_path, samples.photo())
    answer = await a_browser().get(f"/desk/evidence/{evidence_id}{ending}")
    assert answer.status == 303
    assert answer.headers["Location"].startswith("/desk/login")


@pytest.mark.parametrize("evidence_id", ["0" * 32, "x", "..%2F..%2Fdesk.db"])
async def test_what_does_not_exist_is_not_found(logged_in: LogIn, evidence_id: str) -> None:
    assert (await (await logged_in("ana")).get(f"/desk/evidence/{evidence_id}")).status == 404
