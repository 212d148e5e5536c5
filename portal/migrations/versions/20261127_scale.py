"""members who are not linked to a person yet are found by their address"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_application_member_unlinked", "application_member", ["email_key", "person_id"])


def downgrade() -> None:
    op.drop_index("ix_application_member_unlinked", table_name="application_member")
