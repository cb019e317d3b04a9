"""What somebody outside can check later: the digests of the days, and a trail that was exported (rule 77)."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from django_q.models import Schedule

from accounts.models import ApiClient
from audit.chain import check_export
from audit.models import DaySeal, Entry, Link
from audit.sealing import chain
from audit.services import record
from audit.types import Actor
from tests.support.api import Apis
from webhooks import tasks
from webhooks.models import Event

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "check_trail.py"
TOMORROW = timedelta(days=1, hours=1)


def act(organisation: str, times: int = 1) -> None:
    for _ in range(times):
        record(
            actor=Actor("officer", "a", organisation),
            action="consultation",
            verb="looked",
            records=["x"],
            reason="pourquoi: é",
        )


@pytest.fixture
def sealed(api: Apis) -> DaySeal:
    """A day with acts of two forces, over and sealed by the worker; two more acts since."""
    act("05", 3)
    act("06", 2)
    with time_machine.travel(timezone.now() + TOMORROW):
        tasks.chain_trail()
    act("05", 2)
    chain()
    return DaySeal.objects.get()


def exported(organisation: str = "05", **changes: Any) -> list[str]:
    out, today = io.StringIO(), timezone.now().date()
    options = {"start": today, "until": today + timedelta(days=3), "recipient": "ICO", "reason": "inquiry 7"}
    call_command("export_trail", organisation, stdout=out, **{"operator": "J. Doe", **options, **changes})
    return out.getvalue().splitlines()


def test_the_digest_of_a_day_is_told_to_anybody(api: Apis, sealed: DaySeal) -> None:
    body = api.nobody.get("public/trail-seals").body
    assert body["results"] == [{"day": str(sealed.day), "digest": sealed.digest}]


def test_days_come_in_pages(api: Apis) -> None:
    for n in range(3):
        DaySeal.objects.create(day=date(2026, 11, 1) + timedelta(days=n), heads={}, digest=str(n))
    first = api.nobody.get("public/trail-seals?limit=2").body
    second = api.nobody.get(f"public/trail-seals?limit=2&cursor={first['next']}").body
    assert [row["digest"] for page in (first, second) for row in page["results"]] == ["0", "1", "2"]
    assert api.nobody.get("public/trail-seals?cursor=x").code == "cursor_invalid"


def test_every_force_with_a_system_is_told_once(api: Apis, sealed: DaySeal) -> None:
    with time_machine.travel(timezone.now() + TOMORROW):
        tasks.chain_trail()
    told = Event.objects.filter(type="trail.sealed").order_by("force_id")
    forces = sorted(set(ApiClient.objects.filter(force__isnull=False).values_list("force_id", flat=True)))
    assert [event.force_id for event in told] == forces
    assert {(event.reference, event.state) for event in told} == {(sealed.digest, str(sealed.day))}
    traces = Entry.objects.filter(verb="seal_published").order_by("recipient")
    assert [entry.recipient for entry in traces] == forces


def test_the_worker_runs_the_task_that_tells(db: None) -> None:
    assert Schedule.objects.get(name="audit chain").func == "webhooks.tasks.chain_trail"


def test_a_history_rewritten_whole_is_found_by_who_kept_the_digest(sealed: DaySeal, tmp_path: Path) -> None:
    """Every row, link and seal made anew to fit: the service alone cannot tell, whoever kept the value can."""
    kept = tmp_path / "kept"
    kept.write_text(f"{sealed.day}  {sealed.digest}\n")
    call_command("verify_trail", published=kept, stdout=io.StringIO())
    _rewrite()
    call_command("verify_trail", stdout=io.StringIO())
    with pytest.raises(CommandError, match=f"the seal of {sealed.day} is not the one that was published"):
        call_command("verify_trail", published=kept, stdout=io.StringIO())


def _rewrite() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("audit_entry", "audit_link", "audit_dayseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    DaySeal.objects.all()._raw_delete("default")
    Link.objects.all()._raw_delete("default")
    Entry.objects.filter(verb="looked").update(reason="because")
    with time_machine.travel(timezone.now() + TOMORROW):
        tasks.chain_trail()


def test_an_export_holds_and_says_how_much_of_it_is_sealed(sealed: DaySeal) -> None:
    found = check_export(exported())
    assert (found.broken, found.days) == ("", {str(sealed.day): sealed.digest})
    assert found.rows == Link.objects.filter(organisation="05").count() == found.sealed + 2


def test_a_part_of_a_chain_holds_by_itself(sealed: DaySeal) -> None:
    """A regulator asks for a week, not for everything there ever was."""
    whole = exported()
    head, first = json.loads(whole[0]), json.loads(whole[1])
    begins = json.dumps({**head, "after": {name: first[name] for name in ("sequence", "digest")}})
    found = check_export([begins, *whole[2:]])
    assert (found.broken, found.rows) == ("", Link.objects.filter(organisation="05").count() - 1)


@pytest.mark.parametrize(
    ("line", "change"),
    [
        (2, {"reason": "because"}),
        (2, {"organisation": "06"}),
        (2, {"sequence": 7}),
        (-1, {"digest": "0" * 64}),
        (0, {"after": {"sequence": 0, "digest": "0" * 64}}),
    ],
)
def test_what_was_changed_on_the_way_is_found(sealed: DaySeal, line: int, change: dict[str, Any]) -> None:
    lines = exported()
    lines[line] = json.dumps({**json.loads(lines[line]), **change})
    assert check_export(lines).broken


def test_a_row_left_out_on_the_way_is_found(sealed: DaySeal) -> None:
    lines = exported()
    del lines[2]
    assert check_export(lines).broken


def checked(*files: Path) -> subprocess.CompletedProcess[str]:
    """The script as a stranger runs it: no site packages, nothing of the environment."""
    command = [sys.executable, "-I", "-S", str(SCRIPT), *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603


def test_whoever_has_python_checks_it(sealed: DaySeal, tmp_path: Path) -> None:
    """Without this service, its settings or its libraries."""
    trail, kept = tmp_path / "trail", tmp_path / "kept"
    trail.write_text("\n".join(exported()), "utf-8")
    for digest, status, words in ((sealed.digest, 0, "as published"), ("0" * 64, 1, "NOT the one")):
        kept.write_text(f"{sealed.day} {digest}\n")
        done = checked(trail, kept)
        assert (done.returncode, words in done.stdout) == (status, True), done.stdout + done.stderr
    trail.write_text("{}")
    assert checked(trail).returncode == 1


def test_an_export_is_a_disclosure_on_the_trail(sealed: DaySeal) -> None:
    """Data Protection Act 2018 s62: who disclosed, and who received."""
    exported()
    row = Entry.objects.get(verb="trail_exported")
    assert (row.action, row.recipient, row.actor, row.organisation) == ("disclosure", "ICO", "J. Doe", "05")


def test_another_forces_rows_are_not_in_it(sealed: DaySeal) -> None:
    rows = [json.loads(line) for line in exported()]
    assert {row["organisation"] for row in rows if "sequence" in row} == {"05"}


def test_a_time_of_which_nothing_is_chained_is_told(sealed: DaySeal) -> None:
    with pytest.raises(CommandError, match="Nothing"):
        exported("43")
