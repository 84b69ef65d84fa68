"""An SMTP server for tests: it keeps what it takes, brings it where it is told, and fails as it is told."""

from __future__ import annotations

import asyncio
import email
import email.policy
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.channels.dovecot import PASSWORD
from tests.channels.ports import free_port


@dataclass
class SmtpServer:
    """What it took is in ``mails``; ``refusals`` are answers to the next mails instead, by command: RCPT or DATA."""

    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    refusals: dict[str, list[str]] = field(default_factory=dict)
    tries: int = 0
    logins: int = 0
    password: str = PASSWORD
    deliver: Callable[[str, bytes], None] | None = None
    tls: ssl.SSLContext | None = None
    asks_who: bool = True
    port: int = 0
    _server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Return its address for connections without encryption."""
        return f"smtp+plain://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen, on the same port as before."""
        self.port = self.port or free_port()
        self._server = await asyncio.get_running_loop().create_server(self._connection, "127.0.0.1", self.port)

    async def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def _connection(self) -> SMTP:
        options: dict[str, Any] = {}
        if self.asks_who:
            options = {"authenticator": self._authenticate, "auth_required": True, "auth_require_tls": bool(self.tls)}
        if self.tls is not None:
            options |= {"tls_context": self.tls, "require_starttls": True}
        return SMTP(self, enable_SMTPUTF8=False, hostname="mx.example", **options)

    def _authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        self.logins += 1
        is_right = isinstance(data, LoginPassword) and data.password == self.password.encode()
        return AuthResult(success=is_right, handled=is_right)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.tries += 1
        if self.refusals.get("RCPT"):
            return self.refusals["RCPT"].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        raw = envelope.content
        assert isinstance(raw, bytes)
        assert all(len(line) <= 998 for line in raw.split(b"\r\n")), "a line is longer than RFC 5322 allows"
        assert raw.isascii(), "the server did not offer 8BITMIME for this"
        if self.refusals.get("DATA"):
            return self.refusals["DATA"].pop(0)
        message = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append(message)
        self.envelopes.append(envelope)
        if self.deliver is not None:
            await asyncio.to_thread(self.deliver, envelope.rcpt_tos[0], raw)
        return "250 OK"


def said(mail: EmailMessage) -> str:
    """Return the plain text of a mail."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n").strip()
