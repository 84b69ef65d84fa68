"""Files are kept privately, whole or not at all, and opened in a process of their own."""

from __future__ import annotations

import asyncio
import io
import os
import stat
import sys
from datetime import datetime, timezone
from pathlib import Path

import pytest
from PIL import Image

from bot.aftersales.evidence import EvidenceKind, EvidenceRefusal
from bot.errors import EvidenceRefusedError, NotFoundError
from bot.evidence.files import EvidenceFiles
from bot.services.evidence import new_id
from bot.services.evidence_ports import CleanCopy
from tests.channels.platform_server import until
from tests.unit.evidence import samples


@pytest.fixture
def files(tmp_path: Path) -> EvidenceFiles:
    return EvidenceFiles(tmp_path / "evidence")


async def keep(files: EvidenceFiles, content: bytes, evidence_id: str | None = None) -> tuple[str, CleanCopy]:
    evidence_id = evidence_id or new_id()
    with files.receive() as file:
        file.write(content)
        return evidence_id, await files.keep(evidence_id, file)


def before_it_opens(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the process that opens a file do something first."""
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\n{command}\nexec {sys.executable} "$@"\n', "utf-8")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))


def everything_under(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_a_photo_is_kept_clean_with_a_small_picture(files: EvidenceFiles, tmp_path: Path) -> None:
    evidence_id, copy = await keep(files, samples.photo(orientation=6))
    content = await files.read(evidence_id)
    assert (copy.kind, copy.media_type, copy.width, copy.height) == (EvidenceKind.IMAGE, "image/jpeg", 48, 64)
    assert copy.size_bytes == len(content)
    assert samples.CANARY not in content
    with Image.open(io.BytesIO(await files.read(evidence_id, thumbnail=True))) as small:
        assert small.size == (48, 64)
    place = tmp_path / "evidence" / evidence_id[:2] / evidence_id
    assert sorted(everything_under(tmp_path)) == [place, place.with_name(f"{evidence_id}.thumbnail")]


async def test_nobody_else_may_read_what_is_kept(files: EvidenceFiles, tmp_path: Path) -> None:
    await keep(files, samples.photo())
    for path in (tmp_path / "evidence").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


async def test_a_document_has_no_small_picture(files: EvidenceFiles) -> None:
    evidence_id, copy = await keep(files, samples.paper())
    assert (copy.kind, copy.media_type, copy.width) == (EvidenceKind.DOCUMENT, "application/pdf", None)
    assert (await files.read(evidence_id)).startswith(b"%PDF-")
    with pytest.raises(NotFoundError):
        await files.read(evidence_id, thumbnail=True)


async def test_a_photo_of_a_telephone_is_read(files: EvidenceFiles) -> None:
    _, copy = await keep(files, samples.HEIC)
    assert (copy.media_type, copy.width, copy.height) == ("image/jpeg", 64, 48)


@pytest.mark.parametrize(
    "content,reason",
    [
        (b"", EvidenceRefusal.UNSUPPORTED_TYPE),
        (b"<svg onload='alert(1)'/>", EvidenceRefusal.UNSUPPORTED_TYPE),
        (samples.photo()[:500], EvidenceRefusal.UNREADABLE),
        (samples.bomb(), EvidenceRefusal.TOO_LARGE),
        (samples.paper(pages=21), EvidenceRefusal.TOO_MANY_PAGES),
    ],
)
async def test_of_a_refused_file_nothing_stays(
    files: EvidenceFiles, tmp_path: Path, content: bytes, reason: EvidenceRefusal
) -> None:
    with pytest.raises(EvidenceRefusedError) as refused:
        await keep(files, content)
    assert refused.value.reason == reason
    assert everything_under(tmp_path) == []


async def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    files = EvidenceFiles(tmp_path, seconds=0.01)
    with pytest.raises(EvidenceRefusedError) as refused:
        await keep(files, samples.photo())
    assert refused.value.reason == EvidenceRefusal.UNREADABLE
    assert everything_under(tmp_path) == []


async def test_conversations_go_on_while_a_file_is_opened(
    files: EvidenceFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_go_on = tmp_path / "begun", tmp_path / "may go on"
    # Were it waited for here, nobody would let it go on.
    before_it_opens(f"touch '{begun}'; until [ -e '{may_go_on}' ]; do sleep 0.05; done", tmp_path, monkeypatch)
    opening = asyncio.create_task(keep(files, samples.photo()))
    await until(begun.exists)
    may_go_on.touch()
    await opening


async def test_what_is_removed_is_gone(files: EvidenceFiles, tmp_path: Path) -> None:
    evidence_id, _ = await keep(files, samples.photo())
    for _ in range(2):
        await files.remove(evidence_id)
    assert everything_under(tmp_path) == []
    with pytest.raises(NotFoundError):
        await files.read(evidence_id)


async def test_old_files_are_listed_and_old_uploads_dropped(files: EvidenceFiles, tmp_path: Path) -> None:
    old, _ = await keep(files, samples.photo())
    await keep(files, samples.photo())
    unfinished = tmp_path / "evidence" / "incoming" / "tmpcrash"
    unfinished.mkdir()
    (unfinished / "received").write_bytes(b"half of it")
    folder = tmp_path / "evidence" / old[:2]
    for path in (folder / old, folder / f"{old}.thumbnail", unfinished):
        os.utime(path, (1_000_000, 1_000_000))
    assert await files.kept_before(datetime(2001, 1, 1, tzinfo=timezone.utc)) == [old]
    assert not unfinished.exists()
    assert await EvidenceFiles(tmp_path / "nothing yet").kept_before(datetime.now(timezone.utc)) == []


@pytest.mark.parametrize("evidence_id", ["", "..", "../../parley.db", "A" * 32, "a" * 31, "incoming"])
async def test_no_name_leads_out_of_the_folder(files: EvidenceFiles, evidence_id: str) -> None:
    with pytest.raises(NotFoundError):
        await files.read(evidence_id)


async def test_who_opens_a_file_has_no_secrets(
    files: EvidenceFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARLEY_SECRET", "a secret")
    before_it_opens(f"env > '{tmp_path}/environment'", tmp_path, monkeypatch)
    await keep(files, samples.photo())
    assert "secret" not in (tmp_path / "environment").read_text("utf-8").lower()
