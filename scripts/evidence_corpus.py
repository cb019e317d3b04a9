"""The corpus of evidence in tests/data/evidence: each file beside what is right of it, and what is read.

The table of docs/evidence.md is made from it by scripts/generated.py; tests/unit/evidence/test_corpus.py compares line
by line. A file that is read otherwise than expected, and says nothing of it, is a silent misreading.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image

from breaches.evidence.chats import NotAChat, read_messages
from breaches.evidence.detect import examine
from breaches.evidence.itself import taken
from breaches.evidence.pictures import opened_picture, viewable
from breaches.evidence.readings import describe_messages, describe_other, make_reading
from breaches.evidence.types import PICTURES, Message, Reading

CORPUS = Path(__file__).resolve().parent.parent / "tests" / "data" / "evidence"
_ENDING = ".expected.json"
_RECEIVED = datetime(2026, 11, 21, 9, tzinfo=UTC)
_NOT_READ = Counter({"kind_not_read": 1})
BEGIN, END = "<!-- table of the corpus: made by scripts/generated.py -->", "<!-- end of the table -->"
# When, who, kind, words, marks: as an expectation writes a message. Of a photograph when, where, the size of its copy.
Line = list[Any]


@dataclass(frozen=True, slots=True)
class Specimen:
    """One file of the corpus: what is right of it (`expected`), and what was read."""

    path: Path
    expected: dict[str, Any]
    platform: str
    reading: Reading
    notes: tuple[str, ...]
    lines: tuple[Line, ...]

    def count_attributed(self) -> int:
        """Messages that have the sender they should have, or none where they should have none."""
        return sum(right[1:3] == read[1:3] for right, read in zip(self.expected["messages"], self.lines, strict=False))

    def is_misread(self) -> bool:
        """Whether anything is read otherwise than it should be."""
        return self.lines != tuple(self.expected["messages"])

    def is_silent(self) -> bool:
        """Whether the reading of it says that all is well."""
        return self.reading.state == "whole" and not self.notes


def read_corpus() -> Iterator[Specimen]:
    """Every file of the corpus, as it is read now."""
    for beside in sorted(CORPUS.glob(f"*{_ENDING}")):
        path = beside.with_name(beside.name.removesuffix(_ENDING))
        expected = json.loads(beside.read_text("utf-8"))
        if expected["media_type"] in PICTURES:
            yield _read_photograph(path, expected)
            continue
        try:
            chat, rows = read_messages(
                io.BytesIO(path.read_bytes()), expected["media_type"], name=path.name, latest_year=2027
            )
            found = tuple(_describe_line(row) for row in rows)
        except NotAChat:
            yield Specimen(path, expected, "", make_reading("unknown", read=0, unread=_NOT_READ), (), ())
            continue
        reading = describe_messages(chat, len(found))
        yield Specimen(path, expected, chat.platform, reading, tuple(sorted(chat.notes)), found)


def _read_photograph(path: Path, expected: dict[str, Any]) -> Specimen:
    content = path.read_bytes()
    found = examine(io.BytesIO(content))
    with opened_picture(io.BytesIO(content)) as image:
        said = taken(image, latest=_RECEIVED)
    copy = Image.open(io.BytesIO(viewable(io.BytesIO(content))))
    notes = (*found.holds, *found.notes, *said.notes, *(("offset_assumed",) if said.offset_assumed else ()))
    place = (
        f"{said.latitude:.5f} {said.longitude:.5f}" if said.latitude is not None and said.longitude is not None else ""
    )
    line: Line = [_describe_time(said.at), place, "picture", f"{copy.width} x {copy.height}", []]
    reading = describe_other(replace(found, notes=notes))
    return Specimen(path, expected, reading.kind, reading, tuple(sorted(notes)), (line,))


def _describe_time(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def _describe_line(row: Message) -> Line:
    return [_describe_time(row.at), "*" if row.own else row.sender, row.kind, row.text, sorted(row.marks)]


def make_table() -> str:
    """The table of docs/evidence.md, with the number of files that are misread in silence below it."""
    found = list(read_corpus())
    rows = [
        "| format | made by | found | read | attributed | told |",
        "|---|---|---:|---:|---:|---|",
        *(_make_row(one) for one in sorted(found, key=lambda one: (one.expected["format"], one.expected["exporter"]))),
    ]
    silent = sum(one.is_misread() and one.is_silent() for one in found)
    misread = sum(one.is_misread() for one in found)
    return "\n".join([*rows, "", f"Files: {len(found)}; misread: {misread}; misread in silence: {silent}."])


def _make_row(one: Specimen) -> str:
    told = [f"`{code}` {count}" if count > 1 else f"`{code}`" for code, count in one.reading.why]
    told += [f"`{code}`" for code in one.notes if code != "local_time_assumed"]
    counts = f"{one.reading.found} | {one.reading.read} | {one.count_attributed()}"
    return f"| {one.expected['format']} | {one.expected['exporter']} | {counts} | {', '.join(told)} |"


def fill_document(document: str) -> str:
    """docs/evidence.md with the table of today in its place."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{make_table()}\n{END}{after}"
