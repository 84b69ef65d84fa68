"""Tasks whose time has passed are told of once, and nobody who left keeps one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tasks", sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True))
    # What has been late for long is on the page of tasks; supervisors do not get a message about each of it.
    op.execute("UPDATE tasks SET overdue_at = due_at WHERE state = 'open' AND due_at < CURRENT_TIMESTAMP")
    op.execute(
        "UPDATE tasks SET owner = NULL WHERE state = 'open' "
        "AND owner IN (SELECT id FROM accounts WHERE disabled_at IS NOT NULL)"
    )


def downgrade() -> None:
    with op.batch_alter_table("tasks") as tasks:
        tasks.drop_column("overdue_at")
