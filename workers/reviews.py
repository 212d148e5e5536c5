"""Reviews' jobs: reminders around the due day, and a reviewer's packet."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.accounts.models import Person
from portal.accounts.queries import actor_of_person
from portal.platform import clock, storage, typeset
from portal.platform.db import db
from portal.platform.files import sandbox
from portal.platform.formats import day
from portal.platform.language import Text, say, speaking
from portal.reviews import queries, service
from portal.reviews.jobs import PACKET, REMIND_DUE
from portal.reviews.models import ReviewPacket
from portal.reviews.pages import PacketPart, packet_cover, packet_part
from workers.schedule import SCHEDULE, Every
from workers.wake import Run, handles

SCHEDULE.append(Every(REMIND_DUE, 3600))
# Eighty applications with their files: more than a single upload may take.
LIMITS = sandbox.Limits(cpu_seconds=240, wall_seconds=480, memory_bytes=4 * 1024**3)
MARK = Text("{name} · {day} · 대외비", "{name} · {day} · confidential")


@handles(REMIND_DUE)
def remind_due(run: Run) -> None:
    """Each hour; on a reminding day whoever is not done is asked once."""
    with run.effect() as context:
        service.remind_due(context)


@dataclass(frozen=True)
class _Read:
    """What a packet is made of, read at one moment; plain data."""

    language: str
    words: str
    cover: dict[str, Any]
    parts: list[PacketPart]


@handles(PACKET)
def packet(run: Run) -> None:
    """Long: read what its reviewer may read now, typeset and bind without a transaction, keep it."""
    packet_id = run.payload["packet_id"]
    with run.reading():
        found = _read(packet_id)
    if found is None:  # removed, or everything in it is out of reach meanwhile
        with run.effect():
            return
    with tempfile.TemporaryDirectory() as folder, speaking(found.language):
        pages, content = _bound(run, found, Path(folder))
    stored = storage.put_bytes(content)
    with run.effect() as context:
        service.keep_packet(context, packet_id, stored, pages)


def _read(packet_id: int) -> _Read | None:
    row = db.session.get_one(ReviewPacket, packet_id)
    person = db.session.get_one(Person, row.person_id)
    reader = actor_of_person(person.id, clock.now())
    if reader is None or row.removed_at is not None:
        return None
    mine = [a for a, _ in queries.batch(reader, row.panel_id) if a.public_id in row.assignments]
    if not mine:
        return None
    with speaking(person.language):
        zone = row.panel.stage.call.definition.time_zone
        words = say(MARK, name=person.name, day=day(clock.now(), zone))
        parts = [packet_part(number, a) for number, a in enumerate(mine, start=1)]
        return _Read(person.language, words, packet_cover(mine, words), parts)


def _bound(run: Run, found: _Read, folder: Path) -> tuple[int, bytes]:
    """Cover, then each application followed by its files; every page marked."""

    def set_in_type(name: str, template: str, data: dict[str, Any]) -> Path:
        file = folder / f"{name}.pdf"
        file.write_bytes(typeset.pdf(template, data))
        return file

    mark = set_in_type("mark", "mark", {"title": found.words, "words": found.words})
    bound = [(str(set_in_type("cover", "packet", found.cover)), "")]
    for number, part in enumerate(found.parts, start=1):
        bound.append((str(set_in_type(str(number), "packet", part.data)), part.title))
        bound.extend((str(storage.path_for_parser(sha)), f"{number}. {label}") for sha, label in part.files)
        run.progress(number, len(found.parts))
    answer, content = sandbox.run("bind", mark, None, LIMITS, parts=bound)
    return int(answer["pages"]), content
