"""`./dev manage api_client make|show|rotate|revoke|certificates ... --operator WHO`: clients of force systems.

A secret is printed once, when it is made. A force turns its own over at /api/v1/force/client/secrets; this is for
the first one, for a force that lost its own, and for shutting a client out at once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.certificates import NoCertificate, thumbprint
from accounts.clients import live_secrets
from accounts.models import ApiClient, Force
from accounts.services import register_client
from accounts.types import FORCE_SCOPES
from audit.types import Actor
from common.problems import DomainError, Refused
from identity import services


class Command(BaseCommand):
    help = "Make, show, turn over or shut out the client of a force's system."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        make = verbs.add_parser("make", help="a new client; prints its id and its secret")
        make.add_argument("name")
        make.add_argument("--force", required=True, dest="of_force", help="the two-digit code of the force")
        make.add_argument("--scope", action="append", choices=sorted(FORCE_SCOPES), required=True)
        show = verbs.add_parser("show", help="the clients of a force, and their live secrets without the secrets")
        show.add_argument("--force", required=True, dest="of_force")
        rotate = verbs.add_parser("rotate", help="a further secret, printed once; the old one goes on for a while")
        rotate.add_argument("--old-hours", type=int, help="how long the old one goes on (a week if not said)")
        revoke = verbs.add_parser("revoke", help="one secret, or all of them: then the client is shut out")
        which = revoke.add_mutually_exclusive_group(required=True)
        which.add_argument("--secret", type=UUID)
        which.add_argument("--all", action="store_true")
        binding = verbs.add_parser("certificates", help="tokens are good only with the certificate that was shown")
        how = binding.add_mutually_exclusive_group(required=True)
        how.add_argument("--any", action="store_true", help="whichever is shown")
        how.add_argument("--only", nargs="+", type=Path, metavar="FILE", help="one of these (PEM or DER)")
        how.add_argument("--off", action="store_true", help="none is asked for")
        for verb in (rotate, revoke, binding):
            verb.add_argument("client_id")
        for verb in (make, rotate, revoke, binding):
            verb.add_argument("--operator", required=True, help="your own name or staff id: it goes into the trail")

    def handle(self, *args: Any, **options: Any) -> None:
        verbs: dict[str, Callable[[dict[str, Any]], str]] = {
            "make": _make,
            "show": _show,
            "rotate": _rotate,
            "revoke": _revoke,
            "certificates": _bind,
        }
        try:
            self.stdout.write(verbs[options["verb"]](options))
        except Refused as refusal:
            raise CommandError(" ".join(problem.detail for problem in refusal.problems)) from None
        except DomainError as refusal:
            raise CommandError(refusal.detail) from None


def _actor(options: dict[str, Any]) -> Actor:
    return Actor("support", options["operator"][:64])


def _make(options: dict[str, Any]) -> str:
    if not Force.objects.filter(code=options["of_force"]).exists():
        raise CommandError("There is no such force.")
    made = register_client(
        actor=_actor(options), name=options["name"], scopes=options["scope"], force=options["of_force"]
    )
    return f"client_id     {made.client_id}\nclient_secret {made.client_secret}"


def _show(options: dict[str, Any]) -> str:
    lines = []
    for client in ApiClient.objects.filter(force=options["of_force"]).order_by("id"):
        lines.append(f"{client.client_id}  {client.name}  {' '.join(client.allowed_scopes)}")
        if client.certificate_bound:
            lines.append(f"  bound to {' '.join(client.certificates) or 'whichever certificate is shown'}")
        lines += [
            f"  secret {row.id} of {row.created_at:%Y-%m-%d}, last used {row.last_used_at or 'never'},"
            f" ends {row.ends_at or 'never'}"
            for row in live_secrets(client, at=timezone.now())
        ]
    return "\n".join(lines) or "There is none."


def _rotate(options: dict[str, Any]) -> str:
    hours = options["old_hours"]
    end = None if hours is None else timezone.now() + timedelta(hours=hours)
    made = services.add_secret(actor=_actor(options), client_id=options["client_id"], old_ends_at=end)
    return f"client_secret {made.plain}"


def _revoke(options: dict[str, Any]) -> str:
    actor, client_id = _actor(options), options["client_id"]
    if options["all"]:
        return f"{services.revoke_all(actor=actor, client_id=client_id)} revoked: the client is shut out."
    services.revoke_secret(actor=actor, client_id=client_id, secret=options["secret"])
    return "Revoked."


def _bind(options: dict[str, Any]) -> str:
    try:
        named = [thumbprint(path.read_bytes()) for path in options["only"] or ()]
    except (NoCertificate, OSError):
        raise CommandError("A file is missing, or is no certificate.") from None
    services.bind_to_certificates(
        actor=_actor(options), client_id=options["client_id"], bound=not options["off"], certificates=named
    )
    return "\n".join(named) or ("Not bound." if options["off"] else "Bound to whichever certificate is shown.")
