"""`./dev run`: serve with demo data, play the story, go on until Ctrl-C. `--once`: play it and end."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from contextlib import closing
from pathlib import Path
from types import FrameType

import django
import requests

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spo_service.settings")
django.setup()

from demo.cast import Cast, seed  # noqa: E402 - models can be imported only once Django is set up
from demo.clamd import evidence_kept  # noqa: E402
from demo.processes import ROOT, NotServing, Running, serving  # noqa: E402
from demo.receiver import Receiver  # noqa: E402
from demo.story import REFERENCE, Differs, play  # noqa: E402

FILE = ROOT / "var" / "demo.json"


class Stopped(Exception):
    """Somebody asked this to end."""


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped


def main(arguments: list[str]) -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    once = arguments == ["--once"]
    try:
        if once:
            _play_once()
        else:
            _serve(int(os.environ.get("PORT", "8000")))
    except Stopped:
        print("Stopped.")
        return 130 if once else 0
    except (Differs, NotServing, TimeoutError, OSError, requests.RequestException) as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    return 0


def _play_once() -> None:
    with closing(Receiver()) as receiver, evidence_kept() as kept, serving(0, environment=kept) as (base_url, _):
        play(base_url, seed(), receiver)


def _serve(port: int) -> None:
    FILE.unlink(missing_ok=True)
    try:
        # The receiver stays open, or the worker would try it again and again for three days.
        with (
            closing(Receiver()) as receiver,
            evidence_kept() as kept,
            serving(port, environment=kept) as (base_url, running),
        ):
            cast = seed()
            play(base_url, cast, receiver)
            _tell(base_url, cast)
            _until_stopped(running)
    finally:
        FILE.unlink(missing_ok=True)


def _tell(base_url: str, cast: Cast) -> None:
    write(FILE, {"base_url": base_url, "order": REFERENCE, **cast.as_json()})
    print(
        f"""
Serving at {base_url} until Ctrl-C.
  the API, to read       {base_url}/api/v1/docs/
  the API, for programs  {base_url}/api/v1/schema/
  sign-in details        {FILE.relative_to(ROOT)}: clients and their secrets, bearer tokens, passwords and
                         authenticator secrets of officers, passphrases of victims (docs/identity.md)
  mails, as sent         var/mail

For instance, the officer's queue:
  curl -H "Authorization: Bearer {cast.officer.token}" {base_url}/api/v1/officer/reports?queue=review
""",
        flush=True,
    )


def _until_stopped(running: list[Running]) -> None:
    while True:
        for one in running:
            one.check()
        time.sleep(0.5)


def write(path: Path, content: dict[str, object]) -> None:
    """Whole or not at all, and for its owner's eyes only."""
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
    beside.rename(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
