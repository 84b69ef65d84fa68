"""Trying the mailbox and the way out, without reading or sending anything."""

from __future__ import annotations

import asyncio

from bot.channels.mail.mailbox import Mailbox, MailboxError
from bot.channels.mail.options import MailOptions
from bot.channels.mail.sending import tried
from bot.errors import DeliveryError
from bot.findings import Finding, error, ok, warning

_ABOUT = "email"
_LOGIN = "set PARLEY_EMAIL_USER and PARLEY_EMAIL_PASSWORD anew; many providers want a password made for apps"
_VOUCHING = (
    "set PARLEY_EMAIL_AUTHSERV_ID to the first word of the header Authentication-Results in the mails that arrive, "
    "if your mail server writes dmarc=pass there"
)
_CERTIFICATE = "give the name that the server's certificate is for, or mend the certificate"
_MENDS = {
    "unauthorized": ("does not take user and password", _LOGIN),
    "login_disabled": ("allows no passwords here", "use an address that begins with imaps:// in PARLEY_EMAIL_IMAP_URL"),
    "certificate": ("shows a certificate that cannot be trusted", _CERTIFICATE),
    "not_offered": ("offers no encryption or no login", "use an address that begins with smtps:// and its port"),
}


async def diagnose(options: MailOptions) -> list[Finding]:
    """Return whether mails come in and can go out, and whether anybody vouches for their senders."""
    found = list(await asyncio.gather(asyncio.to_thread(_incoming, options), _outgoing(options)))
    if options.authserv_id is None:
        what = "nobody vouches for senders: a mail goes on with a known customer only if it answers our letters"
        found.append(warning(_ABOUT, what, _VOUCHING))
    return found


def _incoming(options: MailOptions) -> Finding:
    try:
        Mailbox(options, is_read_only=True).close()
    except MailboxError as refusal:
        if refusal.reason == "no_folder":
            what = f"there is no folder {options.imap.folder} in the mailbox"
            return error(_ABOUT, what, "give one that is there in PARLEY_EMAIL_IMAP_URL: imaps://HOST/FOLDER")
        return _wrong(f"{options.imap.host}:{options.imap.port} (IMAP)", refusal.reason, "PARLEY_EMAIL_IMAP_URL")
    return ok(_ABOUT, f"the folder {options.imap.folder} at {options.imap.host} is open to us")


async def _outgoing(options: MailOptions) -> Finding:
    try:
        await tried(options)
    except DeliveryError as refusal:
        return _wrong(f"{options.smtp.host}:{options.smtp.port} (SMTP)", refusal.reason, "PARLEY_EMAIL_SMTP_URL")
    return ok(_ABOUT, f"{options.smtp.host} takes mails from us")


def _wrong(server: str, reason: str, variable: str) -> Finding:
    what, mend = _MENDS.get(reason, ("", ""))
    if reason == "unreachable":
        what, mend = "cannot be reached", f"check host, port and the beginning (smtp:// or smtps://, …) of {variable}"
    return error(_ABOUT, f"{server} {what or 'answers ' + reason}", mend or f"check {variable}")
