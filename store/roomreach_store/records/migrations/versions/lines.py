"""What a building's line is sold as, and whether its data is counted."""

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Go forward: of the buildings on record nobody has said anything yet."""
    op.add_column("buildings", sa.Column("line_download_mbps", sa.Double(), nullable=True))
    op.add_column("buildings", sa.Column("line_upload_mbps", sa.Double(), nullable=True))
    op.add_column(
        "buildings", sa.Column("line_metered", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    """Go back."""
    for name in ("line_metered", "line_upload_mbps", "line_download_mbps"):
        op.drop_column("buildings", name)
