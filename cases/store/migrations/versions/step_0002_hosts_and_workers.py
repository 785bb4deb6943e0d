"""Due work by host without unsealing, and workers that show that they live."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the host's blind index, which `cases.store.schema` fills in, and the workers."""
    op.add_column("cases", sa.Column("host_blind", sa.LargeBinary(), nullable=True))
    op.create_index("due_hosts", "cases", ["host_blind", "next_action_at"])
    op.create_table(
        "workers",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("beat_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
