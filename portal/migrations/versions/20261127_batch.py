"""the link to decline one assignment; reviewers' packets"""

import sqlalchemy as sa
from alembic import op

import portal.platform.db

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = portal.platform.db.Moment(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("assignment") as batch:
        batch.add_column(sa.Column("token_hash", sa.String(length=64), nullable=True))
        batch.create_unique_constraint(op.f("uq_assignment_token_hash"), ["token_hash"])
    op.create_table(
        "review_packet",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("public_id", sa.String(length=26), nullable=False),
        sa.Column("panel_id", INTEGER, nullable=False),
        sa.Column("person_id", INTEGER, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("made_at", MOMENT, nullable=True),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size", INTEGER, nullable=True),
        sa.Column("pages", INTEGER, nullable=True),
        sa.Column("assignments", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["panel_id"], ["panel.id"], name=op.f("fk_review_packet_panel_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_packet_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_packet")),
        sa.UniqueConstraint("public_id", name=op.f("uq_review_packet_public_id")),
    )
    op.create_index(op.f("ix_review_packet_panel_id"), "review_packet", ["panel_id"])
    op.create_index(op.f("ix_review_packet_person_id"), "review_packet", ["person_id"])


def downgrade() -> None:
    raise NotImplementedError("reviewers' packets would be lost")
