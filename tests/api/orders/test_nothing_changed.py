"""A correction that changes nothing: PUT records it and says so, an import takes it for a duplicate (docs/adr/0024)."""

from __future__ import annotations

from typing import Any

import pytest

from orders.models import OrderVersion
from tests.api.orders.example import Json
from tests.support.api import Answer, Apis
from tests.support.imports import CSV, NDJSON, a_row, counts, imported, line, ndjson, table, told, warned
from tests.support.orders import EXCLUSION, NO_CONTACT, REFERENCE, ZONE_A, a_condition, an_order
from tests.support.restricted import SUPERVISOR

BOTH = pytest.mark.parametrize("query", ["?dry_run=true", ""], ids=["dry run", "import"])
SLIP: Json = {"kind": "correction", "decided_on": "2026-06-10"}
SAID = {"change_kind": "correction", "change_decided_on": "10/06/2026"}


def put(api: Apis, number: int, *, who: str = "force", **changes: Any) -> Answer:
    answer: Answer = getattr(api, who).put(f"{who}/orders/{REFERENCE}/versions/{number}", an_order(**changes))
    return answer


def codes(answer: Answer) -> list[str]:
    return [warning["code"] for warning in answer.body["warnings"]]


@pytest.mark.parametrize("change", [{}, {"corrects": 1}, {"necessity": "Nothing to see."}], ids=str)
def test_a_correction_that_says_what_is_on_record_is_told(api: Apis, change: Json) -> None:
    put(api, 1)
    answer = put(api, 2, change={**SLIP, **change}, effective_from="2026-03-02T11:30:00Z")
    assert (answer.status, "nothing_changed" in codes(answer)) == (201, True)


CHANGED: dict[str, Json] = {
    "other words": {"conditions": [NO_CONTACT]},
    "another start": {"effective_from": "2026-03-02T12:30:00Z"},
    "he was in court": {"change": {**SLIP, "respondent_present": True}},
    "he was not, where nobody said": {"change": {**SLIP, "respondent_present": False}},
    "a reader": {"restricted": True, "readers": [SUPERVISOR]},
    "another drawer": {"conditions": [a_condition(EXCLUSION, zones=[{**ZONE_A, "drawn_by": {
        "name": "N. Other", "staff_id": "9999"}}])]},
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGED)
def test_a_correction_that_changes_anything_is_a_version(api: Apis, name: str) -> None:
    first: dict[str, Any] = {"conditions": [a_condition(EXCLUSION, zones=[ZONE_A])]}
    put(api, 1, **first)
    answer = put(api, 2, **{**first, "change": SLIP, **CHANGED[name]})
    assert answer.status == 201, answer.body
    assert "nothing_changed" not in codes(answer)


def test_what_was_corrected_can_be_put_back(api: Apis) -> None:
    """The words of version 1 again: they differ from those of its correction, which has its place."""
    put(api, 1)
    put(api, 2, change={**SLIP, "corrects": 1}, conditions=[NO_CONTACT])
    assert "nothing_changed" not in codes(put(api, 3, change={**SLIP, "corrects": 1}))
    assert "nothing_changed" in codes(put(api, 4, change={**SLIP, "corrects": 1}))


def test_the_words_of_the_order_as_made_do_not_repeat_a_variation(api: Apis) -> None:
    """Sent as from the variation's start they would repeal it: that is a change."""
    put(api, 1)
    varied = {"kind": "variation", "decided_on": "2026-06-01", "necessity": "She moved house."}
    put(api, 2, change=varied, effective_from="2026-06-01T10:00:00Z", conditions=[NO_CONTACT])
    assert "nothing_changed" not in codes(put(api, 3, change=SLIP, effective_from="2026-06-01T10:00:00Z"))


def test_an_officer_who_names_no_drawer_says_nothing_new_of_that(api: Apis) -> None:
    zone = {name: value for name, value in ZONE_A.items() if name != "drawn_by"}
    conditions = [a_condition(EXCLUSION, zones=[zone])]
    assert put(api, 1, who="officer", conditions=conditions).status == 201
    answer = put(api, 2, who="officer", conditions=conditions, change=SLIP)
    assert "nothing_changed" in codes(answer)


def test_a_variation_that_says_the_same_is_what_the_court_did(api: Apis) -> None:
    put(api, 1)
    assert put(api, 2, change={**SLIP, "kind": "variation"}, effective_from="2026-06-10T10:00:00Z").status == 201


@BOTH
def test_an_import_takes_it_for_a_duplicate_and_says_so(api: Apis, query: str) -> None:
    imported(api.force, table(a_row()))
    job = imported(api.force, table(a_row(**SAID, effective_from="2026-03-02T00:00:00+00:00")), CSV, query)
    assert counts(job) == {"rows": 1, "versioned": 1}  # the start was not said before, and is another text
    job = imported(
        api.force, ndjson(line("SPO-05-0001-26", _of_row(api), change={**SLIP, "corrects": 1})), NDJSON, query
    )
    assert (counts(job)["rows"], counts(job).get("bad", 0)) == (1, 0)


def _of_row(api: Apis) -> Json:
    return dict(OrderVersion.objects.order_by("number")[0].body)


@BOTH
def test_a_correction_by_the_columns_of_a_file(api: Apis, query: str) -> None:
    """`change_corrects` names the version whose place it takes, as `change.corrects` of PUT does."""
    imported(api.force, table(a_row()))
    varied = a_row(change_kind="variation", change_decided_on="01/06/2026", wording="Varied.", necessity="She moved.")
    imported(api.force, table(varied))
    right = a_row(**SAID, change_corrects="1", wording="As the paper has it.")
    job = imported(api.force, table(right), CSV, query)
    assert counts(job) == {"rows": 1, "versioned": 1}
    assert "later_versions_stand" in {code for _, _, code in warned(api.force, job)}
    if not query:
        newest = OrderVersion.objects.latest("number")
        assert (newest.number, newest.corrects, newest.effective_from.isoformat()[:10]) == (3, 1, "2026-03-02")
        again = imported(
            api.force, table(a_row(**SAID, change_corrects="1", wording="As the paper has it.", radius_m="100.0")), CSV
        )
        assert counts(again) == {"rows": 1, "duplicates": 1}


WRONG: dict[str, tuple[dict[str, str], set[tuple[int, str, str]]]] = {
    "no such version": ({**SAID, "change_corrects": "7"}, {(2, "change_corrects", "corrects_unknown_version")}),
    "itself": ({**SAID, "change_corrects": "2"}, {(2, "change_corrects", "corrects_itself")}),
    "no number": ({**SAID, "change_corrects": "first"}, {(2, "change_corrects", "number_unreadable")}),
    "nought": ({**SAID, "change_corrects": "0"}, {(2, "change_corrects", "out_of_range")}),
    "a variation": (
        {"change_kind": "variation", "change_decided_on": "10/06/2026", "change_corrects": "1"},
        {(2, "change_corrects", "corrects_without_correction")},
    ),
    "no kind of change, and no such version": (
        {"change_corrects": "7"},
        {(2, "change_kind", "change_needed"), (2, "change_corrects", "corrects_unknown_version")},
    ),
}  # fmt: skip


@BOTH
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_number_is_told_by_its_row(api: Apis, name: str, query: str) -> None:
    cells, problems = WRONG[name]
    imported(api.force, table(a_row()))
    job = imported(api.force, table(a_row(**cells, wording="Other words.")), CSV, query)
    assert counts(job) == {"rows": 1, "bad": 1}
    assert told(api.force, job) == problems
