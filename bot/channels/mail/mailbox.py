"""A folder on an IMAP server; blocks, so it is used in threads."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from typing import Any

from bot.channels.mail.options import STARTTLS, TLS, MailOptions
from bot.errors import ParleyError

TIMEOUT_SECONDS = 20.0
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,12})")
# IMAP has English names of months, whatever the locale (RFC 3501, 9).
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


class MailboxError(ParleyError):
    """Raised when the IMAP server is not to be reached or does not do what is asked; ``reason`` is a code."""

    code = "mailbox"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)
        self.reason = reason


class Mailbox:
    """One connection with the folder open; every method raises MailboxError, after which it is of no more use."""

    def __init__(self, options: MailOptions, *, is_read_only: bool = False) -> None:
        self._options = options
        with _named("unreachable"):
            self._imap = _connected(options)
        try:
            if "LOGINDISABLED" in self._imap.capabilities:
                raise MailboxError("login_disabled")
            with _named("unauthorized"):
                self._imap.login(options.user, options.password)
            with _named("no_folder"):
                folder = _quoted(options.imap.folder)
                self._done(self._imap.select(folder, is_read_only))
                _, (validity,) = self._imap.response("UIDVALIDITY")
                self.validity = validity.decode("ascii") if isinstance(validity, bytes) else "0"
        except BaseException:
            self.close()
            raise

    def unseen(self, since: date) -> list[int]:
        """Return the numbers of the mails nobody has seen that arrived on a day or later, oldest first."""
        day = f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}"
        return self._search("UNSEEN", "UNDELETED", "SINCE", day)

    def by_message_id(self, message_id: str) -> list[int]:
        """Return the numbers of the mails with a Message-ID."""
        return self._search("HEADER", "Message-ID", _quoted(message_id))

    def size(self, uid: int) -> int:
        """Return how many bytes a mail has; 0 where it is gone."""
        with _named("broken"):
            parts = self._done(self._imap.uid("FETCH", str(uid), "(RFC822.SIZE)"))
        found = next((found for part in parts if isinstance(part, bytes) and (found := _SIZE.search(part))), None)
        return int(found[1]) if found else 0

    def mail(self, uid: int, *, only_headers: bool = False) -> bytes | None:
        """Return a mail's bytes without marking it, or None where it is gone."""
        what = "(BODY.PEEK[HEADER])" if only_headers else "(BODY.PEEK[])"
        with _named("broken"):
            parts = self._done(self._imap.uid("FETCH", str(uid), what))
        return next((part[1] for part in parts if isinstance(part, tuple)), None)

    def mark(self, uid: int, *flags: str) -> None:
        """Set flags of a mail, such as ``\\Seen``."""
        with _named("broken"):
            self._done(self._imap.uid("STORE", str(uid), "+FLAGS.SILENT", f"({' '.join(flags)})"))

    def close(self) -> None:
        """Say good-bye, where anybody listens."""
        with suppress(OSError, imaplib.IMAP4.error):
            self._imap.logout()

    def abort(self) -> None:
        """End whatever waits for the server now, from another thread."""
        with suppress(OSError):
            self._imap.sock.shutdown(socket.SHUT_RDWR)

    def _search(self, *criteria: str) -> list[int]:
        with _named("broken"):
            found = self._done(self._imap.uid("SEARCH", *criteria))
        return sorted(int(uid) for line in found if isinstance(line, bytes) for uid in line.split())

    def _done(self, answer: tuple[str, Sequence[object]]) -> list[Any]:
        state, parts = answer
        if state != "OK":
            raise imaplib.IMAP4.error(state)
        return list(parts)


def _connected(options: MailOptions) -> imaplib.IMAP4:
    place = options.imap
    if place.security == TLS:
        context = ssl.create_default_context()
        return imaplib.IMAP4_SSL(place.host, place.port, ssl_context=context, timeout=TIMEOUT_SECONDS)
    imap = imaplib.IMAP4(place.host, place.port, timeout=TIMEOUT_SECONDS)
    if place.security == STARTTLS:
        try:
            imap.starttls(ssl.create_default_context())
        except BaseException:
            imap.shutdown()
            raise
    return imap


@contextmanager
def _named(reason: str) -> Iterator[None]:
    try:
        yield
    except imaplib.IMAP4.abort as error:
        raise MailboxError("unreachable") from error
    except ssl.SSLCertVerificationError as error:
        raise MailboxError("certificate") from error
    except OSError as error:
        raise MailboxError("unreachable") from error
    except (imaplib.IMAP4.error, ValueError, UnicodeError) as error:
        raise MailboxError(reason) from error


def _quoted(value: str) -> str:
    """Return an IMAP string; folders beyond ASCII are written in IMAP's own UTF-7 (RFC 3501, 5.1.3)."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped if escaped.isascii() and "&" not in escaped else _utf7(escaped)}"'


def _utf7(value: str) -> str:
    def encoded(found: re.Match[str]) -> str:
        if found[0] == "&":
            return "&-"
        return "&" + found[0].encode("utf-7").decode("ascii").strip("+-").replace("/", ",") + "-"

    return re.sub(r"[^\x20-\x7e]+|&", encoded, value)
