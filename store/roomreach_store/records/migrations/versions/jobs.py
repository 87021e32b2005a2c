"""What the collector is asked to do in between: jobs."""

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None

_TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("asked_ms", sa.BigInteger(), nullable=False),
        sa.Column("register", sa.BigInteger(), nullable=False),
        sa.Column("agent", _TEXT, nullable=True),
        sa.Column("start_ms", sa.BigInteger(), nullable=True),
        sa.Column("end_ms", sa.BigInteger(), nullable=True),
        sa.Column("entry", sa.BigInteger(), nullable=True),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.Column("outcome", _TEXT, nullable=True),
        sa.Column("detail", _TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_jobs_ended_ms_id"), "jobs", ["ended_ms", "id"], unique=False)


def downgrade() -> None:
    """Go back."""
    op.drop_index(op.f("ix_jobs_ended_ms_id"), table_name="jobs")
    op.drop_table("jobs")
