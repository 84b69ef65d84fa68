"""Limits, teams, presence, invitations and second factors of the people of the desk; ways into the audit log."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
LABEL = sa.String(32)
MOMENT = sa.DateTime(timezone=True)

# Name, type and what rows from before get; None is for columns that may be empty.
OF_ACCOUNTS: tuple[tuple[str, Any, Any], ...] = (
    ("disabled_at", MOMENT, None),
    ("teams", JSON, "[]"),
    ("capacity", sa.Integer(), "4"),
    ("refund_limit", sa.Integer(), None),
    ("desk_language", sa.String(), None),
    ("presence", LABEL, "offline"),
    ("seen_at", MOMENT, None),
    ("totp_secret", sa.String(), None),
    ("totp_pending", sa.String(), None),
    ("totp_last_step", sa.Integer(), None),
    ("recovery_digests", JSON, "[]"),
    ("invitation_digest", sa.String(), None),
    ("invited_until", MOMENT, None),
)
OF_SESSIONS: tuple[tuple[str, Any, Any], ...] = (
    ("user_agent", sa.String(), ""),
    ("last_seen_at", MOMENT, None),
    ("awaits_code", sa.Boolean(), sa.false()),
)
TABLES = {"accounts": OF_ACCOUNTS, "sessions": OF_SESSIONS}
AUDIT_INDEXES = (("actor", "id"), ("action", "id"), ("at",))


def upgrade() -> None:
    for table, columns in TABLES.items():
        for name, kind, default in columns:
            op.add_column(table, sa.Column(name, kind, nullable=default is None, server_default=default))
        with op.batch_alter_table(table) as changed:
            for name, kind, default in columns:
                if default is not None:
                    changed.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)
    op.create_index("ix_accounts_invitation_digest", "accounts", ["invitation_digest"], unique=True)
    for names in AUDIT_INDEXES:
        op.create_index(f"ix_audit_events_{'_'.join(names)}", "audit_events", list(names))


def downgrade() -> None:
    for names in AUDIT_INDEXES:
        op.drop_index(f"ix_audit_events_{'_'.join(names)}", "audit_events")
    op.drop_index("ix_accounts_invitation_digest", "accounts")
    for table, columns in TABLES.items():
        with op.batch_alter_table(table) as changed:
            for name, _, _ in columns:
                changed.drop_column(name)
