"""promotion from the reserve list"""

import sqlalchemy as sa
from alembic import op

import portal.platform.db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = portal.platform.db.Moment(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("outcome") as batch:
        batch.add_column(sa.Column("promoted_at", MOMENT, nullable=True))
        batch.add_column(sa.Column("passed_over_at", MOMENT, nullable=True))
        batch.add_column(sa.Column("reserve_by_id", INTEGER, nullable=True))
        batch.add_column(sa.Column("reserve_reason", sa.Text(), nullable=True))
        batch.create_foreign_key(op.f("fk_outcome_reserve_by_id"), "person", ["reserve_by_id"], ["id"])


def downgrade() -> None:
    raise NotImplementedError("who was promoted would be lost")
