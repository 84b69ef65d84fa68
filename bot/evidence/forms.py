"""Reading a file and a few fields out of a form that a browser sends, without ever holding the file in memory."""

from __future__ import annotations

import asyncio
from typing import BinaryIO

from aiohttp import BodyPartReader, web

from bot.aftersales.evidence import MAX_BYTES, EvidenceRefusal
from bot.errors import EvidenceRefusedError

FILE = "file"
"""The name of the form's field with the file."""

FORM_BYTES = 32 * 1024
"""What may come around the file: boundaries, headers and fields."""

_READ_SECONDS = 180
_CHUNK_BYTES = 64 * 1024


class DamagedFormError(ValueError):
    """Raised when a request is no complete form with a file."""


async def read_form(request: web.Request, file: BinaryIO) -> dict[str, str]:
    """Write the form's file into ours and return its other fields.

    Raises EvidenceRefusedError where the file is too large and DamagedFormError where there is none.
    """
    if request.content_type != "multipart/form-data":
        raise DamagedFormError
    if (request.content_length or 0) > MAX_BYTES + FORM_BYTES:
        raise EvidenceRefusedError(EvidenceRefusal.TOO_LARGE)
    try:
        return await asyncio.wait_for(_read_parts(request, file), _READ_SECONDS)
    except (ValueError, AssertionError, web.RequestPayloadError, web.HTTPException, asyncio.TimeoutError) as error:
        raise DamagedFormError from error


async def _read_parts(request: web.Request, file: BinaryIO) -> dict[str, str]:
    fields: dict[str, str] = {}
    has_file, left = False, FORM_BYTES
    form = await request.multipart()
    while (part := await form.next()) is not None:
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        if part.name == FILE and not has_file:
            has_file = True
            await _copy(part, file)
            continue
        value = bytearray()
        while chunk := await part.read_chunk(_CHUNK_BYTES):
            left -= len(chunk)
            if left < 0:
                raise DamagedFormError
            value += chunk
        fields[part.name] = value.decode()
    if not has_file:
        raise DamagedFormError
    return fields


async def _copy(part: BodyPartReader, file: BinaryIO) -> None:
    size = 0
    while chunk := await part.read_chunk(_CHUNK_BYTES):
        size += len(chunk)
        if size > MAX_BYTES:
            raise EvidenceRefusedError(EvidenceRefusal.TOO_LARGE)
        # Goes to the system's cache, which takes microseconds; a thread would cost more.
        file.write(chunk)
