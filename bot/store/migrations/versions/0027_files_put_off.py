"""Messages whose files are not to be had yet are found without looking at all others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_PUT_OFF = sa.text("state = 'put_off'")


def upgrade() -> None:
    op.create_index("ix_inbox_put_off", "inbox", ["processed_at"], sqlite_where=_PUT_OFF, postgresql_where=_PUT_OFF)


def downgrade() -> None:
    # What is still put off is what an earlier program would have given up.
    op.execute("UPDATE inbox SET state = 'processed' WHERE state = 'put_off'")
    op.drop_index("ix_inbox_put_off", "inbox")
