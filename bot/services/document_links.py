"""Links to documents: signed, so that nobody finds one by trying, and good for a while only."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.aftersales.labels import Label
from bot.errors import NotFoundError
from bot.l10n.languages import SPOKEN, spoken_language

PREFIX = "/documents/"
LASTS = timedelta(days=30)

_PAYLOAD = re.compile(r"(\w+)\n([A-Za-z0-9]{1,40})\n([A-Za-z-]{2,8})\n(\d{1,12})", re.ASCII)
_PURPOSE = b"parley document link 1\n"
_LONGEST = 200
_A_DAY = 86_400


class DocumentKind(Label):
    """Which documents there are."""

    RETURN = "return"
    REPAIR = "repair"
    INVOICE = "invoice"
    FILE = "file"


@dataclass(frozen=True)
class Ticket:
    """What a valid link opens: the document of a number in a language.

    The number is that of a return, a repair or an order, and for a file the id of the evidence, which has no language.
    """

    kind: DocumentKind
    number: str
    language: str


class DocumentLinks:
    """Makes and reads links; every process that shares the key understands the others' links."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def link(self, kind: DocumentKind, number: str, language: str, now: datetime) -> str:
        """Return the path of a document, good for 30 days and the rest of the last one.

        Whoever holds it sees the document, so give it only to who has proved the order, and to agents.
        """
        # To the end of a day: an answer given again after a crash is the same to the letter.
        expires = (int((now + LASTS).timestamp()) // _A_DAY + 1) * _A_DAY
        payload = f"{kind.value}\n{number}\n{spoken_language(language)}\n{expires}".encode()
        return f"{PREFIX}{_text(payload)}.{_text(self._signature(payload))}"

    def read(self, token: str, now: datetime) -> Ticket:
        """Return what a link's last part opens; raises NotFoundError for a wrong or expired one alike."""
        encoded, _, signature = token.partition(".")
        payload = _bytes(encoded)
        if len(token) > _LONGEST or not hmac.compare_digest(self._signature(payload), _bytes(signature)):
            raise NotFoundError("document", "token")
        found = _PAYLOAD.fullmatch(payload.decode("ascii", "replace"))
        if found is None or int(found[4]) <= now.timestamp() or found[3] not in SPOKEN:
            raise NotFoundError("document", "token")
        return Ticket(DocumentKind(found[1]), found[2], found[3])

    def _signature(self, payload: bytes) -> bytes:
        # The purpose keeps a signature of something else under the same secret from ever opening a document.
        return hmac.new(self._key, _PURPOSE + payload, hashlib.sha256).digest()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
