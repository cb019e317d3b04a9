"""`./dev manage support_account NAME --operator WHO`: opens or closes an account of the support screen."""

from __future__ import annotations

from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError

from accounts.services import close_support, register_support
from audit.types import Actor


class Command(BaseCommand):
    help = "Open an account of the support screen (its password is asked for), or --close one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--operator", required=True, help="your own name or staff id: it goes into the trail")
        parser.add_argument("--close", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = Actor("support", options["operator"][:64])
        if options["close"]:
            if not close_support(actor=actor, username=options["username"]):
                raise CommandError("There is no such account.")
            self.stdout.write("Closed.")
            return
        password = getpass("Password: ")
        try:
            validate_password(password)
            register_support(actor=actor, username=options["username"], password=password)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except IntegrityError:
            raise CommandError("There is an account of that name.") from None
        self.stdout.write("Opened.")
