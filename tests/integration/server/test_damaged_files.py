"""Files with damage anywhere: the process that opens them may crash, ours goes on."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.aftersales.evidence import EvidenceRefusal
from bot.errors import EvidenceRefusedError
from bot.evidence.files import EvidenceFiles
from bot.services.evidence import new_id
from tests.unit.evidence import samples
from tests.unit.evidence.samples import encoded, exif, picture

_WHOLE = {
    "jpeg": samples.photo(),
    "heic": samples.HEIC,
    "png": encoded(picture(), "PNG", exif=exif()),
    "webp": encoded(picture(), "WEBP", exif=exif()),
}


async def kept(folder: Path, content: bytes) -> bytes:
    files, evidence_id = EvidenceFiles(folder), new_id()
    with files.receive() as file:
        file.write(content)
        await files.keep(evidence_id, file)
    return await files.read(evidence_id)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 5_000), st.binary(min_size=1, max_size=8), st.sampled_from(sorted(_WHOLE)))
def test_damage_anywhere_ends_in_a_clean_copy_or_a_refusal(at: int, noise: bytes, form: str) -> None:
    whole = _WHOLE[form]
    at %= len(whole)
    with tempfile.TemporaryDirectory() as folder:
        try:
            copy = asyncio.run(kept(Path(folder), whole[:at] + noise + whole[at + len(noise) :]))
        except EvidenceRefusedError as refused:
            assert refused.reason in (
                EvidenceRefusal.UNREADABLE, EvidenceRefusal.TOO_LARGE, EvidenceRefusal.UNSUPPORTED_TYPE
            )  # fmt: skip
        else:
            assert samples.CANARY not in copy
