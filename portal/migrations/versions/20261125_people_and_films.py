"""applicants without institutions; films"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("application", sa.Column("applicant", sa.String(length=200), nullable=False, server_default=""))
    op.execute(
        "UPDATE application SET applicant = COALESCE((SELECT i.name FROM application_institution i "
        "WHERE i.application_id = application.id AND i.role = 'lead' ORDER BY i.id LIMIT 1), '')"
    )
    with op.batch_alter_table("application") as batch:
        batch.alter_column("applicant", server_default=None)
    with op.batch_alter_table("application_member") as batch:
        batch.alter_column("institution_id", existing_type=INTEGER, nullable=True)
    op.add_column("attachment", sa.Column("seconds", INTEGER, nullable=True))


def downgrade() -> None:
    raise NotImplementedError("applications without institutions would have to be thrown away")
