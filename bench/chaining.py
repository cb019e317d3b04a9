"""The worker of the trail's benchmark, in a process of its own: chains without end, and says once it is up to date."""

from __future__ import annotations

import os
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spo_service.settings")
django.setup()

from audit.sealing import chain  # noqa: E402 - models can be imported only once Django is set up

EVERY_S = 1.0  # sixty times as often as the worker of the service


def main() -> None:
    chain()
    print("up to date", flush=True)
    while True:
        chain()
        time.sleep(EVERY_S)


if __name__ == "__main__":
    main()
