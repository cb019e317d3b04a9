"""Start-up checks: the service refuses to start where a verdict could come out wrong."""

from __future__ import annotations

from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from geo.crs import check_transformations


class SpoServiceConfig(AppConfig):
    name = "spo_service"

    def ready(self) -> None:
        """Rule 59: no silent fall-back to a coarser transformation. Faults stop every process."""
        faults = _faults_found_apart()
        if faults:
            raise ImproperlyConfigured("Coordinate transformations are not as pinned: " + "; ".join(faults))
        register(queue_times)


def _faults_found_apart() -> tuple[str, ...]:
    """What `check_transformations` finds, asked in a process of its own.

    convertbng starts threads on first use, and they do not survive a fork: asked here, it would hang for ever
    in every worker that qcluster forks from this process (docs/adr/0006).
    """
    fork = get_context("fork")
    receiving, sending = fork.Pipe(duplex=False)
    child = fork.Process(target=_send_faults, args=(sending,))
    child.start()
    sending.close()
    try:
        faults: tuple[str, ...] = receiving.recv()
    except EOFError:
        faults = ("the check itself failed",)
    child.join()
    return faults


def _send_faults(sending: Connection) -> None:
    sending.send(check_transformations())


def queue_times(**_: Any) -> list[CheckMessage]:
    """django-q2 runs a task again after `retry`, even while it still runs: keep it well above `timeout`."""
    q: dict[str, Any] = settings.Q_CLUSTER
    if q["retry"] > q["timeout"] * (q["queue_limit"] / q["workers"] + 2):
        return []
    return [Error("Q_CLUSTER retry must exceed timeout x (queue_limit / workers + 2).", id="spo.E001")]
