"""`./dev manage register_app NAME --scope victim --redirect https://... --operator WHO`: an app for people."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.services import register_app
from audit.types import Actor


class Command(BaseCommand):
    help = "Register an app in which officers, or victims and advocates, sign in; prints its client id."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--scope", required=True, choices=("officer", "victim"))
        parser.add_argument("--redirect", required=True, help="where it takes the code: an https address of its own")
        parser.add_argument("--operator", required=True, help="your own name or staff id: it goes into the trail")

    def handle(self, *args: Any, **options: Any) -> None:
        where = urlsplit(options["redirect"])
        if where.scheme != "https" or not where.netloc or where.fragment:
            raise CommandError("The address must be https, whole, and without a fragment.")
        client_id = register_app(
            actor=Actor("support", options["operator"][:64]),
            name=options["name"],
            scope=options["scope"],
            redirect=options["redirect"],
        )
        self.stdout.write(client_id)
