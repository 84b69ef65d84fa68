"""From a letter to the mail that a customer gets."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from bot.channels.mail.options import MailOptions
from bot.conversations.model import Author
from bot.conversations.platform import Attachment, Letter
from bot.l10n.languages import LANGUAGES

# Python writes a long id as an encoded word rather than let a line grow, and then no mailer finds the thread.
_POLICY = policy.SMTP.clone(max_line_length=900, cte_type="7bit")
_INTERNATIONAL = policy.SMTPUTF8.clone(max_line_length=900, cte_type="7bit")


def message_id(letter: Letter, options: MailOptions) -> str:
    """Return a letter's Message-ID: the same at every try, and beyond guessing, since it lets an answer in."""
    named = f"{letter.to.conversation_id} {letter.id}".encode()
    token = hmac.new(options.password.encode(), named, hashlib.sha256).hexdigest()[:20]
    return f"<parley.{letter.id}.{token}@{options.domain}>"


def composed(letter: Letter, options: MailOptions, now: datetime, attached: bytes | None = None) -> EmailMessage:
    """Return the mail for a letter, in the thread of what the customer wrote last."""
    is_ascii = letter.to.address.isascii()
    mail = EmailMessage(_POLICY if is_ascii else _INTERNATIONAL)
    local, _, domain = options.address.rpartition("@")
    facts = letter.to.facts
    mail["From"] = Address(options.name, local, domain)
    mail["To"] = Address(addr_spec=letter.to.address)
    mail["Reply-To"] = Address("", local, domain)
    mail["Subject"] = f"Re: {facts.get('subject') or options.name or options.domain}"
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message_id(letter, options)
    if last := facts.get("last"):
        mail["In-Reply-To"] = last
        mail["References"] = " ".join(facts.get("references") or [last])
    if letter.author is not Author.AGENT:
        # Machines that read these do not answer (RFC 3834); Exchange has a header of its own.
        mail["Auto-Submitted"] = "auto-replied"
        mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    mail["Content-Language"] = letter.language
    mail.set_content(letter.text, charset="utf-8")
    mail.add_alternative(_html(letter.text, letter.language), subtype="html", charset="utf-8")
    if letter.attachment is not None and attached is not None:
        _attach(mail, letter.attachment, attached)
    return mail


def _html(text: str, language: str) -> str:
    known = LANGUAGES.get(language)
    direction = known.direction if known else "ltr"
    paragraphs = "\n".join(
        f"<p>{'<br>'.join(map(escape, paragraph.splitlines()))}</p>" for paragraph in text.split("\n\n") if paragraph
    )
    # Some mailers drop everything around the body, so that it has to say the direction itself.
    return (
        f'<!doctype html>\n<html lang="{escape(language)}" dir="{direction}"><head><meta charset="utf-8"></head>\n'
        f'<body dir="{direction}">\n{paragraphs}\n</body></html>\n'
    )


def _attach(mail: EmailMessage, attachment: Attachment, content: bytes) -> None:
    kind, _, subkind = attachment.media_type.partition("/")
    mail.add_attachment(content, maintype=kind, subtype=subkind, filename=attachment.name)
