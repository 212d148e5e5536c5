"""The portal behind its real server: 95th percentiles under load, memory of a worker, the first page after the start."""

from __future__ import annotations

import http.client
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from urllib.parse import urlencode

HOST, WORKERS, THREADS = "127.0.0.1", 2, 4
STARTS_WITHIN = 30.0


@dataclass(frozen=True)
class Request:
    path: str
    cookie: str
    fields: dict[str, str] | None = None  # of a post


@dataclass(frozen=True)
class Latency:
    """Milliseconds; `errors` counts answers that were neither a page nor a redirect."""

    p95: float
    errors: int


class Server:
    """gunicorn with two processes of four threads, as the README starts it."""

    def __init__(self, settings: dict[str, str], port: int) -> None:
        self.port = port
        began = time.monotonic()
        command = (
            sys.executable, "-m", "gunicorn", "--bind", f"{HOST}:{port}", "--workers", str(WORKERS), "--threads",
            str(THREADS), "--log-level", "warning", "app:app",
        )  # fmt: skip
        self.process = subprocess.Popen(command, env=os.environ | settings, start_new_session=True)
        self.starts = self._ready(began) - began
        first = time.monotonic()
        self._get("/")
        self.first_page = time.monotonic() - first

    def _ready(self, began: float) -> float:
        """When it answered for the first time: the port is open before the application is loaded."""
        while time.monotonic() - began < STARTS_WITHIN:
            try:
                if self._get("/health") == 200:
                    return time.monotonic()
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("the server did not start")

    def _get(self, path: str) -> int:
        connection = self._connection()
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(HOST, self.port, timeout=60)

    def workers(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def megabytes(self) -> float:
        """Resident memory of the largest worker."""
        return max(_resident(pid) for pid in self.workers())

    def ask(self, requests: Sequence[Request], at_once: int) -> Latency:
        """All of them over `at_once` kept connections."""
        waiting: SimpleQueue[Request] = SimpleQueue()
        for request in requests:
            waiting.put(request)
        times: list[float] = []
        errors: list[int] = []

        def client() -> None:
            connection = self._connection()
            while True:
                try:
                    request = waiting.get_nowait()
                except Empty:
                    connection.close()
                    return
                began = time.monotonic()
                status = _answered(connection, request)
                times.append(time.monotonic() - began)
                if status not in (200, 303):
                    errors.append(status)

        threads = [threading.Thread(target=client) for _ in range(at_once)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return Latency(statistics.quantiles(times, n=20)[-1] * 1e3, len(errors))

    def end(self) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(timeout=STARTS_WITHIN)


def _answered(connection: http.client.HTTPConnection, request: Request) -> int:
    body = urlencode(request.fields) if request.fields is not None else None
    headers = {"Cookie": request.cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST" if body is not None else "GET", request.path, body, headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1e3


@contextmanager
def serving(settings: dict[str, str], port: int) -> Iterator[Server]:
    server = Server(settings, port)
    try:
        yield server
    finally:
        server.end()
