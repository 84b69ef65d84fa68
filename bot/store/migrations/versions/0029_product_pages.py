"""What the shop's page promises of a product, for agents to hold complaints against."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("products", sa.Column("description", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("products", sa.Column("descriptions", JSON, nullable=False, server_default=sa.text("'{}'")))


def downgrade() -> None:
    op.drop_column("products", "descriptions")
    op.drop_column("products", "description")
