"""What the browser tests share."""

from __future__ import annotations

from playwright.async_api import expect

# A page that has to reconnect on a busy machine takes longer than playwright's five seconds.
expect.set_options(timeout=20_000)
