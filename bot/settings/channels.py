"""Which messaging platforms are on, and what each is made with."""

from __future__ import annotations

from collections.abc import Mapping

from bot.errors import SettingsError
from bot.settings.environment import read_secret

# What a channel is made with, the variable it comes from, and what becomes of it: a channel is on when its first
# variable is set, and then it needs all that are REQUIRED. SECRET ones may also come from a file.
REQUIRED, OPTIONAL, SECRET = "required", "optional", "secret"
CHANNELS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "telegram": (
        ("token", "PARLEY_TELEGRAM_TOKEN", SECRET),
        ("webhook_secret", "PARLEY_TELEGRAM_WEBHOOK_SECRET", SECRET),
        ("base_url", "PARLEY_TELEGRAM_API_URL", OPTIONAL),
    ),
    "whatsapp": (
        ("token", "PARLEY_WHATSAPP_TOKEN", SECRET),
        ("phone_number_id", "PARLEY_WHATSAPP_PHONE_NUMBER_ID", REQUIRED),
        ("app_secret", "PARLEY_WHATSAPP_APP_SECRET", SECRET),
        ("verify_token", "PARLEY_WHATSAPP_VERIFY_TOKEN", SECRET),
        ("template", "PARLEY_WHATSAPP_TEMPLATE", OPTIONAL),
        ("base_url", "PARLEY_WHATSAPP_API_URL", OPTIONAL),
    ),
    "messenger": (
        ("token", "PARLEY_MESSENGER_TOKEN", SECRET),
        ("app_secret", "PARLEY_MESSENGER_APP_SECRET", SECRET),
        ("verify_token", "PARLEY_MESSENGER_VERIFY_TOKEN", SECRET),
        ("template", "PARLEY_MESSENGER_TEMPLATE", OPTIONAL),
        ("base_url", "PARLEY_MESSENGER_API_URL", OPTIONAL),
    ),
    "line": (
        ("token", "PARLEY_LINE_TOKEN", SECRET),
        ("channel_secret", "PARLEY_LINE_CHANNEL_SECRET", SECRET),
        ("base_url", "PARLEY_LINE_API_URL", OPTIONAL),
        ("data_url", "PARLEY_LINE_DATA_URL", OPTIONAL),
    ),
    "email": (
        ("address", "PARLEY_EMAIL_ADDRESS", REQUIRED),
        ("imap_url", "PARLEY_EMAIL_IMAP_URL", REQUIRED),
        ("smtp_url", "PARLEY_EMAIL_SMTP_URL", REQUIRED),
        ("user", "PARLEY_EMAIL_USER", OPTIONAL),
        ("password", "PARLEY_EMAIL_PASSWORD", SECRET),
        ("name", "PARLEY_EMAIL_NAME", OPTIONAL),
        ("authserv_id", "PARLEY_EMAIL_AUTHSERV_ID", OPTIONAL),
    ),
}


def read_channels(env: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return the options of each channel that is on; raises SettingsError naming the variable that is missing."""
    found = {}
    for name, options in CHANNELS.items():
        values = {}
        for option, variable, kind in options:
            value = read_secret(env, variable) if "secret" in kind else (env.get(variable) or "").strip()
            if value:
                values[option] = value
        first, switch, _ = options[0]
        if first not in values:
            continue
        for option, variable, kind in options:
            if option not in values and "optional" not in kind:
                raise SettingsError(f"{variable} is empty: {switch} turns the channel '{name}' on, which needs it too")
        found[name] = values
    return found
