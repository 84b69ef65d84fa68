"""What Telegram says of its webhook (https://core.telegram.org/bots/api#webhookinfo), read for an operator."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from bot.channels.diagnosis import webhook
from bot.findings import Finding, error, warning

_ABOUT = "telegram"
_MANY_PENDING = 50
_RECENT_SECONDS = 3600
_WANTED = ("message", "edited_message", "callback_query")


def findings_of_webhook(told: Mapping[str, Any], public_url: str | None) -> list[Finding]:
    """Return what is to be known of a webhook: its address, what waits, what went wrong lately, what is left out."""
    findings = [webhook(_ABOUT, told.get("url"), public_url, "tell it by setWebhook, see docs/channel-telegram.md")]
    allowed = told.get("allowed_updates")
    missing = [kind for kind in _WANTED if allowed and kind not in allowed]
    if missing:
        mend = f"call setWebhook with allowed_updates {list(_WANTED)}"
        findings.append(error(_ABOUT, f"Telegram was told to keep {', '.join(missing)} to itself", mend))
    pending = told.get("pending_update_count")
    if isinstance(pending, int) and pending >= _MANY_PENDING:
        mend = "see that Parley runs and is reached from outside; they come by themselves then"
        findings.append(warning(_ABOUT, f"{pending} updates wait at Telegram", mend))
    failed_at = told.get("last_error_date")
    if isinstance(failed_at, int) and time.time() - failed_at < _RECENT_SECONDS:
        minutes = max(0, round((time.time() - failed_at) / 60))
        what = f"{minutes} minutes ago Telegram could not bring an update: {told.get('last_error_message')}"
        findings.append(warning(_ABOUT, what, "see that the address is served over HTTPS and answers with 200"))
    return findings
