"""Hashing that does not hold the tests up; one test sees to the real one."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from bot.services import accounts


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "real_passwords" not in request.fixturenames:
        monkeypatch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def real_passwords() -> None:
    """Ask for the hashing that is used in earnest."""
