"""The corpus of chats, mails and documents: every file of it is read as it should be, and the table says so."""

from __future__ import annotations

import pytest

from breaches.evidence.types import MARKS, WHY_UNREAD
from scripts.evidence_corpus import BEGIN, CORPUS, END, Specimen, fill_document, make_table, read_corpus

FOUND = {one.path.name: one for one in read_corpus()}


@pytest.mark.parametrize("name", sorted(FOUND))
def test_each_file_is_read_as_it_should_be(name: str) -> None:
    one = FOUND[name]
    assert [list(line) for line in one.lines] == one.expected["messages"]
    assert (one.platform, list(one.notes)) == (one.expected["platform"], one.expected["notes"])
    reading = one.reading
    assert one.expected["reading"] == {
        "state": reading.state, "found": reading.found, "read": reading.read, "why": dict(reading.why),
    }  # fmt: skip
    assert {mark for line in one.lines for mark in line[4]} <= MARKS and set(dict(reading.why)) <= set(WHY_UNREAD)


def test_every_file_has_its_expectation_and_none_is_misread_in_silence() -> None:
    beside = {path.name for path in CORPUS.iterdir() if not path.name.endswith(".expected.json")}
    assert beside == set(FOUND)
    assert "misread: 0; misread in silence: 0." in make_table()


def test_the_table_in_the_document_is_the_one_of_today() -> None:
    path = CORPUS.parents[2] / "docs" / "evidence.md"
    document = path.read_text("utf-8")
    assert BEGIN in document and END in document and fill_document(document) == document


def test_a_misreading_that_says_all_is_well_is_counted_as_silent() -> None:
    one = FOUND["telegram-page.html"]
    other = Specimen(one.path, one.expected | {"messages": []}, one.platform, one.reading, one.notes, one.lines)
    assert other.is_misread() and other.is_silent() and not one.is_misread()
