"""Between two runs: the demonstration's clock stands still, and what was filled by half is thrown away."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from portal.demo.seed import PRESENT
from portal.platform import clock

STOPPED, SEEDING = "demo_stopped", "demo_seeding"


def stop(instance: Path) -> None:
    """Note what the clock shows, so that a deadline in two hours is still two hours away at the next start."""
    (instance / STOPPED).write_text(clock.now().isoformat())


def go_on(instance: Path) -> None:
    noted = instance / STOPPED
    if noted.exists():
        clock.move_to(datetime.fromisoformat(noted.read_text()))
        noted.unlink()


def mark_seeding(settings: Mapping[str, Any]) -> Path:
    mark = Path(settings["INSTANCE"]) / SEEDING
    mark.write_text(PRESENT.isoformat())
    return mark


def discard_half_seed(settings: Mapping[str, Any]) -> None:
    """A filling that was interrupted starts over: its own SQLite file, uploads and letters go."""
    instance = Path(settings["INSTANCE"])
    mark = instance / SEEDING
    if not mark.exists():
        return
    database = str(settings["SQLALCHEMY_DATABASE_URI"])
    if not database.startswith("sqlite:///"):
        raise click.ClickException(f"filling was interrupted: empty {database.rpartition('/')[2]}, then delete {mark}")
    for ending in ("", "-wal", "-shm"):
        Path(database.removeprefix("sqlite:///") + ending).unlink(missing_ok=True)
    for folder in ("files", "mail", "broker"):
        shutil.rmtree(instance / folder, ignore_errors=True)
        (instance / folder).mkdir()
    for name in ("clock.json", "anchors.log", STOPPED, SEEDING):
        (instance / name).unlink(missing_ok=True)
