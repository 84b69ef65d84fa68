"""Headers as people read them: encoded words, addresses and ids of messages, however broken."""

from __future__ import annotations

import base64
import binascii
import re
from email.message import Message
from email.utils import getaddresses

from bot.channels.mail.charsets import decoded

MAX_SUBJECT = 250
_MAX_HEADER = 20_000
_ENCODED = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN = re.compile(r"(=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=)\s+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")
_MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,250}>")
_ADDRESS = re.compile(r"[^\s@<>]{1,100}@[^\s@<>]{1,190}")


def raw_values(message: Message, name: str) -> list[str]:
    """Return the values of a header as they stand there, bytes beyond ASCII as lone surrogates."""
    return [str(value)[:_MAX_HEADER] for key, value in message.raw_items() if key.lower() == name.lower()]


def text(message: Message, name: str) -> str:
    """Return the first value of a header in one line, decoded (RFC 2047); empty where there is none."""
    found = raw_values(message, name)
    return " ".join(unfolded(found[0]).split()) if found else ""


def unfolded(value: str) -> str:
    """Return a header's value with its encoded words decoded."""
    raw = value.encode("utf-8", "surrogateescape")
    value = decoded(raw, None) if not raw.isascii() else value
    # A character may begin in one encoded word and end in the next, against the rule: same set, same bytes.
    value = _BETWEEN.sub(r"\1", value)
    parts: list[tuple[str | None, bytes]] = []
    last, end = None, 0
    for found in _ENCODED.finditer(value):
        if between := value[end : found.start()]:
            parts.append((None, between.encode("utf-8", "ignore")))
            last = None
        charset, content = found[1].partition("*")[0].lower(), _word(found[2], found[3])
        if charset == last:
            parts[-1] = (charset, parts[-1][1] + content)
        else:
            parts.append((charset, content))
        last, end = charset, found.end()
    parts.append((None, value[end:].encode("utf-8", "ignore")))
    return "".join(decoded(content, charset or "utf-8") for charset, content in parts)


def address(message: Message, name: str) -> str:
    """Return the one address in a header, in lower case; empty where there is none, or more than one."""
    values = [
        value.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for value in raw_values(message, name)
    ]
    try:
        found = {address.strip().lower() for _, address in getaddresses(values) if address}
    except (ValueError, IndexError, RecursionError):
        return ""
    one = found.pop() if len(found) == 1 else ""
    return one if _ADDRESS.fullmatch(one) and one.isprintable() else ""


def message_ids(message: Message, name: str) -> list[str]:
    """Return the ids of messages in a header, in order, each once."""
    return list(dict.fromkeys(_MESSAGE_ID.findall(" ".join(raw_values(message, name)))))


def _word(encoding: str, content: str) -> bytes:
    raw = content.encode("utf-8", "ignore")
    if encoding in "qQ":
        return _HEX.sub(lambda found: bytes([int(found[1], 16)]), raw.replace(b"_", b" "))
    try:
        return base64.b64decode(raw + b"=" * (-len(raw) % 4))
    except (binascii.Error, ValueError):
        return raw
