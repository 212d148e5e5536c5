"""saved filters, letter templates, letters in batches"""

import sqlalchemy as sa
from alembic import op

import portal.platform.db

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = portal.platform.db.Moment(timezone=True)


def upgrade() -> None:
    op.create_table(
        "saved_filter",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", INTEGER, nullable=False),
        sa.Column("page", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=500), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_saved_filter_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint("person_id", "page", "name", name=op.f("uq_saved_filter_person_id_page_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_saved_filter_public_id")),
    )
    op.create_index(op.f("ix_saved_filter_person_id"), "saved_filter", ["person_id"], unique=False)
    _letters()


def _letters() -> None:
    op.create_table(
        "letter_template",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("call_id", INTEGER, nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("subjects", sa.JSON(), nullable=False),
        sa.Column("bodies", sa.JSON(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by_id", INTEGER, nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_letter_template_call_id")),
        sa.ForeignKeyConstraint(["changed_by_id"], ["person.id"], name=op.f("fk_letter_template_changed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_template")),
        sa.UniqueConstraint("call_id", "name", name=op.f("uq_letter_template_call_id_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_letter_template_public_id")),
    )
    op.create_index(
        "uq_letter_template_everywhere", "letter_template", ["name"], unique=True,
        sqlite_where=sa.text("call_id IS NULL"), postgresql_where=sa.text("call_id IS NULL"),
    )  # fmt: skip
    op.create_table(
        "letter_batch",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("call_id", INTEGER, nullable=False),
        sa.Column("template_id", INTEGER, nullable=True),
        sa.Column("subjects", sa.JSON(), nullable=False),
        sa.Column("bodies", sa.JSON(), nullable=False),
        sa.Column("filter", sa.String(length=500), nullable=False),
        sa.Column("only", sa.JSON(), nullable=False),
        sa.Column("letters", INTEGER, nullable=False),
        sa.Column("staged_at", MOMENT, nullable=False),
        sa.Column("staged_by_id", INTEGER, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("confirmed_by_id", INTEGER, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("discarded_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_letter_batch_call_id")),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["person.id"], name=op.f("fk_letter_batch_confirmed_by_id")),
        sa.ForeignKeyConstraint(["staged_by_id"], ["person.id"], name=op.f("fk_letter_batch_staged_by_id")),
        sa.ForeignKeyConstraint(
            ["template_id"], ["letter_template.id"], name=op.f("fk_letter_batch_template_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_batch")),
        sa.UniqueConstraint("public_id", name=op.f("uq_letter_batch_public_id")),
    )
    op.create_index(op.f("ix_letter_batch_call_id"), "letter_batch", ["call_id"], unique=False)
    op.create_table(
        "letter_batch_recipient",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("batch_id", INTEGER, nullable=False),
        sa.Column("application_id", INTEGER, nullable=False),
        sa.Column("person_id", INTEGER, nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("letter_id", INTEGER, nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_letter_batch_recipient_application_id")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["letter_batch.id"], name=op.f("fk_letter_batch_recipient_batch_id")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_letter_batch_recipient_letter_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_letter_batch_recipient_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_batch_recipient")),
        sa.UniqueConstraint(
            "batch_id",
            "application_id",
            "person_id",
            name=op.f("uq_letter_batch_recipient_batch_id_application_id_person_id"),
        ),
        sa.UniqueConstraint("letter_id", name=op.f("uq_letter_batch_recipient_letter_id")),
    )
    op.create_index(
        op.f("ix_letter_batch_recipient_application_id"), "letter_batch_recipient", ["application_id"], unique=False
    )
    op.create_index(op.f("ix_letter_batch_recipient_person_id"), "letter_batch_recipient", ["person_id"], unique=False)
    with op.batch_alter_table("letter") as batch:
        batch.add_column(sa.Column("application_id", INTEGER, nullable=True))
        batch.create_foreign_key(op.f("fk_letter_application_id"), "application", ["application_id"], ["id"])
        batch.create_index(op.f("ix_letter_application_id"), ["application_id"])


def downgrade() -> None:
    raise NotImplementedError("who was written to would be lost")
