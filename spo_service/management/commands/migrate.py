"""Django's `migrate`, which ends by putting row-level security in place: code and database cannot drift apart."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS

from spo_service.tenancy.install import install, make_roles


class Command(migrate.Command):
    help = f"{migrate.Command.help} Then makes roles, rights and policies what this release says."

    def handle(self, *args: Any, **options: Any) -> None:
        """A part of the migrations, or none, leaves the policies as they are."""
        whole = not options.get("app_label") and not options.get("plan") and not options.get("check_unapplied")
        super().handle(*args, **options)
        if whole and options.get("database") == DEFAULT_DB_ALIAS:
            make_roles()
            if install() and options.get("verbosity", 1) > 0:
                self.stdout.write("  Row-level security is in place.")
