"""Asking a platform how it stands with us, without sending anything to anybody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.channels.client import Client
from bot.clocks import MOST_SECONDS
from bot.errors import DeliveryError
from bot.findings import Finding, error, ok, warning
from bot.settings import CHANNELS


async def examined(channel: str, client: Client, look: Callable[[], Awaitable[list[Finding]]]) -> list[Finding]:
    """Return what a look at a platform finds, or what kept it from looking, and how far the two clocks are apart."""
    try:
        findings = await look()
    except DeliveryError as refusal:
        findings = [refused(channel, refusal)]
    return [*findings, *_clock(channel, client)]


def refused(channel: str, refusal: DeliveryError) -> Finding:
    """Return what it means that a platform did not answer as it should."""
    variables = [variable for _, variable, _ in CHANNELS[channel]]
    if refusal.reason == "unauthorized":
        return error(channel, "the platform does not take the token", f"make a new one and set {variables[0]}")
    if refusal.reason == "unreachable":
        mend = "check that this machine may make connections to the internet" + _address(variables)
        return error(channel, "the platform cannot be reached", mend)
    if refusal.reason == "rate_limited":
        return warning(channel, "the platform wants to be asked less often", "try again in some minutes")
    mend = f"check {', '.join(variables)}; see docs/channel-{channel}.md"
    return error(channel, f"the platform refuses: {refusal.reason}", mend)


def webhook(channel: str, known: str | None, public_url: str | None, where: str) -> Finding:
    """Return whether a platform calls us where we are; ``where`` says how it is told another address."""
    path = f"/webhooks/{channel}/webhook"
    if not known:
        wanted = f"{public_url or 'https://…'}{path}"
        return error(channel, "the platform knows no webhook, so no message arrives", f"{where}: {wanted}")
    if public_url is None:
        what = f"the platform calls {known}; whether that is this installation is not known"
        return warning(channel, what, "set PARLEY_PUBLIC_URL to the address under which customers reach it")
    if known != f"{public_url}{path}":
        return error(channel, f"the platform calls {known}, not this installation", f"{where}: {public_url}{path}")
    return ok(channel, f"the platform calls {known}")


def _clock(channel: str, client: Client) -> list[Finding]:
    seconds = client.apart_seconds
    if seconds is None:
        return []
    if abs(seconds) <= MOST_SECONDS:
        return [ok("clock", f"agrees with that of {channel}")]
    what = f"this machine's clock is {abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} that of {channel}"
    return [warning("clock", what, "keep it right by NTP (timedatectl set-ntp true)")]


def _address(variables: list[str]) -> str:
    own = [variable for variable in variables if variable.endswith("_API_URL")]
    return f", and {own[0]} where you have set it" if own else ""
