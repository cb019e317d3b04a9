"""Asking ClamAV about a file: clamd's INSTREAM, over a socket named by the setting `CLAMD`.

clamd(8): the command `zINSTREAM\\0`, then chunks of a length (4 bytes, big-endian) and as many bytes, then a
length of 0. It answers `stream: OK`, `stream: <name> FOUND`, or an error.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

from django.conf import settings

_CHUNK = 1024 * 1024
_TIMEOUT_S = 300.0  # for one step: clamd reads first and thinks afterwards
_MOST_ANSWER = 4096
_SAFE_NAME = re.compile(r"[^A-Za-z0-9._/ -]")


class NoScanner(Exception):
    """There is no scanner, or it does not answer: what is to be scanned waits."""


@dataclass(frozen=True, slots=True)
class Result:
    """What the scanner said, and which scanner with which signatures it was."""

    verdict: Literal["clean", "found", "too_large"]
    scanner: str
    name: str = ""


def scan(pieces: Iterable[bytes]) -> Result:
    """Have all of it scanned. Raises `NoScanner`."""
    try:
        version = _safe(_ask(b"zVERSION\0", ()))
        said = _ask(b"zINSTREAM\0", pieces)
    except OSError as error:
        raise NoScanner from error
    if said == "stream: OK":
        return Result("clean", version)
    if said.startswith("stream: ") and said.endswith(" FOUND"):
        return Result("found", version, _safe(said.removeprefix("stream: ").removesuffix(" FOUND")))
    if "size limit exceeded" in said:
        return Result("too_large", version)
    raise NoScanner


def _ask(command: bytes, pieces: Iterable[bytes]) -> str:
    with closing(_connected()) as line:
        line.sendall(command)
        if command.startswith(b"zINSTREAM"):
            _stream(line, pieces)
        return _answer(line)


def _stream(line: socket.socket, pieces: Iterable[bytes]) -> None:
    try:
        for piece in pieces:
            for start in range(0, len(piece), _CHUNK):
                chunk = memoryview(piece)[start : start + _CHUNK]
                line.sendall(len(chunk).to_bytes(4, "big"))
                line.sendall(chunk)
        line.sendall(bytes(4))
    except (BrokenPipeError, ConnectionResetError):
        return  # over its limit it says so and closes: the answer is still there to be read


def _answer(line: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < _MOST_ANSWER:
        piece = line.recv(_MOST_ANSWER)
        if not piece:
            break
        said += piece
    return said.rstrip(b"\0\n").decode("utf-8", "replace")


def _connected() -> socket.socket:
    kind, _, where = settings.CLAMD.partition(":")
    if kind == "unix":
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(_TIMEOUT_S)
        try:
            line.connect(where)
        except OSError:
            line.close()
            raise
        return line
    host, _, port = where.rpartition(":")
    if kind != "tcp" or not port.isdigit():
        raise NoScanner
    return socket.create_connection((host, int(port)), timeout=_TIMEOUT_S)


def _safe(text: str) -> str:
    """A name that a signature gave, or a version: plain letters only, and not many."""
    return _SAFE_NAME.sub("_", text)[:120]
