"""Which messaging platforms there are, made from the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.channels.channel import Channel
from bot.channels.line import Line
from bot.channels.mail.channel import Email
from bot.channels.messenger import Messenger
from bot.channels.telegram import Telegram
from bot.channels.whatsapp import WhatsApp
from bot.settings import Settings

Options = Mapping[str, str]

PLATFORMS: dict[str, Callable[[Options], Channel]] = {
    "telegram": Telegram,
    "email": Email,
    "line": Line,
    "messenger": Messenger,
    "whatsapp": WhatsApp,
}
"""How each platform is made; its options are named in ``settings.CHANNELS``."""


def configured(settings: Settings) -> dict[str, Channel]:
    """Return the platforms that are on, by channel; raises SettingsError naming the variable that is wrong."""
    return {name: PLATFORMS[name](options) for name, options in settings.channels.items()}
