"""What the database keeps of clients' secrets, and the operator's command."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from accounts.models import ApiClient, ClientSecret
from audit.models import Entry
from audit.types import SERVICE
from common.problems import Conflict
from demo.cast import Cast, System
from identity.services import add_secret
from tests.support.api import Api, Apis, Client, token_of
from tests.support.certificates import a_certificate
from webhooks.models import Event


def run(verb: str, *arguments: str, operator: str | None = "J. Doe") -> str:
    out = StringIO()
    call_command("api_client", verb, *arguments, *(["--operator", operator] if operator else []), stdout=out)
    return out.getvalue()


def opens(system: System, secret: str = "") -> bool:
    form = {"grant_type": "client_credentials", "client_id": system.client_id}
    answer = Client().post("/oauth/token/", {**form, "client_secret": secret or system.client_secret})
    return answer.status_code == 200


def test_one_secret_of_a_client_has_no_end(cast: Cast) -> None:
    client = ApiClient.objects.get(client_id=cast.force.client_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClientSecret.objects.create(client=client, hashed="x")
    ended = ClientSecret.objects.create(client=client, hashed="x", ends_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        ClientSecret.objects.filter(pk=ended.pk).update(ends_at=None)


def test_certificates_are_named_only_where_tokens_are_bound(cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiClient.objects.filter(client_id=cast.force.client_id).update(certificates=["x"])


def test_a_secret_kept_by_an_earlier_release_still_opens(cast: Cast) -> None:
    """Those were hashed as passwords are."""
    rows = ClientSecret.objects.filter(client__client_id=cast.force.client_id)
    rows.update(hashed=make_password("from before"))
    assert (opens(cast.force, "from before"), opens(cast.force, "another")) == (True, False)


def test_the_upgrade_takes_secrets_along_and_can_be_undone(committed_cast: tuple[Cast, Apis]) -> None:
    cast, _ = committed_cast
    call_command("migrate", "accounts", "0004", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_apiclient SET client_secret = %s WHERE client_id = %s",
            [make_password("from before"), cast.force.client_id],
        )
    call_command("migrate", verbosity=0)
    row = ApiClient.objects.get(client_id=cast.force.client_id)
    assert (opens(cast.force, "from before"), opens(cast.force)) == (True, False)
    assert "client:manage" in row.allowed_scopes


def test_many_at_once_make_one_secret_more(committed_cast: tuple[Cast, Apis]) -> None:
    cast, _ = committed_cast

    def add(_: int) -> bool:
        try:
            add_secret(actor=SERVICE, client_id=cast.force.client_id)
        except Conflict:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(add, range(8))) == 1
    assert ClientSecret.objects.filter(client__client_id=cast.force.client_id).count() == 2


def test_a_client_is_made_and_opens(cast: Cast) -> None:
    lines = run("make", "records system", "--force", "05", "--scope", "orders:read", "--scope", "client:manage")
    client_id, secret = (line.split()[1] for line in lines.splitlines())
    made = System("05", client_id, secret)
    assert Api(token_of(made)).get("force/client").body["token_scopes"] == ["orders:read"]
    assert Entry.objects.filter(verb="client_registered", actor="J. Doe", record_ids=[client_id]).exists()
    assert secret not in run("show", "--force", "05", operator=None)


def test_the_operator_turns_a_lost_secret_over(cast: Cast) -> None:
    new = run("rotate", cast.force.client_id, "--old-hours", "1").split()[1]
    assert (opens(cast.force), opens(cast.force, new)) == (True, True)
    ends = ClientSecret.objects.get(client__client_id=cast.force.client_id, ends_at__isnull=False).ends_at
    assert ends and ends < timezone.now() + timedelta(hours=1)


def test_a_client_is_shut_out_at_once_with_its_tokens(cast: Cast) -> None:
    own = Api(token_of(cast.force))
    new = run("rotate", cast.force.client_id).split()[1]
    assert run("revoke", cast.force.client_id, "--all").startswith("2 revoked")
    assert (opens(cast.force), opens(cast.force, new), own.get("force/client").status) == (False, False, 401)
    assert Event.objects.filter(type="client.secret_revoked", force="05").count() == 2
    again = run("rotate", cast.force.client_id).split()[1]
    assert opens(cast.force, again)


def test_one_secret_is_revoked_by_its_id(cast: Cast) -> None:
    run("rotate", cast.force.client_id)
    old = ClientSecret.objects.get(client__client_id=cast.force.client_id, ends_at__isnull=False)
    run("revoke", cast.force.client_id, "--secret", str(old.id))
    assert not opens(cast.force)


def test_tokens_are_bound_and_let_go(cast: Cast, tmp_path: Path) -> None:
    one, other = a_certificate(), a_certificate("another")
    (tmp_path / "one.pem").write_bytes(one.pem)
    (tmp_path / "other.der").write_bytes(other.der)
    named = run("certificates", cast.force.client_id, "--only", str(tmp_path / "one.pem"), str(tmp_path / "other.der"))
    row = ApiClient.objects.get(client_id=cast.force.client_id)
    assert (row.certificate_bound, set(row.certificates)) == (True, {one.thumbprint, other.thumbprint})
    assert set(named.split()) == {one.thumbprint, other.thumbprint}
    assert not opens(cast.force)
    assert one.thumbprint in run("show", "--force", "05", operator=None)
    run("certificates", cast.force.client_id, "--off")
    assert opens(cast.force)
    states = Event.objects.filter(type="client.certificates_changed").order_by("id").values_list("state", flat=True)
    assert list(states) == ["bound", "not_bound"]


REFUSED: list[Any] = [
    ("make", "x", "--force", "99", "--scope", "orders:read"),
    ("make", "x", "--force", "05", "--scope", "everything"),
    ("rotate", "nobody"),
    ("revoke", "nobody", "--all"),
    ("certificates", "nobody", "--any"),
    ("revoke", "nobody"),
]


@pytest.mark.parametrize("arguments", REFUSED)
def test_a_mistake_is_told_and_changes_nothing(cast: Cast, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run(*arguments)
    assert not Entry.objects.filter(actor="J. Doe").exists()


def test_bounds_hold_for_the_operator_too(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="days away"):
        run("rotate", cast.force.client_id, "--old-hours", "10000")
    with pytest.raises(CommandError, match="no certificate"):
        run("certificates", cast.force.client_id, "--only", str(tmp_path / "none.pem"))
    only = ClientSecret.objects.get(client__client_id=cast.force.client_id)
    with pytest.raises(CommandError, match="only secret"):
        run("revoke", cast.force.client_id, "--secret", str(only.id))
