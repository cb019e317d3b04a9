"""The web server and the worker as real processes, and their end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parent.parent
_STARTS_WITHIN_S = 60
_ENDS_WITHIN_S = 25


class NotServing(Exception):
    """A process that should serve does not: its output says why."""


@dataclass(frozen=True, slots=True)
class Running:
    """A process in a session of its own, so that everything it forked can be ended with it."""

    name: str
    process: subprocess.Popen[bytes]

    def check(self) -> None:
        if self.process.poll() is not None:
            raise NotServing(f"the {self.name} ended by itself with status {self.process.returncode}")

    def end(self) -> None:
        """Ask, wait, then insist; afterwards nothing of its session is left."""
        until = time.monotonic() + _ENDS_WITHIN_S
        while self.process.poll() is None and time.monotonic() < until:
            self.process.terminate()  # again and again: a cluster that is just starting does not hear the first
            self._wait(5)
        self._kill_rest()
        self.process.wait()

    def _wait(self, seconds: float) -> None:
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)

    def kill(self) -> None:
        """What a power cut does: no farewell."""
        self._kill_rest()
        self.process.wait()

    def _kill_rest(self) -> None:
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return  # nothing was left, as it should be


def start_web(
    listening: socket.socket,
    *,
    app: str = "spo_service.wsgi:application",
    environment: Mapping[str, str] | None = None,
) -> Running:
    """Gunicorn on a socket that is bound already: no other process can take the port in between."""
    number = listening.fileno()
    command = [sys.executable, "-m", "gunicorn", "-c", "spo_service/gunicorn_conf.py", "--bind", f"fd://{number}", app]
    more = {"DB_POOL": "1", **(environment or {})}
    return start("web server", command, more, keep=(number,))


def start_worker(cluster: str = "spo", *, environment: Mapping[str, str] | None = None) -> Running:
    """A django-q2 cluster: `spo`, `outbox` or `evidence`. Without the pool: forked processes must not share it."""
    more = {"DB_POOL": "0", "Q_CLUSTER_NAME": cluster, **(environment or {})}
    return start(f"worker {cluster}", [sys.executable, "manage.py", "qcluster"], more)


def start(
    name: str, command: list[str], more: Mapping[str, str], *, keep: tuple[int, ...] = (), quiet: bool = False
) -> Running:
    """A command of ours in a session of its own, with more in its environment."""
    process = subprocess.Popen(  # noqa: S603 - our own command
        command,
        cwd=ROOT,
        env={**os.environ, **more},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if quiet else None,
        pass_fds=keep,
        start_new_session=True,
    )
    return Running(name, process)


def bound(port: int) -> socket.socket:
    """A listening socket on loopback; port 0 takes any that is free."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    listening.listen(128)
    return listening


def wait_until_ready(base_url: str, web: Running) -> None:
    """Until the service says that it can do its work."""
    deadline = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < deadline:
        web.check()
        try:
            if requests.get(f"{base_url}/readyz", timeout=2).status_code == 200:
                return
        except requests.RequestException:
            time.sleep(0.1)
    raise NotServing("the web server did not become ready")


@contextmanager
def serving(port: int, *, environment: Mapping[str, str]) -> Iterator[tuple[str, list[Running]]]:
    """Web server and workers; gives the base URL. Whatever happens, all end."""
    running: list[Running] = []
    with bound(port) as listening:
        base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            running.append(start_web(listening, environment=environment))
            running.extend(start_worker(name, environment=environment) for name in ("spo", "outbox", "evidence"))
            wait_until_ready(base_url, running[0])
            yield base_url, running
        finally:
            for one in reversed(running):
                one.end()
