"""A report with evidence goes from phone to case through the API (issue 5, "done when")."""

from __future__ import annotations

import io
from typing import Any

from django_q.models import OrmQ
from django_q.signing import SignedPackage
from PIL import Image

from breaches.evidence.tasks import examine
from tests.support import clamd
from tests.support.api import Api, Apis
from tests.support.evidence import add, begin, fetched, send, sha256
from tests.support.following import followed_up
from tests.support.pictures import with_place

CHAT = b"20/11/2026, 18:31 - +44 7700 900123: I can see you\n"


def opened(officer: Api, path: str, item: str, **said: Any) -> bytes:
    """What an officer gets of an item for a purpose."""
    link = officer.post(f"{path}/evidence/{item}/links", {"purpose": "To decide", "kind": "original", **said})
    assert link.status == 201, link.body
    status, content, headers = fetched(officer, link.body["url"])
    assert (status, headers["X-Evidence-SHA256"]) == (200, sha256(content))
    return content


def test_evidence_goes_from_phone_to_case_with_the_hash_the_same_at_both_ends(
    api: Apis, report: str, scanner: clamd.Fake
) -> None:
    photo = with_place()
    began = begin(api.victim, "victim", len(photo), report=report, filename="house.jpg", sha256=sha256(photo))
    half = len(photo) // 2
    for start, piece in ((0, photo[:half]), (half, photo[half:])):
        assert add(api.victim, began.headers["Location"], start, piece).status == 204
    assert send(api.victim, f"victim/reports/{report}/evidence", CHAT, "chat.txt", sha256=sha256(CHAT)).status == 201

    for row in OrmQ.objects.filter(key="evidence"):
        examine(*SignedPackage.loads(row.payload)["args"])

    [queued] = api.officer.get("officer/reports?queue=review").body["results"]
    assert (queued["reference"], queued["evidence_count"]) == (report, 2)
    assert followed_up(api, queued["id"]).body["state"] == "in_follow_up"
    path = f"officer/reports/{report}"
    items = api.officer.get(f"{path}/evidence").body["results"]
    originals = {item["exhibit"]: item for item in items if item["derived_from"] is None}
    assert {name: (item["sha256"], item["state"]) for name, item in originals.items()} == {
        f"{report}/01": (sha256(photo), "released"),
        f"{report}/02": (sha256(CHAT), "released"),
    }
    assert [opened(api.officer, path, item["id"]) for item in originals.values()] == [photo, CHAT]

    first = originals[f"{report}/01"]["id"]
    with Image.open(io.BytesIO(opened(api.officer, path, first, kind="viewable"))) as copy:
        assert dict(copy.getexif()) == {}
    kept = api.officer.get(f"{path}/evidence/{first}").body
    assert [entry["kind"] for entry in kept["continuity"]] == ["received", "sealed", "released", "exported"]
    assert ({entry["sha256"] for entry in kept["continuity"]}, kept["continuity_whole"]) == ({sha256(photo)}, True)
