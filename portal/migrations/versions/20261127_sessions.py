"""presentations in sessions"""

import sqlalchemy as sa
from alembic import op

import portal.platform.db

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = portal.platform.db.Moment(timezone=True)


def upgrade() -> None:
    op.create_table(
        "panel_session",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("panel_id", INTEGER, nullable=False),
        sa.Column("entry_id", INTEGER, nullable=True),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("minutes", INTEGER, nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("drawn", sa.Boolean(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("confirmed_by_id", INTEGER, nullable=True),
        sa.Column("swapped_at", MOMENT, nullable=True),
        sa.Column("changed_at", MOMENT, nullable=True),
        sa.Column("change_reason", sa.Text(), nullable=True),
        sa.Column("started_at", MOMENT, nullable=True),
        sa.Column("absent_at", MOMENT, nullable=True),
        sa.Column("absent_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_panel_session_takes_time")),
        sa.ForeignKeyConstraint(["panel_id"], ["panel.id"], name=op.f("fk_panel_session_panel_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["stage_entry.id"], name=op.f("fk_panel_session_entry_id")),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["person.id"], name=op.f("fk_panel_session_confirmed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_session")),
        sa.UniqueConstraint("public_id", name=op.f("uq_panel_session_public_id")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_panel_session_entry_id")),
    )
    op.create_index("ix_panel_session_panel_starts", "panel_session", ["panel_id", "starts_at"], unique=False)
    op.create_table(
        "session_swap",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("from_id", INTEGER, nullable=False),
        sa.Column("to_id", INTEGER, nullable=False),
        sa.Column("from_entry_id", INTEGER, nullable=False),
        sa.Column("to_entry_id", INTEGER, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by_id", INTEGER, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answered_by_id", INTEGER, nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["from_id"], ["panel_session.id"], name=op.f("fk_session_swap_from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["panel_session.id"], name=op.f("fk_session_swap_to_id")),
        sa.ForeignKeyConstraint(["from_entry_id"], ["stage_entry.id"], name=op.f("fk_session_swap_from_entry_id")),
        sa.ForeignKeyConstraint(["to_entry_id"], ["stage_entry.id"], name=op.f("fk_session_swap_to_entry_id")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_session_swap_asked_by_id")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_session_swap_answered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_swap")),
        sa.UniqueConstraint("public_id", name=op.f("uq_session_swap_public_id")),
    )
    for column in ("from_id", "to_id", "from_entry_id", "to_entry_id"):
        op.create_index(op.f(f"ix_session_swap_{column}"), "session_swap", [column], unique=False)
    op.create_table(
        "session_minutes",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("session_id", INTEGER, nullable=False),
        sa.Column("version", INTEGER, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("written_by_id", INTEGER, nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["panel_session.id"], name=op.f("fk_session_minutes_session_id")),
        sa.ForeignKeyConstraint(["written_by_id"], ["person.id"], name=op.f("fk_session_minutes_written_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_minutes")),
        sa.UniqueConstraint("session_id", "version", name=op.f("uq_session_minutes_session_id_version")),
    )


def downgrade() -> None:
    raise NotImplementedError("who presented when would be lost")
