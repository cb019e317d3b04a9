"""RFC 3161: where the settings name an authority, an original has its timestamp; elsewhere nothing is asked."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.db import DatabaseError, transaction
from django.utils import timezone
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from breaches.evidence.models import EvidenceItem, EvidenceTimestamp
from breaches.evidence.tasks import stamp, sweep
from tests.support import tsa
from tests.support.api import Apis
from tests.support.evidence import picture, send, sha256

CONTENT = picture()
_OVERDUE = "evidence_stamps_overdue"


@pytest.fixture
def authority(settings: LazySettings, tmp_path: Path) -> Iterator[tsa.Authority]:
    made = tsa.Authority(tmp_path / "tsa")
    with tsa.serving(made) as url:
        settings.EVIDENCE_TSA_URL, settings.EVIDENCE_TSA_ROOTS = url, str(made.roots)
        yield made


@pytest.fixture
def item(api: Apis, report: str) -> str:
    return str(send(api.victim, f"victim/reports/{report}/evidence", CONTENT).body["id"])


def test_an_original_is_timestamped_and_anybody_can_verify_it(
    api: Apis, report: str, item: str, authority: tsa.Authority, tmp_path: Path
) -> None:
    """With openssl, the authority's root and the digest of the file: nothing of ours is needed."""
    stamp(item)
    told = api.officer.get(f"officer/reports/{report}/evidence/{item}").body["timestamp"]
    assert (told["authority"], bool(told["at"])) == ("127.0.0.1", True)
    (tmp_path / "answer").write_bytes(base64.b64decode(told["token"]))
    (tmp_path / "digest").write_text(sha256(CONTENT))
    command = ["openssl", "ts", "-verify", "-in", str(tmp_path / "answer"), "-data", str(tmp_path / "digest"),
               "-CAfile", str(authority.roots)]  # fmt: skip
    done = subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - our own command
    assert done.returncode == 0, done.stderr


def test_it_is_asked_for_once_by_the_cluster_that_may_speak_to_others(item: str, authority: tsa.Authority) -> None:
    OrmQ.objects.all().delete()
    sweep()
    tasks = [SignedPackage.loads(row.payload) for row in OrmQ.objects.filter(key="outbox")]
    assert [(task["func"], task["args"]) for task in tasks] == [("breaches.evidence.tasks.stamp", (item,))]
    stamp(item)
    stamp(item)
    OrmQ.objects.all().delete()
    sweep()
    assert (authority.asked, OrmQ.objects.filter(key="outbox").count()) == (1, 0)


def test_an_answer_to_another_question_is_no_timestamp(item: str, authority: tsa.Authority) -> None:
    authority.spoilt = True
    stamp(item)
    assert (authority.asked, EvidenceTimestamp.objects.count()) == (1, 0)


def test_an_answer_that_no_root_of_ours_vouches_for_is_none(
    item: str, authority: tsa.Authority, settings: LazySettings, tmp_path: Path
) -> None:
    settings.EVIDENCE_TSA_ROOTS = str(tsa.Authority(tmp_path / "another").roots)
    stamp(item)
    assert (authority.asked, EvidenceTimestamp.objects.count()) == (1, 0)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "https://169.254.169.254/", "nonsense"])
def test_an_authority_that_is_down_keeps_nobody_waiting(
    item: str, authority: tsa.Authority, settings: LazySettings, url: str
) -> None:
    settings.EVIDENCE_TSA_URL = url
    stamp(item)
    assert (authority.asked, EvidenceItem.objects.get(id=item).state) == (0, "quarantined")


def test_nothing_is_asked_where_no_authority_is_named(item: str) -> None:
    OrmQ.objects.all().delete()
    sweep()
    stamp(item)
    assert (OrmQ.objects.filter(key="outbox").count(), EvidenceTimestamp.objects.count()) == (0, 0)


def test_the_database_keeps_a_timestamp_as_it_came(item: str, authority: tsa.Authority) -> None:
    stamp(item)
    for act in (
        lambda: EvidenceTimestamp.objects.update(authority="x"),
        lambda: EvidenceTimestamp.objects.all()._raw_delete("default"),
        lambda: EvidenceTimestamp(item_id=item, token=b"").save(force_insert=True),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def told(api: Apis, report: str, item: str) -> dict[str, Any]:
    said: dict[str, Any] = api.officer.get(f"officer/reports/{report}/evidence/{item}").body["timestamping"]
    return said


def later(hours: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(hours=hours), tick=False)


def test_what_has_no_timestamp_says_so_and_why(
    api: Apis, report: str, item: str, authority: tsa.Authority, settings: LazySettings, tmp_path: Path
) -> None:
    """Each reason by its code, and when it is tried again; once it is stamped the reason is gone."""
    assert told(api, report, item)["state"] == "waiting"
    url, roots = settings.EVIDENCE_TSA_URL, settings.EVIDENCE_TSA_ROOTS
    with later(0):
        settings.EVIDENCE_TSA_ROOTS = str(tmp_path / "nowhere.pem")
        stamp(item)
        said = told(api, report, item)
    assert (said["state"], said["why"], said["tries"], authority.asked) == ("failing", "roots_unreadable", 1, 0)
    settings.EVIDENCE_TSA_ROOTS, settings.EVIDENCE_TSA_URL = roots, "http://127.0.0.1:1/"
    with later(1):
        stamp(item)
        said = told(api, report, item)
    assert (said["state"], said["why"], said["tries"]) == ("failing", "authority_away", 2)
    assert said["next_try_at"] > said["last_tried_at"]
    settings.EVIDENCE_TSA_URL, authority.spoilt = url, True
    with later(2):
        stamp(item)
        assert told(api, report, item)["why"] == "answer_not_proven"
    authority.spoilt = False
    with later(3):
        stamp(item)
        said = told(api, report, item)
    assert (said["state"], said["why"], said["next_try_at"]) == ("stamped", None, None)


def test_an_authority_that_is_away_is_asked_about_one_item_until_it_is_back(
    api: Apis, report: str, item: str, authority: tsa.Authority, settings: LazySettings
) -> None:
    """Two hundred that each wait for it would keep webhooks waiting, which go out from the same cluster."""
    for name in ("one.jpg", "two.jpg"):
        send(api.victim, f"victim/reports/{report}/evidence", CONTENT, name)
    url, settings.EVIDENCE_TSA_URL = settings.EVIDENCE_TSA_URL, "http://127.0.0.1:1/"
    stamp(item)
    OrmQ.objects.all().delete()
    with later(0.01):
        sweep()
        assert OrmQ.objects.filter(key="outbox").count() == 1
    settings.EVIDENCE_TSA_URL = url
    with later(0.2):
        stamp(item)
        OrmQ.objects.all().delete()
        sweep()
        assert OrmQ.objects.filter(key="outbox").count() == 2


def test_evidence_without_a_timestamp_after_an_hour_raises_an_alarm(
    item: str, authority: tsa.Authority, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever the reason, also where nobody asked: a worker without its rights leaves no other trace."""

    def alarms() -> list[Any]:
        return [getattr(row, "ids", None) for row in caplog.records if getattr(row, "event", "") == _OVERDUE]

    sweep()
    assert alarms() == []
    with later(1.1):
        sweep()
        assert alarms() == [[item]]
        stamp(item)
        sweep()
        assert alarms() == [[item]]
