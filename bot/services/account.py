"""The people who work at the desk, and their sessions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from bot.aftersales.labels import Label

MAX_WRONG_PASSWORDS = 5
LOCK = timedelta(minutes=15)
CAPACITY = 4
"""How many conversations somebody holds at once unless an administrator says otherwise."""


class Role(Label):
    """What somebody may do at the desk."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


class Presence(Label):
    """Whether somebody is there to take conversations."""

    ONLINE = "online"
    AWAY = "away"
    OFFLINE = "offline"


@dataclass(eq=False)
class Account:
    """Somebody with a login; ``name`` is case-folded, ``password_hash`` is argon2id in PHC format or empty.

    ``capacity`` is how many conversations this person holds at once, ``refund_limit`` the highest amount in the
    shop's currency that this person pays out alone (None: any), ``teams`` are ids of teams. ``presence`` and
    ``seen_at`` are written by ``Accounts.note_…``, past the version, because they change all the time.
    ``totp_pending`` is a secret that was shown but not confirmed, ``totp_last_step`` the last time step whose code
    was used. Of invitation links and recovery codes only digests are kept.
    """

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
    disabled_at: datetime | None = None
    teams: list[str] = field(default_factory=list)
    capacity: int = CAPACITY
    refund_limit: Decimal | None = None
    desk_language: str | None = None
    presence: Presence = Presence.OFFLINE
    seen_at: datetime | None = None
    totp_secret: str | None = None
    totp_pending: str | None = None
    totp_last_step: int | None = None
    recovery_digests: list[str] = field(default_factory=list)
    invitation_digest: str | None = None
    invited_until: datetime | None = None

    @property
    def is_active(self) -> bool:
        """Tell whether this person may log in and be given conversations."""
        return self.disabled_at is None

    @property
    def has_second_factor(self) -> bool:
        """Tell whether a login needs a code besides the password."""
        return self.totp_secret is not None

    def is_invited(self, now: datetime) -> bool:
        """Tell whether there is a link by which this person may still choose a password."""
        return self.invitation_digest is not None and self.invited_until is not None and now < self.invited_until

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
    """A logged-in browser; only a digest of its token is kept, so a stolen database opens no session.

    While it ``awaits_code`` it opens nothing but the page that asks for the code of the second factor.
    """

    token_digest: str
    account_id: str
    csrf_token: str
    created_at: datetime
    expires_at: datetime
    user_agent: str = ""
    last_seen_at: datetime | None = None
    awaits_code: bool = False

    @property
    def id(self) -> str:
        """Return what names this session in pages; nobody gets in with it."""
        return self.token_digest[:16]
