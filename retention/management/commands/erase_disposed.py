"""Erase the reports that two people let go, under the database role that `ERASER_DATABASE_URL` names.

Run it where that address is known and the service's own is not needed: it uses nothing else.
"""

from __future__ import annotations

from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from retention.erasing import erase_due

_AT_ONCE = 100


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.ERASER_DATABASE_URL:
            raise CommandError("ERASER_DATABASE_URL is not set: nothing was erased.")
        try:
            done = erase_due(settings.ERASER_DATABASE_URL, most=_AT_ONCE)
        except psycopg.Error as error:
            # Its words may hold a row's.
            raise CommandError(f"PostgreSQL refused ({error.sqlstate}): that report stays whole.") from None
        for one in done:
            self.stdout.write(f"{one.report}  {sum(one.rows.values())} rows")
        self.stdout.write(f"{len(done)} reports were erased.")
