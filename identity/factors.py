"""The keys that second factors rest on. What they are made of is sealed inside the JSON that allauth keeps."""

from __future__ import annotations

import base64

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction

from common.envelope import NotOpened, sealed_by
from database.keys import Rests, resealed

SECRET = "second factor"  # noqa: S105 - what it is sealed for
_PLACES = ("secret", "seed")  # of authenticator apps, of recovery codes


def rests_on() -> Rests:
    """Which master keys, and the authenticators whose key this server does not have."""
    found = Rests("mfa_authenticator.data")
    for row in Authenticator.objects.order_by("id").iterator():
        for sealed in _sealed_in(row).values():
            found.add(row.pk, sealed_by(sealed))
    return found


def rewrap() -> int:
    """Put them under the newest master key; how many were under another. One whose key is missing stays as it is."""
    newest, _ = settings.MASTER_KEYS.newest()
    done = 0
    for pk in Authenticator.objects.order_by("id").values_list("pk", flat=True):
        with transaction.atomic():
            # Held: a recovery code that is used meanwhile is written into the same JSON.
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            old = {name: one for name, one in _sealed_in(row).items() if sealed_by(one) != newest} if row else {}
            try:
                anew = {name: base64.b64encode(resealed(one, SECRET)).decode() for name, one in old.items()}
            except NotOpened:
                continue
            if row and anew:
                row.data = {**row.data, **anew}
                row.save(update_fields=["data"])
                done += len(anew)
    return done


def _sealed_in(row: Authenticator) -> dict[str, bytes]:
    return {name: base64.b64decode(row.data[name]) for name in _PLACES if isinstance(row.data.get(name), str)}
