"""Property-based tests must not fail because a shared machine is slow, nor make the suite slow."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("shared-machine", max_examples=50, deadline=None)
settings.load_profile("shared-machine")
