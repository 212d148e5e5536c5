"""reopened applications"""

import sqlalchemy as sa
from alembic import op

import portal.platform.db

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = portal.platform.db.Moment(timezone=True)


def upgrade() -> None:
    op.create_table(
        "reopening",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("application_id", INTEGER, nullable=False),
        sa.Column("entry_id", INTEGER, nullable=False),
        sa.Column(
            "cause",
            sa.Enum("stage", "completion", name="reopeningcause", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("opened_by_id", INTEGER, nullable=True),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answered_by_id", INTEGER, nullable=True),
        sa.Column("submission_id", INTEGER, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_reopening_answered_by_id")),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_reopening_application_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["stage_entry.id"], name=op.f("fk_reopening_entry_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_reopening_opened_by_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_reopening_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reopening")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reopening_public_id")),
    )
    op.create_index("ix_reopening_application", "reopening", ["application_id", "due_at"], unique=False)
    op.create_index(op.f("ix_reopening_entry_id"), "reopening", ["entry_id"], unique=False)
    op.add_column("screening", sa.Column("submission_id", INTEGER, nullable=True))
    op.execute(
        "UPDATE screening SET submission_id = (SELECT e.submission_id FROM stage_entry e WHERE e.id = screening.entry_id)"
    )
    with op.batch_alter_table("screening") as batch:
        batch.alter_column("submission_id", existing_type=INTEGER, nullable=False)
        batch.create_foreign_key(op.f("fk_screening_submission_id"), "submission", ["submission_id"], ["id"])


def downgrade() -> None:
    raise NotImplementedError("what was completed would be lost")
