"""Files of the corpus cut short and altered, always at the same places: nothing raises, what can be seen is told."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from breaches.evidence.chats import NotAChat, read_messages
from breaches.evidence.readings import describe_messages
from breaches.evidence.types import PICTURES, Reading
from scripts.evidence_corpus import CORPUS

NAMES = sorted(path.name.removesuffix(".expected.json") for path in CORPUS.glob("*.expected.json"))
PLACES = 5


def read_spoilt(path: Path, raw: bytes, media_type: str) -> Reading | None:
    with suppress(NotAChat):
        chat, rows = read_messages(io.BytesIO(raw), media_type, name=path.name, latest_year=2027)
        return describe_messages(chat, len(list(rows)))
    return None


def spoil(raw: bytes) -> Iterator[bytes]:
    for number in range(PLACES):
        at = max(1, len(raw) * (2 * number + 1) // (2 * PLACES))
        yield raw[:at]
        yield raw[:at] + bytes([raw[at] ^ 0x55]) + raw[at + 1 :]
        yield raw[:at] + raw[at + 40 :]
        yield raw[:at] + bytes(16) + raw[at + 16 :]


@pytest.mark.parametrize("name", [name for name in NAMES if not name.endswith(".pdf")])
def test_no_damage_to_a_file_raises(name: str) -> None:
    path = CORPUS / name
    expected = json.loads((CORPUS / f"{name}.expected.json").read_text("utf-8"))
    if expected["media_type"] not in PICTURES:
        for spoilt in spoil(path.read_bytes()):
            read_spoilt(path, spoilt, expected["media_type"])


@pytest.mark.parametrize(
    "name",
    [n for n in NAMES if n.endswith((".json", ".jsonl", ".xml", ".html", ".msg", "imazing.csv"))],
)
def test_a_file_with_an_end_of_its_own_that_is_cut_is_never_whole(name: str) -> None:
    """JSON, XML and pages say where they end, rows of a table how long they are; but for a cut where one ends."""
    path = CORPUS / name
    expected = json.loads((CORPUS / f"{name}.expected.json").read_text("utf-8"))
    raw = path.read_bytes().rstrip()
    for number in range(1, 12):
        at = len(raw) * number // 12
        if raw[at - 1 : at + 1].count(b"\n") or raw[:at].rstrip()[-1:] in b"}]":
            continue  # between two rows, or two brackets, nobody can know
        found = read_spoilt(path, raw[:at], expected["media_type"])
        assert found is None or found.state != "whole" or found.read >= expected["reading"]["read"], at


def test_an_account_that_is_cut_between_two_chats_says_so() -> None:
    row = '{"id": 1, "type": "message", "date_unixtime": "1795199460", "from": "Danny", "from_id": "u", "text": "x"}'
    whole = '{"chats": {"list": [{"messages": [%s]}, {"name": "b", "messages": [%s]}]}}' % (row, row)  # noqa: UP031
    at = whole.index('"b"')
    for end in (at, at + 4, whole.index("]", 40) + 1):
        found = read_spoilt(Path("result.json"), whole[:end].encode(), "application/json")
        assert found is not None and (found.state == "part" or whole[end - 1] == "]")
    spoilt = whole.replace('"x"}]}, {"name"', '"x"}] 7 {"name"')
    assert (found := read_spoilt(Path("result.json"), spoilt.encode(), "")) is not None and found.state == "part"


def test_a_member_without_a_name_ends_no_archive() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("_chat.txt", "20/11/2026, 18:31 - Danny: x\n")
        archive.writestr("note", "y")
    raw = packed.getvalue().replace(b"note", b"\0\0\0\0")
    found = read_spoilt(Path("a.zip"), raw, "application/zip")
    assert found is not None and found.read == 1
