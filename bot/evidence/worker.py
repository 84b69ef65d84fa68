"""The process that opens one received file: `python -m bot.evidence.worker RECEIVED COPY THUMBNAIL`.

Decoders are where hostile files do their harm, so they run in a process of their own, with bounds on time and memory
and without our secrets. It prints one JSON object: what the copy is, or ``{"refused": code}``.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from bot.aftersales.evidence import EvidenceKind, EvidenceRefusal
from bot.errors import EvidenceRefusedError
from bot.evidence.recognition import HEAD_BYTES, PDF, recognise

MEMORY_BYTES = 1536 * 1024 * 1024
CPU_SECONDS = 30
WRITTEN_BYTES = 64 * 1024 * 1024


def main(received: str, copy: str, thumbnail: str) -> None:
    """Clean one file and print the outcome."""
    _limit()
    try:
        outcome = _clean(Path(received), Path(copy), Path(thumbnail))
    except EvidenceRefusedError as error:
        outcome = {"refused": str(error.reason)}
    except MemoryError:
        outcome = {"refused": EvidenceRefusal.UNREADABLE.value}
    print(json.dumps(outcome))


def _clean(received: Path, copy: Path, thumbnail: Path) -> dict[str, Any]:
    with received.open("rb") as file:
        media_type = recognise(file.read(HEAD_BYTES))
    if media_type is None:
        raise EvidenceRefusedError(EvidenceRefusal.UNSUPPORTED_TYPE)
    kind, width, height = EvidenceKind.DOCUMENT, None, None
    if media_type == PDF:
        from bot.evidence import documents

        documents.clean(received, copy)
    else:
        from bot.evidence import images

        kind = EvidenceKind.IMAGE
        media_type, width, height = images.clean(received, media_type, copy, thumbnail)
    for path in (thumbnail, copy):
        _make_durable(path)
    content = copy.read_bytes()
    return {
        "kind": kind.value,
        "media_type": media_type,
        "size_bytes": len(content),
        "width": width,
        "height": height,
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _make_durable(path: Path) -> None:
    with suppress(FileNotFoundError), path.open("rb") as file:
        os.fsync(file.fileno())


def _limit() -> None:
    os.umask(0o077)
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, WRITTEN_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        # Not every system can bound all of these; the time of the clock is bounded outside.
        with suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    main(*sys.argv[1:])
