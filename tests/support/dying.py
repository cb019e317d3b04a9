"""A process that sends evidence to itself and dies at a named point, as a power cut would have it.

`python -m tests.support.dying POINT TOKEN PATH FILE`; the point `never` lives to the end.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spo_service.settings")
django.setup()

from django.db.models import Model  # noqa: E402 - models can be imported only once Django is set up
from django_q.tasks import async_task  # noqa: E402

from breaches.evidence import continuity, services, storage, tus  # noqa: E402
from breaches.evidence.sealing import Arrival  # noqa: E402
from tests.support.api import Api  # noqa: E402
from tests.support.evidence import add, begin, send  # noqa: E402

DIED = 9
# What arrives of an upload before it dies: a piece that stays, and one that is so short that the next takes it in.
FIRST, SHORT = 1_100_000, 100_000


def _die(*_: Any, **__: Any) -> None:
    os._exit(DIED)


def _after(function: Callable[..., Any]) -> Callable[..., Any]:
    def then_die(*args: Any, **kwargs: Any) -> None:
        function(*args, **kwargs)
        _die()

    return then_die


# Where the process dies: what is replaced, and by what.
POINTS: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "before the first byte": (Arrival, "write", _die),
    "after some bytes": (Arrival, "write", _after(Arrival.write)),
    "before it is safe on the disk": (os, "fsync", _die),
    "before it is in the store": (os, "link", _die),
    "once it is in the store": (os, "link", _after(os.link)),
    "before its folder is safe": (storage, "_sync_folder", _die),
    "before its row": (services, "_new_item", _die),
    "before its continuity": (continuity, "append", _die),
    "in its transaction": (services, "record", _die),
    "before the commit": (services, "async_task", _after(async_task)),
    "after a piece": (tus, "_forget", _die),
    "before the whole is an item": (tus, "complete", _die),
    "before its digest is the item's": (tus, "_become", _die),
    "after the commit": (tus, "_become", _after(tus._become)),
    "never": (Model, "__hash__", Model.__hash__),
}


def main(point: str, token: str, where: str, file: str) -> None:
    content, api = Path(file).read_bytes(), Api(token)
    owner, name, replacement = POINTS[point]
    if where.startswith("victim/reports/"):
        setattr(owner, name, replacement)
        send(api, where, content)
        return
    started = begin(api, "victim", len(content), report=where).headers["Location"]
    add(api, started, 0, content[:FIRST])
    add(api, started, FIRST, content[FIRST : FIRST + SHORT])
    setattr(owner, name, replacement)
    add(api, started, FIRST + SHORT, content[FIRST + SHORT :])


if __name__ == "__main__":
    main(*sys.argv[1:])
