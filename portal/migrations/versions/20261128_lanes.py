"""measured points of lanes with their provenance; bonuses and penalties of entries; dossiers; scenarios"""

import sqlalchemy as sa
from alembic import op

import portal.platform.db

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = portal.platform.db.Moment(timezone=True)


def upgrade() -> None:
    op.create_table(
        "measurement_import",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("stage_id", INTEGER, nullable=False),
        sa.Column("lane", sa.String(40), nullable=False),
        sa.Column("filename", sa.String(255), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", INTEGER, nullable=True),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_measurement_import_stage_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_measurement_import_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measurement_import")),
        sa.UniqueConstraint("public_id", name=op.f("uq_measurement_import_public_id")),
    )
    op.create_index(op.f("ix_measurement_import_stage_id"), "measurement_import", ["stage_id"], unique=False)
    op.create_table(
        "measurement",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("import_id", INTEGER, nullable=False),
        sa.Column("entry_id", INTEGER, nullable=False),
        sa.Column("part", sa.String(40), nullable=False),
        sa.Column("value", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["measurement_import.id"], name=op.f("fk_measurement_import_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["stage_entry.id"], name=op.f("fk_measurement_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measurement")),
        sa.UniqueConstraint("import_id", "entry_id", "part", name=op.f("uq_measurement_import_id_entry_id_part")),
    )
    op.create_index(op.f("ix_measurement_entry_id"), "measurement", ["entry_id"], unique=False)
    op.create_table(
        "adjustment_result",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("entry_id", INTEGER, nullable=False),
        sa.Column("adjustment", sa.String(40), nullable=False),
        sa.Column("applies", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_id", INTEGER, nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["stage_entry.id"], name=op.f("fk_adjustment_result_entry_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_adjustment_result_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adjustment_result")),
        sa.UniqueConstraint("entry_id", "adjustment", name=op.f("uq_adjustment_result_entry_id_adjustment")),
    )
    op.create_index(op.f("ix_adjustment_result_entry_id"), "adjustment_result", ["entry_id"], unique=False)
    op.create_table(
        "dossier",
        sa.Column("decision_id", INTEGER, autoincrement=False, nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_dossier_decision_id")),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_dossier")),
    )
    op.create_table(
        "scenario",
        sa.Column("id", INTEGER, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("stage_id", INTEGER, nullable=False),
        sa.Column("track", sa.String(40), nullable=False),
        sa.Column("ranking_run_id", INTEGER, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("inputs_hash", sa.String(64), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("by_id", INTEGER, nullable=True),
        sa.Column("solved_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_scenario_stage_id")),
        sa.ForeignKeyConstraint(["ranking_run_id"], ["ranking_run.id"], name=op.f("fk_scenario_ranking_run_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_scenario_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario")),
        sa.UniqueConstraint("public_id", name=op.f("uq_scenario_public_id")),
    )
    op.create_index("ix_scenario_stage_track", "scenario", ["stage_id", "track"], unique=False)


def downgrade() -> None:
    for table in ("scenario", "dossier", "adjustment_result", "measurement", "measurement_import"):
        op.drop_table(table)
