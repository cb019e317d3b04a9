"""Where sealed bytes lie: a folder or a bucket, put whole or not at all, and what a crash leaves behind."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import LazySettings
from moto.server import ThreadedMotoServer
from storages.backends.s3 import S3Storage

from breaches.evidence import queries, storage, tidying, tus
from breaches.evidence.models import EvidenceItem
from breaches.evidence.sealing import Arrival, Opened, digest_of
from breaches.evidence.storage import Bucket, Folder, NotThere, Store, Unavailable, store
from breaches.evidence.types import Part
from common.envelope import NotOpened
from tests.integration.evidence.conftest import Send
from tests.support.api import Apis
from tests.support.evidence import add, begin, fetched, send, sha256, stored
from tests.support.pictures import with_place

CONTENT = bytes(i % 253 for i in range(700_000))


@pytest.fixture
def bucket(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An S3-compatible store on loopback, with an empty bucket that the settings name."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    settings.EVIDENCE_S3 = {
        "endpoint_url": f"http://{host}:{port}",
        "region_name": "eu-west-2",
        "access_key": "of no use",
        "secret_key": "of no use either",
    }
    settings.EVIDENCE_BUCKET = f"evidence-{uuid4()}"  # moto keeps its buckets in the process
    S3Storage(bucket_name=settings.EVIDENCE_BUCKET, **settings.EVIDENCE_S3).connection.create_bucket(
        Bucket=settings.EVIDENCE_BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"}
    )
    try:
        yield settings.EVIDENCE_BUCKET
    finally:
        storage._bucket.cache_clear()
        server.stop()


def put(content: bytes = CONTENT) -> Part:
    arrival = Arrival()
    arrival.write(content)
    part = arrival.finish()
    arrival.place()
    return part


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest) -> Store:
    if request.param == "bucket":
        request.getfixturevalue("bucket")
    return store()


def test_the_settings_say_which_it_is(place: Store, settings: LazySettings) -> None:
    assert isinstance(place, Bucket if settings.EVIDENCE_BUCKET else Folder)


def test_what_is_put_is_there_and_nothing_is_left_beside_it(place: Store) -> None:
    source = Opened([put()])
    assert (digest_of(source), source.length) == (sha256(CONTENT), len(CONTENT))
    assert list(storage.receiving().iterdir()) == []


@pytest.mark.parametrize("cuts", [(), (1, 262_145, 600_000)], ids=["one object", "several"])
def test_it_is_read_from_anywhere(place: Store, cuts: tuple[int, ...]) -> None:
    source = Opened([put(CONTENT[start:end]) for start, end in pairwise((0, *cuts, len(CONTENT)))])
    for start, length in ((0, 10), (262_140, 10), (524_288, 100), (699_990, 50), (700_000, 1), (900_000, 1)):
        source.seek(start)
        found = b"".join(iter(lambda left=length: source.read(left), b""))[:length]  # type: ignore[misc]
        assert found == CONTENT[start : start + length]


def test_an_object_that_is_longer_or_shorter_than_its_row_says_does_not_open(place: Store) -> None:
    """What was added after the end is no part of what was received."""
    part = put()
    for size in (len(CONTENT) - 1, len(CONTENT) + 1):
        with pytest.raises(NotOpened):
            Opened([replace(part, size=size)]).read(1)


def test_what_is_not_there_is_not_there(place: Store) -> None:
    put()
    with pytest.raises(NotThere):
        place.size("0" * 32)
    with pytest.raises(NotThere):
        place.read("0" * 32, 0, 1)
    place.remove("0" * 32)


@pytest.mark.parametrize("key", ["", "../x", "a" * 31, "A" * 32, "0" * 31 + "/", "0" * 32 + "\n"])
def test_no_other_name_is_ever_a_path(place: Store, key: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        place.read(key, 0, 1)


def test_what_lies_there_is_never_replaced() -> None:
    first = put()
    again = Arrival()
    again.write(b"another")
    again.finish()
    with pytest.raises(FileExistsError):
        store().put(first.key, again.path)


def test_only_strays_that_are_old_enough_are_swept(place: Store, looked_at: Send) -> None:
    item = looked_at(with_place())
    stray, unfinished = put(), storage.receiving() / ("0" * 32)
    unfinished.write_bytes(b"cut")
    for path in stored():
        os.utime(path, (time.time() - 7200,) * 2)
    assert tidying.remove_strays(before=datetime.now(UTC) - timedelta(days=3)) == 0
    assert tidying.remove_strays(before=datetime.now(UTC) + timedelta(minutes=1)) == 2
    with pytest.raises(NotThere):
        store().size(stray.key)
    assert not unfinished.exists()
    assert digest_of(Opened(queries.parts_of(item))) == item.sha256


def test_the_whole_way_through_a_bucket(api: Apis, bucket: str, looked_at: Send, report: str) -> None:
    content = with_place()
    item = looked_at(content)
    assert stored() == []
    where = f"officer/reports/{report}/evidence/{item.id}/links"
    url = api.officer.post(where, {"purpose": "To look", "kind": "original"}).body["url"]
    assert fetched(api.officer, url)[1] == content
    assert item.derivatives.count() == 1


def test_an_upload_goes_into_a_bucket_piece_by_piece(
    api: Apis, bucket: str, report: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any web server can go on with it: nothing of it lies on one machine."""
    monkeypatch.setattr(tus, "_PIECE", 200_000)
    monkeypatch.setattr(tus, "_SHORTEST", 60_000)
    where = begin(api.victim, "victim", len(CONTENT), report=report, sha256=sha256(CONTENT)).headers["Location"]
    for start, end in ((0, 450_000), (450_000, 700_000)):
        assert add(api.victim, where, start, CONTENT[start:end]).status == 204
    item = EvidenceItem.objects.get()
    assert digest_of(Opened(queries.parts_of(item))) == item.sha256
    later = datetime.now(UTC) + timedelta(minutes=1)
    kept = set(item.upload.pieces.values_list("key", flat=True))
    assert (set(store().older_than(later)), len(kept), stored()) == (kept, 4, [])


def test_a_store_that_is_down_refuses_nothing_half(api: Apis, bucket: str, report: str, settings: LazySettings) -> None:
    """The sender is told; nothing is an item, and nothing is left."""
    settings.EVIDENCE_BUCKET = "no-such-bucket"
    answer = send(api.victim, f"victim/reports/{report}/evidence", CONTENT)
    assert (answer.status, answer.code) == (409, "store_unavailable")
    assert (EvidenceItem.objects.count(), stored()) == (0, [])


def test_without_its_bucket_no_object_is_said_to_be_missing(bucket: str, settings: LazySettings) -> None:
    part = put()
    settings.EVIDENCE_BUCKET = "no-such-bucket"
    with pytest.raises(Unavailable):
        store().size(part.key)
    with pytest.raises(Unavailable):
        store().read(part.key, 0, 1)


def test_folders_are_for_this_service_only(tmp_path: Path, settings: LazySettings) -> None:
    settings.EVIDENCE_DIR = tmp_path / "new"
    put()
    folders = [path for path in (tmp_path / "new", *(tmp_path / "new").rglob("*")) if path.is_dir()]
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}
