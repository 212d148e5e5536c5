"""other addresses, ORCID and Latin names of people; relations with dates; suspected doubles; standby seats"""

import sqlalchemy as sa
from alembic import op

import portal.platform.db

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = portal.platform.db.Moment(timezone=True)
KINDS = ("relative", "adviser_student", "co_author", "joint_project", "shares")


def upgrade() -> None:
    with op.batch_alter_table("person") as table:
        table.add_column(sa.Column("name_latin", sa.String(120), nullable=False, server_default=""))
        table.add_column(sa.Column("orcid", sa.String(19), nullable=True))
        table.create_unique_constraint(op.f("uq_person_orcid"), ["orcid"])
    with op.batch_alter_table("person") as table:
        table.alter_column("name_latin", server_default=None)
    with op.batch_alter_table("panel_seat") as table:
        table.add_column(sa.Column("standby", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("panel_seat") as table:
        table.alter_column("standby", server_default=None)
    with op.batch_alter_table("reviewer_profile") as table:
        table.add_column(sa.Column("works", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("reviewer_profile") as table:
        table.alter_column("works", server_default=None)
    op.create_table(
        "person_address",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("person_id", INTEGER, nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("email_key", sa.String(254), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_address_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_address")),
        sa.UniqueConstraint("person_id", "email_key", name=op.f("uq_person_address_person_id_email_key")),
    )
    op.create_index(op.f("ix_person_address_email_key"), "person_address", ["email_key"], unique=False)
    op.create_table(
        "suspected_double",
        sa.Column("low_id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("high_id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("signs", sa.JSON(), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by_id", INTEGER, nullable=True),
        sa.Column("same", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_suspected_double_in_order")),
        sa.ForeignKeyConstraint(["low_id"], ["person.id"], name=op.f("fk_suspected_double_low_id")),
        sa.ForeignKeyConstraint(["high_id"], ["person.id"], name=op.f("fk_suspected_double_high_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_suspected_double_decided_by_id")),
        sa.PrimaryKeyConstraint("low_id", "high_id", name=op.f("pk_suspected_double")),
    )
    op.create_index(op.f("ix_suspected_double_high_id"), "suspected_double", ["high_id"], unique=False)
    op.create_table(
        "relation",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", INTEGER, nullable=False),
        sa.Column("other_id", INTEGER, nullable=True),
        sa.Column("organisation_id", INTEGER, nullable=True),
        sa.Column("kind", sa.Enum(*KINDS, name="relationkind", native_enum=False, length=32), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by_id", INTEGER, nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(other_id IS NULL) <> (organisation_id IS NULL)", name=op.f("ck_relation_one_subject")),
        sa.CheckConstraint("until IS NULL OR since <= until", name=op.f("ck_relation_days_in_order")),
        sa.CheckConstraint("other_id <> person_id", name=op.f("ck_relation_not_oneself")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_relation_person_id")),
        sa.ForeignKeyConstraint(["other_id"], ["person.id"], name=op.f("fk_relation_other_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_relation_organisation_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_relation_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relation")),
        sa.UniqueConstraint("public_id", name=op.f("uq_relation_public_id")),
    )
    for column in ("person_id", "other_id", "organisation_id"):
        op.create_index(op.f(f"ix_relation_{column}"), "relation", [column], unique=False)
    op.create_table(
        "participation",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("project", sa.String(length=32), nullable=False),
        sa.Column("person_id", INTEGER, nullable=True),
        sa.Column("email_key", sa.String(254), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_participation_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participation")),
        sa.UniqueConstraint("project", "email_key", name=op.f("uq_participation_project_email_key")),
    )
    for column in ("email_key", "person_id"):
        op.create_index(op.f(f"ix_participation_{column}"), "participation", [column], unique=False)


def downgrade() -> None:
    for table in ("participation", "relation", "suspected_double", "person_address"):
        op.drop_table(table)
    with op.batch_alter_table("reviewer_profile") as table:
        table.drop_column("works")
    with op.batch_alter_table("panel_seat") as table:
        table.drop_column("standby")
    with op.batch_alter_table("person") as table:
        table.drop_constraint(op.f("uq_person_orcid"), type_="unique")
        table.drop_column("orcid")
        table.drop_column("name_latin")
