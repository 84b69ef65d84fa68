"""From the bytes of a mail to what Parley takes of it; the same bytes always give the same."""

from __future__ import annotations

import binascii
import email
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from bot.channels.mail import headers, pictures
from bot.channels.mail.automatic import Bounce, bounce, why_automatic
from bot.channels.mail.charsets import decoded
from bot.channels.mail.verdicts import Trust, is_disowned, trust_in
from bot.html_text import as_text

MAX_PARTS = 200
_MAX_TEXT = 200_000
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})?")
# Machines read these, not people: no evidence, and not worth a word about them.
_TECHNICAL = frozenset(
    "application/pkcs7-signature application/x-pkcs7-signature application/pgp-signature application/pgp-encrypted "
    "application/pgp-keys application/ms-tnef application/ics application/x-amp-html".split()
)


@dataclass(frozen=True)
class Mail:
    """One mail of a customer: ``address`` is whom to answer, ``text`` all that it says, quotes included.

    ``trust`` is how far that is who has written it; ``is_forged`` tells that the sender's domain disowns it.
    ``references`` are ids of earlier mails, oldest first. ``automatic`` is why it is never answered, ``bounced`` which
    letter of ours it gives back.
    """

    message_id: str
    address: str
    trust: Trust
    subject: str
    text: str
    references: tuple[str, ...]
    attachments: tuple[bytes, ...]
    language: str | None
    automatic: str | None
    bounced: Bounce | None
    is_forged: bool


def parsed(raw: bytes, own_address: str, *, most_attachments: int, authserv_id: str | None = None) -> Mail:
    """Return what a mail holds; ``own_address`` is in lower case, ``authserv_id`` the name of our mail server."""
    message = email.message_from_bytes(raw)
    ids = headers.message_ids(message, "Message-ID")
    sender, reply_to = headers.address(message, "From"), headers.address(message, "Reply-To")
    # Whoever asks for answers elsewhere is somebody else: the address of the sender proves nothing about it.
    address = reply_to or sender
    language = headers.text(message, "Content-Language").partition(",")[0].strip()
    return Mail(
        message_id=ids[0] if ids else f"<{hashlib.sha256(raw).hexdigest()}@no-id.invalid>",
        address=address,
        trust=trust_in(message, sender, authserv_id) if address == sender else Trust.DOUBTED,
        subject=headers.text(message, "Subject")[: headers.MAX_SUBJECT],
        text=_text(message)[:_MAX_TEXT],
        references=tuple(
            dict.fromkeys(headers.message_ids(message, "References") + headers.message_ids(message, "In-Reply-To"))
        ),
        attachments=tuple(content for content in _files(message, most_attachments)),
        language=language if _LANGUAGE.fullmatch(language) else None,
        automatic=why_automatic(message, own_address),
        bounced=bounce(message, raw),
        is_forged=is_disowned(message),
    )


def _leaves(message: Message) -> Iterator[Message]:
    """Yield the parts that are no containers, those of attached mails not among them."""
    todo, seen = [message], 0
    while todo and seen < MAX_PARTS:
        part, seen = todo.pop(0), seen + 1
        if part.get_content_maintype() == "message":
            continue
        payload = part.get_payload()
        if isinstance(payload, list):
            todo[:0] = [child for child in payload if isinstance(child, Message)]
        else:
            yield part


def _text(message: Message) -> str:
    plain, html = [], []
    for part in _leaves(message):
        if part.get_content_disposition() == "attachment" or part.get_filename():
            continue
        kind = part.get_content_type()
        # A container without its boundary is a text that somebody has cut or a mailer has spoilt.
        if kind == "text/plain" or kind.startswith("multipart/"):
            plain.append(_flowed(part, _said(part)[:_MAX_TEXT]))
        elif kind == "text/html":
            html.append(_said(part))
    words = "\n\n".join(text.strip() for text in plain if text.strip())
    # As one document, so that what bounds a document bounds all of them.
    return words or as_text("\n<hr>\n".join(html))


def _said(part: Message) -> str:
    charset = part.get_param("charset")
    declared = charset[2] if isinstance(charset, tuple) else charset
    text = decoded(_content(part), declared if isinstance(declared, str) else None)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _flowed(part: Message, text: str) -> str:
    """Return a text with its soft line breaks taken away (RFC 3676)."""
    if str(part.get_param("format", "")).lower() != "flowed":
        return text
    keeps_space = str(part.get_param("delsp", "")).lower() != "yes"
    lines: list[str] = []
    is_open = False
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        words = line[depth:].removeprefix(" ")
        if is_open and lines and len(lines[-1]) - len(lines[-1].lstrip(">")) == depth and words != "-- ":
            lines[-1] += words
        else:
            lines.append(f"{'>' * depth}{' ' if depth else ''}{words}")
        is_open = words.endswith(" ") and words != "-- "
        if is_open and not keeps_space:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def _files(message: Message, most: int) -> Iterator[bytes]:
    """Yield the photos and papers of a mail; logos and what only machines read are left out."""
    html = "".join(_said(part) for part in _leaves(message) if part.get_content_type() == "text/html")
    taken = 0
    for part in _leaves(message):
        kind, disposition = part.get_content_type(), part.get_content_disposition()
        is_text = part.get_content_maintype() == "text"
        if is_text or kind in _TECHNICAL or taken == most:
            continue
        if not (disposition or part.get_filename() or kind.startswith(("image/", "application/pdf"))):
            continue
        content = _content(part)
        shown_as = headers.text(part, "Content-ID").strip("<>")
        is_named = bool(shown_as) and f"cid:{shown_as}" in html
        is_in_text = kind.startswith("image/") and (is_named or disposition == "inline")
        if not content or (is_in_text and pictures.is_logo(content, is_named_by_text=is_named)):
            continue
        taken += 1
        yield content


def _content(part: Message) -> bytes:
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, binascii.Error, LookupError):
        payload = None
    return payload if isinstance(payload, bytes) else b""
