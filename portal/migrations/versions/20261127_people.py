"""absences, personal copies, erasure"""

import secrets

import sqlalchemy as sa
from alembic import op

import portal.platform.db
from portal.audit.triggers import drop_statements, statements

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = portal.platform.db.Moment(timezone=True)
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


def upgrade() -> None:
    _absences()
    op.create_table(
        "personal_copy",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", INTEGER, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("made_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size", INTEGER, nullable=False),
        sa.Column("taken_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_personal_copy_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_copy")),
        sa.UniqueConstraint("public_id", name=op.f("uq_personal_copy_public_id")),
    )
    op.create_index(op.f("ix_personal_copy_person_id"), "personal_copy", ["person_id"], unique=False)
    op.add_column("person", sa.Column("erased_at", MOMENT, nullable=True))
    op.add_column("account", sa.Column("left_at", MOMENT, nullable=True))
    op.add_column("application", sa.Column("erased_at", MOMENT, nullable=True))
    with op.batch_alter_table("decision") as batch:
        batch.add_column(sa.Column("approved_for_id", INTEGER, nullable=True))
        batch.create_foreign_key(op.f("fk_decision_approved_for_id"), "person", ["approved_for_id"], ["id"])
    dialect = op.get_bind().dialect.name
    for statement in drop_statements(dialect, "submission"):  # emptied by its term, never changed
        op.execute(statement)
    for statement in statements(dialect, "submission"):
        op.execute(statement)


def _absences() -> None:
    """Reviewers' single absence becomes a row like everybody's."""
    op.create_table(
        "absence",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", INTEGER, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("deputy_id", INTEGER, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint("since <= until", name=op.f("ck_absence_days_in_order")),
        sa.ForeignKeyConstraint(["deputy_id"], ["person.id"], name=op.f("fk_absence_deputy_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_absence_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
        sa.UniqueConstraint("public_id", name=op.f("uq_absence_public_id")),
    )
    op.create_index("ix_absence_person_until", "absence", ["person_id", "until"], unique=False)
    op.create_index(op.f("ix_absence_deputy_id"), "absence", ["deputy_id"], unique=False)
    bind = op.get_bind()
    known = bind.execute(
        sa.text(
            "SELECT p.person_id, p.away_from, p.away_until, q.created_at FROM reviewer_profile p "
            "JOIN person q ON q.id = p.person_id WHERE p.away_from IS NOT NULL AND p.away_until IS NOT NULL"
        )
    ).all()
    for person, since, until, created in known:
        bind.execute(
            sa.text("INSERT INTO absence (public_id, person_id, since, until, created_at) VALUES (:i, :p, :s, :u, :c)"),
            {
                "i": "".join(secrets.choice(ALPHABET) for _ in range(26)),
                "p": person,
                "s": since,
                "u": until,
                "c": created,
            },
        )
    with op.batch_alter_table("reviewer_profile") as batch:
        batch.drop_column("away_from")
        batch.drop_column("away_until")


def downgrade() -> None:
    raise NotImplementedError("who was away, and what was erased, cannot be brought back")
