"""The people who work at the desk, and their sessions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.aftersales.labels import Label

MAX_WRONG_PASSWORDS = 5
LOCK = timedelta(minutes=15)


class Role(Label):
    """What somebody may do at the desk."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


@dataclass(eq=False)
class Account:
    """Somebody with a login; ``name`` is case-folded, ``password_hash`` is argon2id in PHC format."""

    id: str
    name: str
    display_name: str
    password_hash: str
    role: Role
    created_at: datetime
    languages: list[str] = field(default_factory=list)
    must_change_password: bool = False
    wrong_passwords: int = 0
    locked_until: datetime | None = None

    def is_locked(self, now: datetime) -> bool:
        """Tell whether logins are refused for now."""
        return self.locked_until is not None and now < self.locked_until

    def fail_login(self, now: datetime) -> None:
        """Count a wrong password and lock the account for a while after too many."""
        self.wrong_passwords += 1
        if self.wrong_passwords >= MAX_WRONG_PASSWORDS:
            self.wrong_passwords = 0
            self.locked_until = now + LOCK

    def succeed_login(self) -> None:
        """Forget earlier wrong passwords."""
        self.wrong_passwords = 0
        self.locked_until = None


@dataclass(eq=False)
class Session:
    """A logged-in browser; only a digest of its token is kept, so a stolen database opens no session."""

    token_digest: str
    account_id: str
    csrf_token: str
    created_at: datetime
    expires_at: datetime
