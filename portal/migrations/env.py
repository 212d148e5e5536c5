"""Migrations on the app's own database. SQLite: foreign keys off around them, never a batch recreate of a table
with triggers (it would drop them silently)."""

from alembic import context
from flask import current_app

database = current_app.extensions["migrate"].db


def run() -> None:
    engine = database.engine
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            compare_type=True,
            render_as_batch=False,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
