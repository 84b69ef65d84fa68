"""The shop's API: tokens, idempotency keys, and when orders and cases changed last.

Triggers note the changes, whoever makes them: an order changes with its lines, payments, parcels and scans, a case with
everything that was started for it. A moment is the database's own, with the six decimals that SQLAlchemy writes, so
that in SQLite too the order of the texts is the order of time.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
ACTIVE = sa.text("revoked_at IS NULL")

# Kind, table, and how its row (``{row}`` is NEW or OLD) names the order or the case.
_OF_CASE = (
    "offers", "returns", "exchanges", "repairs", "reshipments", "customs_matters", "refunds", "coupons",
    "warranty_extensions", "claims", "evidence", "liability_findings",
)  # fmt: skip
CHANGES = (
    ("order", "orders", "{row}.number"),
    *(("order", table, "{row}.order_number") for table in ("order_lines", "payments", "shipments")),
    ("order", "tracking_events", "(SELECT order_number FROM shipments WHERE id = {row}.shipment_id)"),
    ("case", "cases", "{row}.number"),
    *(("case", table, "{row}.case_number") for table in _OF_CASE),
    ("case", "return_lines", "(SELECT case_number FROM returns WHERE rma = {row}.rma)"),
)
_EVENTS = (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
_NOTE = (
    "INSERT INTO api_changes (kind, key, changed_at) SELECT '{kind}', changed.key, {now} "
    "FROM (SELECT {key} AS key) AS changed WHERE changed.key IS NOT NULL "
    "ON CONFLICT (kind, key) DO UPDATE SET changed_at = excluded.changed_at;"
)
_SQLITE_NOW = "strftime('%Y-%m-%d %H:%M:%f000', 'now')"


def upgrade() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("scopes", JSON, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("last_used_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_tokens"),
    )
    op.create_index("ix_api_tokens_digest", "api_tokens", ["digest"], unique=True)
    op.create_index(
        "uq_api_tokens_active", "api_tokens", ["name"], unique=True, sqlite_where=ACTIVE, postgresql_where=ACTIVE
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("token_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request_digest", sa.String(), nullable=False),
        sa.Column("reserved_at", MOMENT, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", JSON, nullable=True),
        sa.PrimaryKeyConstraint("token_id", "key", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_reserved_at", "idempotency_keys", ["reserved_at"])
    op.create_table(
        "api_changes",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name="pk_api_changes"),
    )
    op.create_index("ix_api_changes_kind_changed_at_key", "api_changes", ["kind", "changed_at", "key"])
    # Nobody knows when they changed last; a shop that asks for what changed gets all that was there before.
    now = _SQLITE_NOW if _is_sqlite() else "now()"
    for kind, table in (("order", "orders"), ("case", "cases")):
        op.execute(f"INSERT INTO api_changes (kind, key, changed_at) SELECT '{kind}', number, {now} FROM {table}")
    _watch()


def downgrade() -> None:
    for name, table, *_ in _triggers():
        op.execute(f"DROP TRIGGER {name}" + ("" if _is_sqlite() else f" ON {table}"))
        if not _is_sqlite():
            op.execute(f"DROP FUNCTION {name}()")
    for table in ("api_changes", "idempotency_keys", "api_tokens"):
        op.drop_table(table)


def _triggers() -> list[tuple[str, str, str, str]]:
    """Return name, table and event of every trigger, and what it does."""
    now = _SQLITE_NOW if _is_sqlite() else "clock_timestamp()"
    return [
        (
            f"api_changes_{table}_{event.lower()}",
            table,
            event,
            _NOTE.format(kind=kind, key=key.format(row=row), now=now),
        )
        for kind, table, key in CHANGES
        for event, row in _EVENTS
    ]


def _watch() -> None:
    for name, table, event, note in _triggers():
        # op.execute would take what stands behind a colon for a parameter.
        if _is_sqlite():
            op.get_bind().exec_driver_sql(f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {note} END")
        else:
            op.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {note} RETURN NULL; END $$"
            )
            op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _is_sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")
