"""Handing mails to an SMTP server, with errors that say what to do next."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage

import aiosmtplib
from aiosmtplib import SMTP

from bot.channels.mail.options import PLAIN, STARTTLS, TLS, MailOptions
from bot.errors import DeliveryError

TIMEOUT_SECONDS = 20.0
_HELD_SECONDS = 60.0
_TOO_LARGE = 552


async def handed_over(mail: EmailMessage, to: str, options: MailOptions) -> None:
    """Give a mail to the server; raises DeliveryError.

    What the server says for good about a recipient or a mail is permanent. What is wrong with us (password,
    encryption, our own address) holds the channel until an operator has mended it.
    """
    try:
        async with _connected(options) as client:
            wanted = [] if to.isascii() else ["SMTPUTF8"]
            await client.sendmail(options.address, [to], mail.as_bytes(), mail_options=wanted)
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise _meaning(error) from error


async def tried(options: MailOptions) -> None:
    """Do everything that handing a mail over does before the mail itself; raises DeliveryError."""
    try:
        async with _connected(options) as client:
            await client.noop()
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise _meaning(error) from error


@asynccontextmanager
async def _connected(options: MailOptions) -> AsyncIterator[SMTP]:
    place = options.smtp
    client = SMTP(
        hostname=place.host,
        port=place.port,
        use_tls=place.security == TLS,
        start_tls=place.security == STARTTLS,
        timeout=TIMEOUT_SECONDS,
    )
    async with client:
        # A server of this very machine may take mail without asking who brings it.
        await client.ehlo()
        if place.security != PLAIN or client.server_auth_methods:
            await client.login(options.user, options.password)
        yield client


def _meaning(error: Exception) -> DeliveryError:
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        error = error.recipients[0]
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        if error.code >= 500:
            return _held("unauthorized")
        return DeliveryError(f"smtp_{error.code}")
    if isinstance(error, aiosmtplib.SMTPNotSupported):
        return DeliveryError("not_supported", is_permanent=True)
    if isinstance(error, aiosmtplib.SMTPSenderRefused) and error.code >= 500 and error.code != _TOO_LARGE:
        return _held("sender_refused")
    if isinstance(error, (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError, aiosmtplib.SMTPSenderRefused)):
        return DeliveryError(f"smtp_{error.code}", is_permanent=error.code >= 500)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return DeliveryError(f"smtp_{error.code}")
    # Of Python's errors this is a ValueError, too.
    if isinstance(error, ssl.SSLCertVerificationError) or isinstance(error.__cause__, ssl.SSLCertVerificationError):
        return _held("certificate")
    if isinstance(error, ValueError):
        return DeliveryError("unfit", is_permanent=True)
    if type(error) is aiosmtplib.SMTPException:
        # It offers no STARTTLS, or no way to say who we are.
        return _held("not_offered")
    return DeliveryError("unreachable")


def _held(reason: str) -> DeliveryError:
    return DeliveryError(reason, retry_after_seconds=_HELD_SECONDS, holds_channel=True)
