"""calls made on pages: release, preview; programs not yet public"""

import sqlalchemy as sa
from alembic import op

import portal.platform.db

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = portal.platform.db.Moment(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("program") as batch:
        batch.add_column(sa.Column("public_from", MOMENT, nullable=True))
    with op.batch_alter_table("call") as batch:
        batch.add_column(sa.Column("released_at", MOMENT, nullable=True))
        batch.add_column(sa.Column("preview_of_id", INTEGER, nullable=True))
        batch.create_foreign_key(op.f("fk_call_preview_of_id"), "call", ["preview_of_id"], ["id"])
        batch.create_index(op.f("ix_call_preview_of_id"), ["preview_of_id"])
    op.execute("UPDATE program SET public_from = CURRENT_TIMESTAMP")
    op.execute("UPDATE call SET released_at = COALESCE(opened_at, CURRENT_TIMESTAMP)")


def downgrade() -> None:
    raise NotImplementedError("drafts would open by themselves")
