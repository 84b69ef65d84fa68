"""All fake platforms at once, and the variables that turn their channels on in one Parley."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from tests.channels import graph_server, line_server, telegram_server, whatsapp_server
from tests.channels.dovecot import PASSWORD, Dovecot
from tests.channels.line_server import LineServer
from tests.channels.messenger_server import MessengerServer
from tests.channels.platform_server import PlatformServer
from tests.channels.smtp_server import SmtpServer
from tests.channels.telegram_server import TelegramServer
from tests.channels.whatsapp_server import WhatsAppServer

SERVICE = "service@shop.example"
MAIL_SERVER = "mx.shop.example"


@dataclass
class World:
    """Where Parley's customers are; ``base`` is where Parley is, ``seconds`` how long its webhooks took."""

    http: aiohttp.ClientSession
    imap: Dovecot
    smtp: SmtpServer = field(default_factory=SmtpServer)
    telegram: TelegramServer = field(default_factory=TelegramServer)
    whatsapp: WhatsAppServer = field(default_factory=WhatsAppServer)
    messenger: MessengerServer = field(default_factory=MessengerServer)
    line: LineServer = field(default_factory=LineServer)
    base: str = ""
    seconds: list[float] = field(default_factory=list)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def servers(self) -> dict[str, PlatformServer]:
        """The platforms that speak HTTP, by channel."""
        return {
            "telegram": self.telegram,
            "whatsapp": self.whatsapp,
            "messenger": self.messenger,
            "line": self.line,
        }

    @property
    def breaches(self) -> list[str]:
        """What was asked of platforms that they do not document."""
        return [f"{name}: {words}" for name, server in self.servers.items() for words in server.breaches]

    def environment(self) -> dict[str, str]:
        """Return the variables of all channels."""
        return {
            "PARLEY_SOCKETIO": "yes",
            "PARLEY_TELEGRAM_TOKEN": telegram_server.TOKEN,
            "PARLEY_TELEGRAM_WEBHOOK_SECRET": telegram_server.SECRET,
            "PARLEY_TELEGRAM_API_URL": self.telegram.url,
            "PARLEY_WHATSAPP_TOKEN": graph_server.TOKEN,
            "PARLEY_WHATSAPP_APP_SECRET": graph_server.SECRET,
            "PARLEY_WHATSAPP_VERIFY_TOKEN": graph_server.VERIFY,
            "PARLEY_WHATSAPP_API_URL": self.whatsapp.api_url,
            "PARLEY_WHATSAPP_PHONE_NUMBER_ID": whatsapp_server.NUMBER,
            "PARLEY_MESSENGER_TOKEN": graph_server.TOKEN,
            "PARLEY_MESSENGER_APP_SECRET": graph_server.SECRET,
            "PARLEY_MESSENGER_VERIFY_TOKEN": graph_server.VERIFY,
            "PARLEY_MESSENGER_API_URL": self.messenger.api_url,
            "PARLEY_LINE_TOKEN": line_server.TOKEN,
            "PARLEY_LINE_CHANNEL_SECRET": line_server.SECRET,
            "PARLEY_LINE_API_URL": self.line.url,
            "PARLEY_LINE_DATA_URL": self.line.url,
            "PARLEY_EMAIL_ADDRESS": SERVICE,
            "PARLEY_EMAIL_IMAP_URL": self.imap.url(),
            "PARLEY_EMAIL_SMTP_URL": self.smtp.url,
            "PARLEY_EMAIL_PASSWORD": PASSWORD,
            "PARLEY_EMAIL_NAME": "Lumen Outfitters",
            "PARLEY_EMAIL_AUTHSERV_ID": MAIL_SERVER,
        }


@asynccontextmanager
async def a_world() -> AsyncIterator[World]:
    """Run all platforms until the context ends."""
    with Dovecot() as imap:
        async with aiohttp.ClientSession() as http:
            world = World(http, imap)
            await world.smtp.start()
            async with (
                world.telegram.running(),
                world.whatsapp.running(),
                world.messenger.running(),
                world.line.running(),
            ):
                try:
                    yield world
                finally:
                    await world.smtp.stop()
