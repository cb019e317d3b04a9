"""Wrap the keys of evidence under the newest master key, so that older ones can go. What they seal is not touched."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from breaches.evidence.services import rewrap_keys

_AT_ONCE = 500


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        total = 0
        while done := rewrap_keys(most=_AT_ONCE):
            total += done
        self.stdout.write(f"{total} keys are wrapped anew.")
