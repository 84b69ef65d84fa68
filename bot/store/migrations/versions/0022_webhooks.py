"""Outgoing webhooks.

Triggers note each audit event and each change of a case's state in the transaction that makes it. A position in the
audit log would not do: PostgreSQL gives numbers at insert but shows rows at commit, so that a reader who is at 12 may
never see the 11 that is committed later.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
LABEL = sa.String(32)
MOMENT = sa.DateTime(timezone=True)
PENDING = sa.text("state = 'pending'")
ENDED = sa.text("state <> 'pending'")

# Trigger, table, what happens to it, when that matters, what is noted.
NOTES = (
    ("webhook_noted_event", "audit_events", "INSERT", "", "(audit_event_id) VALUES (NEW.id)"),
    (
        "webhook_noted_state",
        "cases",
        "UPDATE OF state",
        "OLD.state <> NEW.state",
        "(case_number, state_before, state_after) VALUES (NEW.number, OLD.state, NEW.state)",
    ),
)


def upgrade() -> None:
    op.create_table(
        "webhook_subscriptions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", LABEL, nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("events", JSON, nullable=False),
        sa.Column("secret", sa.String(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("failing_since", MOMENT, nullable=True),
        sa.Column("paused_until", MOMENT, nullable=True),
        sa.Column("disabled_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_subscriptions"),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("subscription_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("thread", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("next_attempt_at", MOMENT, nullable=False),
        sa.Column("give_up_at", MOMENT, nullable=False),
        sa.Column("state", LABEL, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["webhook_subscriptions.id"],
            name="fk_webhook_deliveries_subscription_id",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_deliveries"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_webhook_deliveries_subscription_id_event_id",
        "webhook_deliveries",
        ["subscription_id", "event_id"],
        unique=True,
    )
    for index_name, columns, rows in (
        ("ix_webhook_deliveries_pending", ["subscription_id", "thread", "id"], PENDING),
        ("ix_webhook_deliveries_ended", ["state", "ended_at"], ENDED),
    ):
        op.create_index(index_name, "webhook_deliveries", columns, sqlite_where=rows, postgresql_where=rows)
    op.create_table(
        "webhook_noted",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("audit_event_id", sa.BigInteger(), nullable=True),
        sa.Column("case_number", sa.String(), nullable=True),
        sa.Column("state_before", LABEL, nullable=True),
        sa.Column("state_after", LABEL, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_noted"),
        sqlite_autoincrement=True,
    )
    for name, table, what, condition, noted in NOTES:
        if _is_sqlite():
            when = f"WHEN {condition} " if condition else ""
            op.execute(
                f"CREATE TRIGGER {name} AFTER {what} ON {table} {when}BEGIN INSERT INTO webhook_noted {noted}; END"
            )
        else:
            op.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {condition or 'TRUE'} THEN INSERT INTO webhook_noted {noted}; END IF; RETURN NULL; END $$"
            )
            op.execute(f"CREATE TRIGGER {name} AFTER {what} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    for name, table, *_rest in NOTES:
        if _is_sqlite():
            op.execute(f"DROP TRIGGER IF EXISTS {name}")
        else:
            op.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            op.execute(f"DROP FUNCTION IF EXISTS {name}()")
    for table in ("webhook_noted", "webhook_deliveries", "webhook_subscriptions"):
        op.drop_table(table)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
