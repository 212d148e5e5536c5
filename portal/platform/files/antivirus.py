"""clamd by its INSTREAM command over a plain socket; off where no clamd is configured.

What could not be looked at whole (over clamd's length limit, clamd away or slow) is `not_scanned`, never
clean.
"""

from __future__ import annotations

import socket
import struct
from pathlib import Path
from typing import Literal

Scan = Literal["clean", "infected", "not_scanned", "off"]
_CHUNK = 64 * 1024


def scan(path: Path, clamd: str, timeout_seconds: float = 60.0) -> Scan:
    """`clamd` is `host:port`, or a path or `unix:path` of a local socket; empty means off."""
    if not clamd:
        return "off"
    try:
        with _connected(clamd, timeout_seconds) as connection:
            return _verdict(_stream(path, connection))
    except (OSError, ValueError):
        return "not_scanned"


def _connected(clamd: str, timeout: float) -> socket.socket:
    local = clamd.removeprefix("unix:")
    if local.startswith("/"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(timeout)
        try:
            connection.connect(local)
        except OSError:
            connection.close()
            raise
        return connection
    host, _, port = clamd.removeprefix("tcp://").rpartition(":")
    return socket.create_connection((host.strip("[]") or "127.0.0.1", int(port)), timeout)


def _stream(path: Path, connection: socket.socket) -> bytes:
    with path.open("rb") as content:
        try:
            connection.sendall(b"zINSTREAM\0")
            while chunk := content.read(_CHUNK):
                connection.sendall(struct.pack("!I", len(chunk)) + chunk)
            connection.sendall(struct.pack("!I", 0))
        except (BrokenPipeError, ConnectionResetError):
            pass  # over its limit clamd stops reading; its answer may still be there
    answer = b""
    while b"\0" not in answer and (part := connection.recv(4096)):
        answer += part
    return answer


def _verdict(answer: bytes) -> Scan:
    text = answer.rstrip(b"\0\n ").decode(errors="replace")
    if text.endswith(" FOUND"):
        return "infected"
    return "clean" if text == "stream: OK" else "not_scanned"
