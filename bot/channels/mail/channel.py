"""E-mail as a messaging platform; see docs/channel-email.md."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from aiohttp import web

from bot.aftersales.evidence import EvidenceRefusal
from bot.channels.channel import Channel
from bot.channels.keys import CLOCK, UOW
from bot.channels.mail import diagnosis, parsing
from bot.channels.mail.arriving import MOST_ATTACHMENTS, Arriving
from bot.channels.mail.composing import composed
from bot.channels.mail.limits import may_answer
from bot.channels.mail.mailbox import Mailbox, MailboxError
from bot.channels.mail.options import MailOptions
from bot.channels.mail.sending import handed_over
from bot.conversations.model import Author
from bot.conversations.platform import Letter, Shape
from bot.conversations.ports import UnitOfWork
from bot.errors import DeliveryError, EvidenceRefusedError
from bot.findings import Finding
from bot.services.ports import Clock

EMAIL = "email"
_LONGEST_LETTER = 100_000


class Email(Channel):
    """Takes mails from an IMAP folder, and answers by SMTP with one mail an answer."""

    channel = EMAIL
    shape = Shape(max_text=_LONGEST_LETTER, merges=True)

    def __init__(self, options: Mapping[str, str]) -> None:
        self._options = MailOptions.of(options)
        self._arriving = Arriving(EMAIL, self._options)
        self._clock: Clock | None = None
        self._uow: Callable[[], UnitOfWork] | None = None

    async def start(self, app: web.Application) -> None:
        """Begin to look into the mailbox."""
        self._clock, self._uow = app[CLOCK], app[UOW]
        self._arriving.start(app)

    async def stop(self) -> None:
        """Take no more mails in."""
        await self._arriving.stop()

    async def send(self, letter: Letter) -> str | None:
        """Send a letter and return its Message-ID."""
        assert self._clock is not None and self._uow is not None
        now, address = self._clock(), letter.to.address
        if letter.author is not Author.AGENT:
            async with self._uow() as uow:
                if not await may_answer(uow, EMAIL, address, now):
                    raise DeliveryError("too_many_answers", is_permanent=True)
        attached = await letter.attachment.read() if letter.attachment else None
        try:
            mail = composed(letter, self._options, now, attached)
        except (ValueError, IndexError) as error:
            raise DeliveryError("bad_address", is_permanent=True) from error
        await handed_over(mail, address, self._options)
        return str(mail["Message-ID"])

    async def diagnose(self, public_url: str | None) -> list[Finding]:
        """Return whether mails come in and can go out."""
        return await diagnosis.diagnose(self._options)

    async def fetch(self, media: dict[str, Any], file: BinaryIO, most_bytes: int) -> None:
        """Write what was attached to a mail into a file."""
        key = str(media["validity"]), int(media["uid"])
        raw = self._arriving.kept(*key) or await asyncio.to_thread(self._mail, *key, str(media["mail"]))
        if raw is None:
            raise DeliveryError("no_mail", is_permanent=True)
        mail = await asyncio.to_thread(parsing.parsed, raw, self._options.address, most_attachments=MOST_ATTACHMENTS)
        place = int(media["place"])
        if place >= len(mail.attachments):
            raise DeliveryError("no_file", is_permanent=True)
        if len(mail.attachments[place]) > most_bytes:
            raise EvidenceRefusedError(EvidenceRefusal.TOO_LARGE)
        await asyncio.to_thread(file.write, mail.attachments[place])

    async def close(self) -> None:
        """Stop, where nobody did."""
        await self.stop()

    def _mail(self, validity: str, uid: int, message_id: str) -> bytes | None:
        """Return a mail that was taken in before, by its number or, where the server has renumbered, by its id."""
        try:
            mailbox = Mailbox(self._options, is_read_only=True)
            try:
                raw = mailbox.mail(uid) if mailbox.validity == validity else None
                for other in [] if raw is not None else mailbox.by_message_id(message_id)[:1]:
                    raw = mailbox.mail(other)
                return raw
            finally:
                mailbox.close()
        except MailboxError as error:
            raise DeliveryError(error.reason) from error
