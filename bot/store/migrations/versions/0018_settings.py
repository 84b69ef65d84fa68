"""What administrators change in the browser, and the figures of cases beside their goods."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TEXTS = ("day", "week", "month", "issue", "language", "channel", "liability", "destination")
SHARES = ("first_response", "next_response", "resolution")
FIGURES = (
    *TEXTS, "agent", "resolved", "by_bot", "first_response_seconds", "resolution_seconds",
    *(f"{share}_{what}" for share in SHARES for what in ("decided", "met")),
    "rating", "repeated", "refund_minor", "refund_currency",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "desk_settings",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_desk_settings"),
    )
    names, of_facts = ", ".join(FIGURES), ", ".join(f"f.{name}" for name in FIGURES)
    _remake_goods(
        _figures(),
        f"INSERT INTO case_goods (kind, key, case_number, {names}) SELECT g.kind, g.key, g.case_number, {of_facts} "
        "FROM case_goods_before g JOIN case_facts f ON f.case_number = g.case_number",
        sqlite_with_rowid=False,
    )
    times = ["kind", "key", "day", "first_response_seconds", "resolution_seconds"]
    op.create_index("ix_case_goods_times", "case_goods", times)


def downgrade() -> None:
    _remake_goods(
        (),
        "INSERT INTO case_goods (kind, key, case_number) SELECT kind, key, case_number FROM case_goods_before",
    )
    op.drop_table("desk_settings")


def _remake_goods(figures: tuple[Any, ...], fill: str, **options: bool) -> None:
    # Only a new table can lie in the order of its key; names of keys are taken until the old one is gone.
    op.execute("CREATE TABLE case_goods_before AS SELECT kind, key, case_number FROM case_goods")
    op.drop_table("case_goods")
    op.create_table(
        "case_goods",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=False),
        *figures,
        sa.ForeignKeyConstraint(
            ["case_number"], ["cases.number"], name="fk_case_goods_case_number", deferrable=True, initially="DEFERRED"
        ),
        sa.PrimaryKeyConstraint("kind", "key", "case_number", name="pk_case_goods"),
        **options,
    )
    op.execute(fill)
    op.create_index("ix_case_goods_case_number", "case_goods", ["case_number"])
    op.drop_table("case_goods_before")


def _figures() -> tuple[Any, ...]:
    return (
        *(sa.Column(name, sa.String(), nullable=False) for name in TEXTS),
        sa.Column("agent", sa.String(), nullable=True),
        sa.Column("resolved", sa.Integer(), nullable=False),
        sa.Column("by_bot", sa.Integer(), nullable=False),
        sa.Column("first_response_seconds", sa.Integer(), nullable=True),
        sa.Column("resolution_seconds", sa.Integer(), nullable=True),
        *(
            sa.Column(f"{share}_{what}", sa.Integer(), nullable=False)
            for share in SHARES
            for what in ("decided", "met")
        ),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("repeated", sa.Integer(), nullable=False),
        sa.Column("refund_minor", sa.BigInteger(), nullable=True),
        sa.Column("refund_currency", sa.CHAR(3), nullable=True),
    )
