"""runs of the assignment that are only tried, and why another was chosen"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("routing_run") as table:
        table.add_column(sa.Column("trial", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("reason", sa.Text(), nullable=True))
    with op.batch_alter_table("routing_run") as table:
        table.alter_column("trial", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("routing_run") as table:
        table.drop_column("reason")
        table.drop_column("trial")
