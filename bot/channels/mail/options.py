"""What the e-mail channel is made with, checked when the process starts."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from bot.errors import SettingsError

TLS, STARTTLS, PLAIN = "tls", "starttls", "plain"
_IMAP = {"imaps": (TLS, 993), "imap": (STARTTLS, 143), "imap+plain": (PLAIN, 143)}
_SMTP = {"smtps": (TLS, 465), "smtp": (STARTTLS, 587), "smtp+plain": (PLAIN, 25)}
_AUTHSERV_ID = re.compile(r"[A-Za-z0-9._-]{1,190}")
_ADDRESS = re.compile(r"[^\s@<>,;:\"\x00-\x20]{1,64}@[A-Za-z0-9.-]{1,190}")


@dataclass(frozen=True)
class Place:
    """A server: ``security`` is TLS from the start, STARTTLS (never without), or PLAIN on this very machine."""

    host: str
    port: int
    security: str
    folder: str = "INBOX"


@dataclass(frozen=True)
class MailOptions:
    """How letters come in and go out; ``address`` is ours, in lower case, ``name`` what customers read beside it.

    ``authserv_id`` is the name under which our mail server says what it has found out about senders.
    """

    address: str
    imap: Place
    smtp: Place
    user: str
    password: str = field(repr=False)
    name: str = ""
    authserv_id: str | None = None

    @property
    def domain(self) -> str:
        """Return the domain that our Message-IDs end in."""
        return self.address.rpartition("@")[2]

    @classmethod
    def of(cls, options: Mapping[str, str]) -> MailOptions:
        """Return checked options; raises SettingsError naming the variable that is wrong."""
        address = options["address"]
        if not _ADDRESS.fullmatch(address):
            raise SettingsError(f"PARLEY_EMAIL_ADDRESS is '{address}': give an address such as service@shop.example")
        imap = _place("PARLEY_EMAIL_IMAP_URL", options["imap_url"], _IMAP, "imaps://imap.example.com:993/INBOX")
        smtp = _place("PARLEY_EMAIL_SMTP_URL", options["smtp_url"], _SMTP, "smtp://smtp.example.com:587")
        name = " ".join(options.get("name", "").split())
        server = options.get("authserv_id")
        if server is not None and not _AUTHSERV_ID.fullmatch(server):
            raise SettingsError(
                f"PARLEY_EMAIL_AUTHSERV_ID is '{server}': give the first word of the header Authentication-Results "
                "that your mail server writes into mails, such as mx.shop.example"
            )
        return cls(address.lower(), imap, smtp, options.get("user", address), options["password"], name, server)


def _place(variable: str, url: str, schemes: Mapping[str, tuple[str, int]], example: str) -> Place:
    # The address is not repeated where it may hold a password.
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if "@" in parts.netloc:
        raise SettingsError(f"{variable} holds a user: give PARLEY_EMAIL_USER and PARLEY_EMAIL_PASSWORD instead")
    if parts.scheme not in schemes or not host or parts.query or parts.fragment:
        raise SettingsError(f"{variable} is '{url}': give an address such as {example}")
    security, usual = schemes[parts.scheme]
    folder = unquote(parts.path.strip("/"))
    if folder and not variable.endswith("IMAP_URL"):
        raise SettingsError(f"{variable} is '{url}': nothing stands behind the port, as in {example}")
    if security == PLAIN and not _is_here(host):
        raise SettingsError(f"{variable} is '{url}': without encryption only this machine (localhost) can be reached")
    return Place(host, port or usual, security, folder or "INBOX")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
