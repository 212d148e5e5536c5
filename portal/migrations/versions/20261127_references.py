"""reference letters"""

import sqlalchemy as sa
from alembic import op

import portal.platform.db

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = portal.platform.db.Moment(timezone=True)


def upgrade() -> None:
    op.create_table(
        "reference",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("application_id", INTEGER, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("relation", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("invited_at", MOMENT, nullable=False),
        sa.Column("reminded_at", MOMENT, nullable=True),
        sa.Column("declined_at", MOMENT, nullable=True),
        sa.Column("decline_reason", sa.Text(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=True),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("clean_sha256", sa.String(length=64), nullable=True),
        sa.Column("size", INTEGER, nullable=False),
        sa.Column("pages", INTEGER, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_reference_application_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference")),
        sa.UniqueConstraint("application_id", "email_key", name=op.f("uq_reference_application_id_email_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reference_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_reference_token_hash")),
    )
    op.create_index(op.f("ix_reference_application_id"), "reference", ["application_id"], unique=False)
    op.create_index(op.f("ix_reference_sha256"), "reference", ["sha256"], unique=False)
    op.create_index(op.f("ix_reference_clean_sha256"), "reference", ["clean_sha256"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("letters would be lost")
