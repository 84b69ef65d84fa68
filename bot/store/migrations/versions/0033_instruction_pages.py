"""Payment instructions are read page by page, and open exchanges found, without reading all there are."""

from __future__ import annotations

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_payment_instructions_recorded_at_key", "payment_instructions", ["recorded_at", "key"])
    op.create_index("ix_exchanges_state", "exchanges", ["state"])


def downgrade() -> None:
    op.drop_index("ix_exchanges_state", "exchanges")
    op.drop_index("ix_payment_instructions_recorded_at_key", "payment_instructions")
