"""Ports for servers of tests that are told theirs before they begin to listen."""

from __future__ import annotations

import random
import socket
from contextlib import suppress

# Below those that the system gives to whoever asks for any, so that nobody else gets one in between.
_FIRST, _LAST = 20_000, 32_000


def free_port() -> int:
    """Return a port of this machine on which nobody listens."""
    while True:
        port = random.randint(_FIRST, _LAST)
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
