"""Search, tags and snoozing of conversations.

What is to be found is cut into words by our own code, the same for both databases, since neither of them knows where a
word of Chinese or Japanese ends. Triggers only note what changed, whoever changed it; the words follow.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LABEL = sa.String(32)
MOMENT = sa.DateTime(timezone=True)
BREACHED = sa.text("stopped_at IS NULL AND breached_at IS NOT NULL")
RESOLVED = sa.text("state = 'resolved'")
PROVED = sa.text("proved_at IS NOT NULL")

# Table, what happens to it, when that matters, kind and key of what is to be looked at again.
CHANGES = (
    ("messages", "INSERT", "NEW.author <> 'system'", "message", "NEW.id"),
    ("messages", "UPDATE OF text, custom", "NEW.author <> 'system'", "message", "NEW.id"),
    ("messages", "DELETE", "OLD.author <> 'system'", "message", "OLD.id"),
    ("cases", "INSERT", "", "case", "NEW.number"),
    ("cases", "UPDATE OF story, conversation_id", "", "case", "NEW.number"),
    ("identifications", "INSERT", "NEW.proved_at IS NOT NULL", "order", "NEW.order_number"),
    ("identifications", "UPDATE OF proved_at, conversation_id", "", "order", "NEW.order_number"),
    ("identifications", "DELETE", "OLD.proved_at IS NOT NULL", "order", "OLD.order_number"),
    ("shipments", "INSERT", "{proved}", "order", "NEW.order_number"),
    ("order_lines", "INSERT", "{proved}", "order", "NEW.order_number"),
    ("customers", "UPDATE OF name, email, phone", "", "customer", "NEW.id"),
)
_PROVED = "EXISTS (SELECT 1 FROM identifications i WHERE i.order_number = NEW.order_number AND i.proved_at IS NOT NULL)"


def upgrade() -> None:
    op.create_table(
        "conversation_tags",
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "tag", name="pk_conversation_tags"),
    )
    op.create_index("ix_conversation_tags_tag", "conversation_tags", ["tag"])
    op.create_table(
        "snoozes",
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("after_message", sa.BigInteger(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_snoozes"),
    )
    op.create_index("ix_snoozes_until", "snoozes", ["until"])
    op.create_table(
        "search_entries",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("kind", LABEL, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_entries"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_search_entries_kind_key", "search_entries", ["kind", "key"])
    op.create_index("ix_search_entries_conversation_id", "search_entries", ["conversation_id"])
    op.create_table(
        "search_due",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("kind", LABEL, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_due"),
        sqlite_autoincrement=True,
    )
    for name, table, columns, condition in (
        ("ix_service_clocks_breached", "service_clocks", ["conversation_id"], BREACHED),
        ("ix_escalations_resolved", "escalations", ["ended_at", "id"], RESOLVED),
        ("ix_identifications_proved", "identifications", ["order_number"], PROVED),
    ):
        op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
    if _is_sqlite():
        _add_sqlite_words()
    else:
        _add_postgres_words()
    op.execute("INSERT INTO search_due (kind, key) SELECT 'case', number FROM cases")
    op.execute(
        "INSERT INTO search_due (kind, key) SELECT DISTINCT 'order', order_number FROM identifications "
        "WHERE proved_at IS NOT NULL"
    )
    op.execute(
        "INSERT INTO search_due (kind, key) SELECT 'message', CAST(id AS VARCHAR) FROM messages "
        "WHERE author <> 'system' ORDER BY id"
    )


def downgrade() -> None:
    if _is_sqlite():
        for number in range(len(CHANGES)):
            op.execute(f"DROP TRIGGER IF EXISTS search_due_{number}")
        op.execute("DROP TRIGGER IF EXISTS search_entries_gone")
    else:
        for number, (table, *_rest) in enumerate(CHANGES):
            op.execute(f"DROP TRIGGER IF EXISTS search_due_{number} ON {table}")
            op.execute(f"DROP FUNCTION IF EXISTS search_due_{number}()")
    op.execute("DROP TABLE search_words")
    op.drop_index("ix_identifications_proved", "identifications")
    op.drop_index("ix_escalations_resolved", "escalations")
    op.drop_index("ix_service_clocks_breached", "service_clocks")
    for table in ("search_due", "search_entries", "snoozes", "conversation_tags"):
        op.drop_table(table)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _add_sqlite_words() -> None:
    # The words come in cut and folded; vowel signs of Indian scripts and the like are parts of words.
    op.execute(
        "CREATE VIRTUAL TABLE search_words USING fts5"
        "(words, tokenize = \"unicode61 remove_diacritics 0 categories 'L* M* N* Co'\")"
    )
    op.execute(
        "CREATE TRIGGER search_entries_gone AFTER DELETE ON search_entries "
        "BEGIN DELETE FROM search_words WHERE rowid = OLD.id; END"
    )
    for number, (table, what, condition, kind, key) in enumerate(CHANGES):
        when = f"WHEN {condition.format(proved=_PROVED)} " if condition else ""
        op.execute(
            f"CREATE TRIGGER search_due_{number} AFTER {what} ON {table} {when}"
            f"BEGIN INSERT INTO search_due (kind, key) VALUES ('{kind}', {key}); END"
        )


def _add_postgres_words() -> None:
    op.execute(
        "CREATE TABLE search_words (id BIGINT PRIMARY KEY REFERENCES search_entries (id) ON DELETE CASCADE, "
        "words TSVECTOR NOT NULL)"
    )
    op.execute("CREATE INDEX ix_search_words_words ON search_words USING gin (words)")
    for number, (table, what, condition, kind, key) in enumerate(CHANGES):
        test = condition.format(proved=_PROVED) or "TRUE"
        op.execute(
            f"CREATE FUNCTION search_due_{number}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {test} THEN INSERT INTO search_due (kind, key) VALUES ('{kind}', {key}); END IF; "
            "RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER search_due_{number} AFTER {what} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION search_due_{number}()"
        )
