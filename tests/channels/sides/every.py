"""Customers of every channel."""

from __future__ import annotations

from tests.channels.sides.line import LineSide
from tests.channels.sides.mail import MailSide
from tests.channels.sides.messenger import MessengerSide
from tests.channels.sides.rest import RestSide
from tests.channels.sides.side import Side
from tests.channels.sides.socketio import SocketIoSide
from tests.channels.sides.telegram import TelegramSide
from tests.channels.sides.web import WebSide
from tests.channels.sides.whatsapp import WhatsAppSide

SIDES: dict[str, type[Side]] = {
    side.channel: side
    for side in (WebSide, RestSide, SocketIoSide, TelegramSide, WhatsAppSide, MessengerSide, LineSide, MailSide)
}
