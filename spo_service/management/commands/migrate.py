"""Django's `migrate`, which ends by putting row-level security in place, and by working out again the marks of people
where this release makes others: code and database cannot drift apart.
"""

from __future__ import annotations

from io import StringIO
from typing import Any

from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS

from orders.matching_state import are_marks_current
from spo_service.tenancy.install import install, make_roles


class Command(migrate.Command):
    help = f"{migrate.Command.help} Then makes roles, rights, policies and marks of people what this release says."

    def handle(self, *args: Any, **options: Any) -> None:
        """A part of the migrations, or none, leaves the policies as they are."""
        whole = not options.get("app_label") and not options.get("plan") and not options.get("check_unapplied")
        super().handle(*args, **options)
        if whole and options.get("database") == DEFAULT_DB_ALIAS:
            make_roles()
            if install() and options.get("verbosity", 1) > 0:
                self.stdout.write("  Row-level security is in place.")
            self._work_out_marks(verbosity=options.get("verbosity", 1))

    def _work_out_marks(self, *, verbosity: int) -> None:
        """In transactions of some hundred versions each. Killed half-way, the next `migrate` begins it again."""
        if are_marks_current():
            return
        if verbosity > 0:
            self.stdout.write("  Marks of people are worked out again (docs/matching.md):")
        call_command("match_keys", stdout=self.stdout if verbosity > 0 else StringIO())
