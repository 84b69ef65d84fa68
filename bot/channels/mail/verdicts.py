"""What mail servers have found out about a sender, as they write it into ``Authentication-Results`` (RFC 8601)."""

from __future__ import annotations

import re
from email.message import Message
from enum import Enum

from bot.channels.mail import headers

_FAILED = re.compile(r"\b(dmarc|spf|dkim)(?:/\d+)?=(?:hard)?fail\b")
_OUTCOME = re.compile(r"dmarc(?:/1)?=(\w+)\b")
_DOMAIN = re.compile(r"\bheader\.from=([^\s;]+)")
_AROUND_SIGN = re.compile(r"\s*=\s*")


class Trust(Enum):
    """How far a mail comes from the address that it names.

    VERIFIED is what the operator's own mail server vouches for (``dmarc=pass``). UNKNOWN is where nobody says which
    server that is, and nothing speaks against the sender. All else is DOUBTED.
    """

    VERIFIED = "verified"
    UNKNOWN = "unknown"
    DOUBTED = "doubted"


def trust_in(message: Message, sender: str, authserv_id: str | None) -> Trust:
    """Return how far a mail comes from ``sender``, the address in its ``From``; ``authserv_id`` names our mail server.

    That server takes its name out of what others wrote (RFC 8601, 5) and writes above all that came with the mail, so
    the first outcome under its name is its own. What others wrote can only speak against a sender.
    """
    found = _outcomes(message)
    failures = _failures(found)
    if "dmarc" in failures:
        return Trust.DOUBTED
    if authserv_id is not None and _is_vouched_for(found, sender, authserv_id):
        return Trust.VERIFIED
    # A pass of SPF or DKIM alone says nothing of the address that people see, but a failure is bad enough.
    return Trust.DOUBTED if failures or authserv_id is not None else Trust.UNKNOWN


def is_disowned(message: Message) -> bool:
    """Tell whether any server found that the sender's domain disowns the mail (``dmarc=fail``)."""
    return "dmarc" in _failures(_outcomes(message))


def _outcomes(message: Message) -> list[str]:
    return [_plain(value) for value in headers.raw_values(message, "Authentication-Results")]


def _failures(found: list[str]) -> set[str]:
    """Return the methods by which some server found something wrong."""
    return {method for value in found for method in _FAILED.findall(value)}


def _is_vouched_for(found: list[str], sender: str, authserv_id: str) -> bool:
    for value in found:
        named, _, results = value.partition(";")
        # Behind the name may be the version of the header's form.
        if named.split()[:1] != [authserv_id.lower()]:
            continue
        for result in map(str.strip, results.split(";")):
            if outcome := _OUTCOME.match(result):
                domain = _DOMAIN.search(result)
                return outcome[1] == "pass" and (domain is None or domain[1] == sender.rpartition("@")[2])
    return False


def _plain(value: str) -> str:
    """Return a header's value in lower case without comments and quoted strings: senders choose what is in there."""
    kept: list[str] = []
    depth, is_quoted, is_escaped = 0, False, False
    for sign in value:
        if is_escaped:
            is_escaped = False
        elif sign == "\\":
            is_escaped = True
        elif sign == '"' and not depth:
            is_quoted = not is_quoted
        elif is_quoted:
            continue
        elif sign == "(":
            depth += 1
        elif sign == ")" and depth:
            depth -= 1
        elif not depth:
            kept.append(sign)
    return _AROUND_SIGN.sub("=", "".join(kept).lower())
