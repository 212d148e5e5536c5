"""calibration beside the ranking, and when a run was last replayed"""

import sqlalchemy as sa
from alembic import op

import portal.platform.db

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ranking_run", sa.Column("calibration", sa.JSON(), nullable=True))
    op.add_column("ranking_run", sa.Column("calibration_hash", sa.String(length=64), nullable=True))
    op.add_column("ranking_run", sa.Column("replayed_at", portal.platform.db.Moment(timezone=True), nullable=True))
    op.add_column("ranking_run", sa.Column("replay_held", sa.Boolean(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("what the calibration said beside a decision would be lost")
