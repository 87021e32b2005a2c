"""The first tables: places, the latest report of each agent, reports kept, and the quarantine."""

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None

_TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "agents",
        sa.Column("id", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agents")),
    )
    op.create_table(
        "counters",
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "kept",
        sa.Column("agent", _TEXT, nullable=False),
        sa.Column("outbox", _TEXT, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("why", _TEXT, nullable=False),
        sa.Column("taken_ms", sa.BigInteger(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("digest", _TEXT, nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "outbox", "sequence", name=op.f("pk_kept")),
    )
    op.create_index(
        op.f("ix_kept_why_agent_outbox_sequence"),
        "kept",
        ["why", "agent", "outbox", "sequence"],
        unique=False,
    )
    op.create_table(
        "latest",
        sa.Column("agent", _TEXT, nullable=False),
        sa.Column("taken_ms", sa.BigInteger(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("run", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("agent", name=op.f("pk_latest")),
    )
    op.create_table(
        "providers",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_providers")),
    )
    op.create_table(
        "quarantined",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("topic", _TEXT, nullable=False),
        sa.Column("agent", _TEXT, nullable=True),
        sa.Column("outbox", _TEXT, nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("detail", _TEXT, nullable=False),
        sa.Column("digest", _TEXT, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantined")),
        sa.UniqueConstraint("topic", "digest", "reason", name=op.f("uq_quarantined_topic_digest_reason")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_quarantined_reason_held"), "quarantined", ["reason", "held"], unique=False)
    op.create_table(
        "sites",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("provider", _TEXT, nullable=False),
        sa.Column("host", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("category", _TEXT, nullable=False),
        sa.Column("safeguarding", _TEXT, nullable=True),
        sa.Column("withheld", sa.Boolean(), nullable=False),
        sa.Column("trial", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["provider"], ["providers.id"], name=op.f("fk_sites_provider_providers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
    )
    op.create_table(
        "buildings",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("site", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["site"], ["sites.id"], name=op.f("fk_buildings_site_sites")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_buildings")),
    )
    op.create_table(
        "rooms",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("building", _TEXT, nullable=False),
        sa.Column("label", _TEXT, nullable=False),
        sa.Column("floor", sa.Integer(), nullable=True),
        sa.Column("homes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["building"], ["buildings.id"], name=op.f("fk_rooms_building_buildings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rooms")),
    )
    op.create_table(
        "installations",
        sa.Column("agent", _TEXT, nullable=False),
        sa.Column("since_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=True),
        sa.Column("room", _TEXT, nullable=False),
        sa.Column("role", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["agent"], ["agents.id"], name=op.f("fk_installations_agent_agents")),
        sa.ForeignKeyConstraint(["room"], ["rooms.id"], name=op.f("fk_installations_room_rooms")),
        sa.PrimaryKeyConstraint("agent", "since_ms", name=op.f("pk_installations")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("installations")
    op.drop_table("rooms")
    op.drop_table("buildings")
    op.drop_table("sites")
    op.drop_index(op.f("ix_quarantined_reason_held"), table_name="quarantined")
    op.drop_table("quarantined")
    op.drop_table("providers")
    op.drop_table("latest")
    op.drop_index(op.f("ix_kept_why_agent_outbox_sequence"), table_name="kept")
    op.drop_table("kept")
    op.drop_table("counters")
    op.drop_table("agents")
