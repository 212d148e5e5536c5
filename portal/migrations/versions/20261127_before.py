"""public questions, extensions of one application, late codes"""

import sqlalchemy as sa
from alembic import op

import portal.platform.db

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = portal.platform.db.Moment(timezone=True)


def upgrade() -> None:
    _public_questions()
    _late_codes()
    _extensions()


def _public_questions() -> None:
    op.create_table(
        "public_question",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("call_id", INTEGER, nullable=False),
        sa.Column("asked_by_id", INTEGER, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("answered_by_id", INTEGER, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("corrected_at", MOMENT, nullable=True),
        sa.Column("hidden_at", MOMENT, nullable=True),
        sa.Column("hidden_by_id", INTEGER, nullable=True),
        sa.Column("hidden_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_public_question_answered_by_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_public_question_asked_by_id")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_public_question_call_id")),
        sa.ForeignKeyConstraint(["hidden_by_id"], ["person.id"], name=op.f("fk_public_question_hidden_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_question")),
        sa.UniqueConstraint("public_id", name=op.f("uq_public_question_public_id")),
    )
    op.create_index("ix_public_question_call", "public_question", ["call_id", "published_at"], unique=False)
    op.create_index(op.f("ix_public_question_asked_by_id"), "public_question", ["asked_by_id"], unique=False)


def _late_codes() -> None:
    op.create_table(
        "late_code",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("call_id", INTEGER, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("for_email", sa.String(length=254), nullable=True),
        sa.Column("issued_by_id", INTEGER, nullable=True),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("application_id", INTEGER, nullable=True),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_late_code_application_id")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_late_code_call_id")),
        sa.ForeignKeyConstraint(["issued_by_id"], ["person.id"], name=op.f("fk_late_code_issued_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_late_code_code_hash")),
        sa.UniqueConstraint("public_id", name=op.f("uq_late_code_public_id")),
    )
    op.create_index(op.f("ix_late_code_call_id"), "late_code", ["call_id"], unique=False)
    op.create_index(op.f("ix_late_code_application_id"), "late_code", ["application_id"], unique=False)


def _extensions() -> None:
    op.create_table(
        "extension",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("application_id", INTEGER, nullable=False),
        sa.Column("old_closes_at", MOMENT, nullable=False),
        sa.Column("new_closes_at", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_by_id", INTEGER, nullable=True),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("code_id", INTEGER, nullable=True),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_extension_application_id")),
        sa.ForeignKeyConstraint(["code_id"], ["late_code.id"], name=op.f("fk_extension_code_id")),
        sa.ForeignKeyConstraint(["given_by_id"], ["person.id"], name=op.f("fk_extension_given_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
    )
    op.create_index(op.f("ix_extension_application_id"), "extension", ["application_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("questions, extensions and codes would be lost")
