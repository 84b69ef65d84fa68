"""Evidence as files in a folder that no web server reaches."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import structlog

from bot.aftersales.evidence import EvidenceKind, EvidenceRefusal
from bot.errors import EvidenceRefusedError, NotFoundError
from bot.services.evidence_ports import CleanCopy

log = structlog.get_logger()

_ID = re.compile(r"[0-9a-f]{32}")
_ROOT = Path(__file__).resolve().parents[2]
_THUMBNAIL = ".thumbnail"
_INCOMING = "incoming"


class EvidenceFiles:
    """Keeps each piece under ``<folder>/<first two signs of the id>/<id>``, readable by this user only.

    Received files are opened by a process of their own (``bot.evidence.worker``), so that neither conversations nor
    this process suffer from what is in them; ``at_once`` of them run at the same time, each for ``seconds`` at most.
    """

    def __init__(self, folder: Path, *, at_once: int = 2, seconds: float = 45) -> None:
        self._folder = folder
        self._seconds = seconds
        self._turns = asyncio.Semaphore(at_once)

    @contextmanager
    def receive(self) -> Iterator[BinaryIO]:
        """Give an empty file to write into what arrives; it is gone afterwards."""
        incoming = self._private(_INCOMING)
        with tempfile.TemporaryDirectory(dir=incoming) as folder, (Path(folder) / "received").open("xb") as file:
            yield file

    async def keep(self, evidence_id: str, received: BinaryIO) -> CleanCopy:
        """Keep a clean copy of a received file durably under an id.

        Raises EvidenceRefusedError where it is not what may be sent, or cannot be read.
        """
        await asyncio.to_thread(received.flush)
        source = Path(received.name)
        copy, thumbnail = source.with_name("copy"), source.with_name("thumbnail")
        async with self._turns:
            outcome = await self._work(source, copy, thumbnail)
        if "refused" in outcome:
            raise EvidenceRefusedError(EvidenceRefusal(outcome["refused"]))
        kind = EvidenceKind(outcome.pop("kind"))
        await asyncio.to_thread(self._move, evidence_id, copy, thumbnail)
        return CleanCopy(kind=kind, **outcome)

    async def read(self, evidence_id: str, *, thumbnail: bool = False) -> bytes:
        """Return the clean copy, or its small picture (JPEG); raises NotFoundError where there is none."""
        path = self._path(evidence_id)
        try:
            return await asyncio.to_thread(_thumbnail_of(path).read_bytes if thumbnail else path.read_bytes)
        except FileNotFoundError as error:
            raise NotFoundError("evidence", evidence_id) from error

    async def remove(self, evidence_id: str) -> None:
        """Delete the files of an id, if there are any."""
        path = self._path(evidence_id)
        for file in (path, _thumbnail_of(path)):
            await asyncio.to_thread(file.unlink, missing_ok=True)

    async def kept_before(self, moment: datetime) -> list[str]:
        """Return the ids of files that are there since before a moment, and drop what never got an id."""
        return await asyncio.to_thread(self._kept_before, moment.timestamp())

    async def _work(self, source: Path, copy: Path, thumbnail: Path) -> dict[str, Any]:
        # No secrets in its environment: whoever takes over a decoder finds nothing there.
        environment = {"PATH": os.defpath, "PYTHONPATH": str(_ROOT), "LC_ALL": "C.UTF-8"}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.evidence.worker", str(source), str(copy), str(thumbnail),
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            cwd=source.parent, env=environment,
        )  # fmt: skip
        try:
            printed, _ = await asyncio.wait_for(process.communicate(), self._seconds)
            return dict(json.loads(printed))
        except (asyncio.TimeoutError, ValueError):
            # Too slow, out of memory or crashed: a file that does this to a decoder is none that we keep.
            log.warning("evidence.worker_failed", exit_code=process.returncode)
            return {"refused": EvidenceRefusal.UNREADABLE.value}
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()

    def _move(self, evidence_id: str, copy: Path, thumbnail: Path) -> None:
        """Put the files in their place, the copy last: where it is, everything is."""
        path = self._path(evidence_id)
        self._private(path.parent.name)
        with suppress(FileNotFoundError):
            thumbnail.replace(_thumbnail_of(path))
        copy.replace(path)
        for folder in (path.parent, self._folder):
            _sync_folder(folder)

    def _kept_before(self, moment: float) -> list[str]:
        found = set()
        for path in self._folder.glob("*/*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime >= moment:
                    continue
                if path.parent.name == _INCOMING:
                    shutil.rmtree(path)
                elif _ID.fullmatch(path.name.removesuffix(_THUMBNAIL)):
                    found.add(path.name.removesuffix(_THUMBNAIL))
        return sorted(found)

    def _path(self, evidence_id: str) -> Path:
        if not _ID.fullmatch(evidence_id):
            raise NotFoundError("evidence", evidence_id)
        return self._folder / evidence_id[:2] / evidence_id

    def _private(self, name: str) -> Path:
        folder = self._folder / name
        for part in (self._folder, folder):
            part.mkdir(mode=0o700, parents=part is self._folder, exist_ok=True)
        return folder


def _thumbnail_of(path: Path) -> Path:
    return path.with_name(path.name + _THUMBNAIL)


def _sync_folder(folder: Path) -> None:
    # A name is safe from a power cut only when its folder is written too.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
