"""Until when money has to be on its way: what policy promises, kept with each refund and each return."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_OWED_SINCE = {"refunds": "agreed_at", "returns": "received_at"}
# Where a case has no verdict nothing was promised, and the day stays unknown.
_DAYS = "(SELECT {days} FROM cases c WHERE c.number = {table}.case_number)"
_PROMISED = {
    "sqlite": ("json_extract(c.verdict, '$.days_to_refund')", "date({since}, '+' || {days} || ' days')"),
    "postgresql": ("(c.verdict ->> 'days_to_refund')::int", "({since} AT TIME ZONE 'UTC')::date + {days}"),
}


def upgrade() -> None:
    days, day = _PROMISED[op.get_bind().dialect.name]
    for table, since in _OWED_SINCE.items():
        op.add_column(table, sa.Column("pay_by", sa.Date(), nullable=True))
        promised = day.format(since=since, days=_DAYS.format(days=days, table=table))
        op.execute(f"UPDATE {table} SET pay_by = {promised}")


def downgrade() -> None:
    for table in _OWED_SINCE:
        op.drop_column(table, "pay_by")
