"""kombu's filesystem transport, made safe for several processes.

Its writer creates a message's file and fills it afterwards, so that a reader may take an empty one and fall over it
(it ended a worker in a trial); the table of queues has the same gap. Here a message gets its name when it is whole,
and the table is touched under a lock.
"""

from __future__ import annotations

import fcntl
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    @contextmanager
    def _table(self) -> Iterator[None]:
        folder = Path(self.control_folder)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _queue_bind(self, *args: Any) -> None:
        with self._table():
            super()._queue_bind(*args)  # type: ignore[no-untyped-call]  # kombu is untyped

    def get_table(self, exchange: str) -> Any:
        with self._table():
            return super().get_table(exchange)  # type: ignore[no-untyped-call]

    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]  # its bases disagree
        folder, name = Path(self.data_folder_out), f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}"
        making = folder / f"{name}.making"
        making.write_text(dumps(payload))  # type: ignore[no-untyped-call]
        making.rename(folder / f"{name}.{queue}.msg")


class Transport(filesystem.Transport):
    Channel = Channel
