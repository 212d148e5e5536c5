"""panel meetings: agenda, attendance, motions, ballots, minutes; earlier versions of reviews; reviews asked for late;
sittings of the deliberation committee; places in another track than the decision's"""

import sqlalchemy as sa
from alembic import op

import portal.platform.db

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = portal.platform.db.Moment(timezone=True)


def _id() -> sa.Column:
    return sa.Column("id", INTEGER, autoincrement=True, nullable=False)


def _public() -> sa.Column:
    return sa.Column("public_id", sa.String(length=32), nullable=False)


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _key(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def _one(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def upgrade() -> None:
    op.create_table(
        "panel_meeting",
        _id(), _public(),
        sa.Column("panel_id", INTEGER, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("run", sa.String(32), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("opened_by_id", INTEGER, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("closed_by_id", INTEGER, nullable=True),
        sa.Column("current_id", INTEGER, nullable=True),
        _to("panel_meeting", "panel_id", "panel"), _to("panel_meeting", "opened_by_id", "person"),
        _to("panel_meeting", "closed_by_id", "person"), _to("panel_meeting", "current_id", "stage_entry"),
        _key("panel_meeting"), _one("panel_meeting", "public_id"), _one("panel_meeting", "panel_id", "number"),
    )  # fmt: skip
    op.create_index(
        "uq_panel_meeting_open", "panel_meeting", ["panel_id"], unique=True,
        sqlite_where=sa.text("closed_at IS NULL"), postgresql_where=sa.text("closed_at IS NULL"),
    )  # fmt: skip
    op.create_table(
        "meeting_item",
        _id(),
        sa.Column("meeting_id", INTEGER, nullable=False),
        sa.Column("entry_id", INTEGER, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("near_line", sa.Boolean(), nullable=False),
        sa.Column("spread", sa.String(80), nullable=False),
        sa.Column("taken_up_at", MOMENT, nullable=True),
        sa.Column("concluded_at", MOMENT, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        _to("meeting_item", "meeting_id", "panel_meeting"), _to("meeting_item", "entry_id", "stage_entry"),
        _key("meeting_item"), _one("meeting_item", "meeting_id", "entry_id"),
    )  # fmt: skip
    op.create_index(op.f("ix_meeting_item_entry_id"), "meeting_item", ["entry_id"], unique=False)
    op.create_table(
        "meeting_attendance",
        _id(),
        sa.Column("meeting_id", INTEGER, nullable=False),
        sa.Column("person_id", INTEGER, nullable=False),
        sa.Column("came_at", MOMENT, nullable=False),
        sa.Column("left_at", MOMENT, nullable=True),
        _to("meeting_attendance", "meeting_id", "panel_meeting"), _to("meeting_attendance", "person_id", "person"),
        _key("meeting_attendance"),
    )  # fmt: skip
    op.create_index(op.f("ix_meeting_attendance_person_id"), "meeting_attendance", ["person_id"], unique=False)
    op.create_index(
        "uq_meeting_attendance_present", "meeting_attendance", ["meeting_id", "person_id"], unique=True,
        sqlite_where=sa.text("left_at IS NULL"), postgresql_where=sa.text("left_at IS NULL"),
    )  # fmt: skip
    op.create_table(
        "meeting_motion",
        _id(), _public(),
        sa.Column("meeting_id", INTEGER, nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("entries", sa.JSON(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("opened_by_id", INTEGER, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("entitled", sa.Integer(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=True),
        sa.Column("outcome", sa.String(40), nullable=True),
        _to("meeting_motion", "meeting_id", "panel_meeting"), _to("meeting_motion", "opened_by_id", "person"),
        _key("meeting_motion"), _one("meeting_motion", "public_id"),
    )  # fmt: skip
    op.create_index(op.f("ix_meeting_motion_meeting_id"), "meeting_motion", ["meeting_id"], unique=False)
    op.create_table(
        "meeting_ballot",
        _id(),
        sa.Column("motion_id", INTEGER, nullable=False),
        sa.Column("person_id", INTEGER, nullable=False),
        sa.Column("choice", sa.String(40), nullable=False),
        sa.Column("cast_at", MOMENT, nullable=False),
        _to("meeting_ballot", "motion_id", "meeting_motion"), _to("meeting_ballot", "person_id", "person"),
        _key("meeting_ballot"), _one("meeting_ballot", "motion_id", "person_id"),
    )  # fmt: skip
    op.create_index(op.f("ix_meeting_ballot_person_id"), "meeting_ballot", ["person_id"], unique=False)
    op.create_table(
        "meeting_minutes",
        _id(),
        sa.Column("meeting_id", INTEGER, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("written_by_id", INTEGER, nullable=True),
        _to("meeting_minutes", "meeting_id", "panel_meeting"), _to("meeting_minutes", "written_by_id", "person"),
        _key("meeting_minutes"), _one("meeting_minutes", "meeting_id", "version"),
    )  # fmt: skip
    op.create_table(
        "review_version",
        _id(),
        sa.Column("review_id", INTEGER, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("meeting_id", INTEGER, nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("receipt", sa.String(64), nullable=False),
        sa.Column("locked_at", MOMENT, nullable=False),
        sa.Column("replaced_at", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _to("review_version", "review_id", "review"), _to("review_version", "meeting_id", "panel_meeting"),
        _key("review_version"), _one("review_version", "review_id", "number"),
    )  # fmt: skip
    op.create_table(
        "committee_sitting",
        _id(), _public(),
        sa.Column("decision_id", INTEGER, nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("in_favour", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", INTEGER, nullable=True),
        _to("committee_sitting", "decision_id", "decision"), _to("committee_sitting", "by_id", "person"),
        _key("committee_sitting"), _one("committee_sitting", "public_id"), _one("committee_sitting", "decision_id"),
        sa.CheckConstraint(
            "members > 0 AND present >= 0 AND present <= members AND in_favour >= 0 AND in_favour <= present",
            name=op.f("ck_committee_sitting_counts"),
        ),
    )  # fmt: skip
    with op.batch_alter_table("assignment") as batch:
        batch.add_column(sa.Column("late_until", MOMENT, nullable=True))
    with op.batch_alter_table("outcome") as batch:
        batch.add_column(sa.Column("placed_track", sa.String(40), nullable=True))
        batch.add_column(sa.Column("placing", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("outcome") as batch:
        batch.drop_column("placing")
        batch.drop_column("placed_track")
    with op.batch_alter_table("assignment") as batch:
        batch.drop_column("late_until")
    for table in (
        "committee_sitting", "review_version", "meeting_minutes", "meeting_ballot", "meeting_motion",
        "meeting_attendance", "meeting_item", "panel_meeting",
    ):  # fmt: skip
        op.drop_table(table)
