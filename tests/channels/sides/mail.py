"""A customer who writes mails."""

from __future__ import annotations

import asyncio
import imaplib
from email.message import EmailMessage
from email.utils import formatdate

from bot.channels.intake import conversation_id
from tests.channels.sides.side import Event, NotTakenError, Received, Side
from tests.channels.smtp_server import said
from tests.channels.world import MAIL_SERVER, SERVICE, World


class MailSide(Side):
    """An address that writes in one thread; a mail is in the mailbox before Parley looks into it."""

    channel = "email"

    def __init__(self, world: World, number: int, language: str) -> None:
        super().__init__(world, number, language)
        self.address = f"customer{number}@mail.example"
        self._subject = ""

    @property
    def own(self) -> str:
        return conversation_id(self.channel, self.address, self._id(1))

    def words(self, text: str) -> Event:
        return self._mail(text).as_bytes()

    def pressed(self, title: str) -> Event:
        raise LookupError(f"mails have no buttons: {title}")

    def photo(self, content: bytes) -> Event:
        mail = self._mail("")
        mail.add_attachment(content, maintype="image", subtype="jpeg", filename="photo.jpg")
        return mail.as_bytes()

    async def deliver(self, *events: Event) -> None:
        try:
            for event in events:
                await asyncio.to_thread(self.world.imap.deliver, SERVICE, event)
        except (OSError, imaplib.IMAP4.error) as error:
            raise NotTakenError(type(error).__name__) from error

    async def got(self) -> list[Received]:
        mails = [mail for mail in self.world.smtp.mails if mail["To"] == self.address]
        return [Received(str(mail["Message-ID"]), said(mail)) for mail in mails]

    def _id(self, own: int) -> str:
        return f"<{self.number}.{own}@mail.example>"

    def _mail(self, text: str) -> EmailMessage:
        mail, own = EmailMessage(), next(self.count)
        # What the operator's mail server writes when it takes a mail in.
        mail["Authentication-Results"] = f"{MAIL_SERVER}; dmarc=pass (p=none) header.from=mail.example"
        # What the subject of a first mail says beyond its text is taken as a part of it.
        self._subject = self._subject or text.split("\n")[0][:40].strip()
        mail["From"], mail["To"], mail["Date"] = self.address, SERVICE, formatdate()
        mail["Subject"] = self._subject if own == 1 else f"Re: {self._subject}"
        mail["Message-ID"] = self._id(own)
        if own > 1:
            mail["In-Reply-To"] = mail["References"] = self._id(own - 1)
        mail.set_content(text)
        return mail
