"""The file spool between web and worker: a reader never meets half a message."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

from kombu import Connection

from portal.platform.broker import broker_settings

MESSAGES = 150


def _ring(folder: Path, first: int) -> None:
    options = broker_settings("filesystem://", folder)["broker_transport_options"]
    with Connection("filesystem://", transport_options=options) as connection:
        queue = connection.SimpleQueue("portal")
        for number in range(first, first + MESSAGES):
            queue.put({"job": number})


def test_messages_written_by_two_processes_arrive_whole(tmp_path: Path) -> None:
    options = broker_settings("filesystem://", tmp_path)["broker_transport_options"]
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_ring, args=(tmp_path, first)) for first in (0, MESSAGES)]
    seen = set()
    with Connection("filesystem://", transport_options=options) as connection:
        queue = connection.SimpleQueue("portal")
        for writer in writers:
            writer.start()
        while len(seen) < 2 * MESSAGES:
            message = queue.get(timeout=60)
            seen.add(message.payload["job"])
            message.ack()
    for writer in writers:
        writer.join()
    assert seen == set(range(2 * MESSAGES))
