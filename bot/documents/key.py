"""The key that signs links where the operator gave no secret: made once, and kept where only we can read it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

_BYTES = 32


def kept_key(file: Path) -> bytes:
    """Return the key in a file, which is made with mode 0600 where there is none."""
    if not file.exists():
        draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as key:
            key.write(secrets.token_bytes(_BYTES))
        try:
            # Never half written, and of two processes that start at once the first one's key stays.
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_bytes()
