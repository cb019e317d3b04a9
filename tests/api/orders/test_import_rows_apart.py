"""An order is whole wherever its rows stand in a file, or refused whole (issue 13, line 1)."""

from __future__ import annotations

import random
from typing import Any

import pytest

from orders import gathering
from orders.models import ImportPiece, ImportRun, Order, OrderImport, OrderVersion
from orders.services import importing
from tests.support.api import Apis
from tests.support.imports import CSV, NDJSON, ROOT, a_row, counts, errors, imported, line, ndjson, send, table, told
from tests.support.orders import an_order


def row_of(reference: str, code: str, **changes: str) -> dict[str, str]:
    """A row of a zone of somebody's order: each reference is about a respondent of its own."""
    name = f"Pell {reference.casefold()}"
    return a_row(
        reference=reference, zone_code=code, respondent_family_name=name, respondent_phones="", respondent_social="",
        **changes,
    )  # fmt: skip


def zones_of(reference: str) -> list[str]:
    version = OrderVersion.objects.filter(order__reference=reference).order_by("-number").first()
    assert version is not None, reference
    return [zone["code"] for condition in version.body["conditions"] for zone in condition.get("zones") or ()]


def test_an_order_whose_rows_stand_apart_has_the_zones_of_all_of_them(api: Apis) -> None:
    job = imported(api.force, table(row_of("X", "A"), row_of("Y", "A"), row_of("X", "B")))
    assert (counts(job), errors(api.force, job)) == ({"rows": 2, "created": 2}, [])
    assert (zones_of("X"), zones_of("Y")) == (["A", "B"], ["A"])
    assert (ImportRun.objects.count(), ImportPiece.objects.count()) == (0, 0)


def test_an_order_on_record_loses_no_zone_because_its_rows_stand_apart(api: Apis) -> None:
    together = table(row_of("X", "A"), row_of("X", "B"), row_of("Y", "A"))
    assert counts(imported(api.force, together)) == {"rows": 2, "created": 2}
    apart = table(row_of("X", "A"), row_of("Y", "A"), row_of("X", "B"))
    assert counts(imported(api.force, apart)) == {"rows": 2, "duplicates": 2}
    assert OrderVersion.objects.count() == 2


def test_a_dry_run_says_the_same_of_rows_apart(api: Apis) -> None:
    content = table(row_of("X", "A"), row_of("Y", "A"), row_of("X", "B", radius_m="100 m"))
    job = imported(api.force, content, CSV, "?dry_run=true")
    assert (counts(job), told(api.force, job)) == (
        {"rows": 2, "created": 1, "bad": 1},
        {(4, "radius_m", "number_unreadable")},
    )
    assert counts(imported(api.force, content)) == counts(job)
    assert [order.reference for order in Order.objects.all()] == ["Y"]


def test_a_mistake_in_a_row_far_below_keeps_the_whole_order_out(api: Apis) -> None:
    """A row that cannot be split, but whose reference can be made out, is its order's wherever it stands."""
    text = table(row_of("X", "A"), row_of("Y", "A")) + 'X,"never closed\r\n'
    job = imported(api.force, text)
    assert (counts(job), told(api.force, job)) == (
        {"rows": 2, "created": 1, "bad": 1},
        {(4, "", "quote_unbalanced")},
    )


def test_rows_of_one_order_that_disagree_across_a_file_are_told_where_they_stand(api: Apis) -> None:
    job = imported(api.force, table(row_of("X", "A"), row_of("Y", "A"), row_of("X", "B", made_on="03/03/2026")))
    assert told(api.force, job) == {(4, "made_on", "rows_disagree")}


def test_one_order_is_not_two_because_its_reference_is_in_small_letters_further_down(api: Apis) -> None:
    """Rows beside each other and rows apart; the second would be an order without the first one's zone."""
    for between in ([], [row_of("Y", "A")]):
        rows = [row_of("X-1", "A"), *between, row_of("x-1", "B")]
        job = imported(api.force, table(*rows), CSV, "?dry_run=true")
        assert (len(rows), "reference", "reference_spelt_twice") in {
            (row - 1, field, code) for row, field, code in told(api.force, job)
        }
        assert job["bad"] == 1


def test_a_row_whose_order_nobody_can_tell_stops_a_file_in_which_orders_stand_apart(api: Apis) -> None:
    """It may be a zone of any of them. Nothing of the file lands, in a dry run or not."""
    broken = table(row_of("X", "A"), row_of("Y", "A"), row_of("X", "B"), row_of("", "C"))
    for query in ("?dry_run=true", ""):
        job = imported(api.force, broken, CSV, query)
        assert (job["state"], told(api.force, job)) == ("failed", {(5, "", "owner_unknown")})
    assert not Order.objects.exists()
    assert not ImportRun.objects.exists()


def test_in_a_file_whose_orders_stand_together_such_a_row_harms_only_those_beside_it(api: Apis) -> None:
    job = imported(api.force, table(row_of("X", "A"), row_of("", "C"), row_of("Y", "A"), row_of("Z", "A")))
    assert (job["state"], counts(job)) == ("done", {"rows": 4, "created": 2, "bad": 2})


def test_a_thousand_empty_rows_inside_an_order_take_nothing_from_it(api: Apis) -> None:
    first, second = (table(row_of("X", code)).splitlines()[-1] for code in "AB")
    text = table(row_of("X", "A")).splitlines()[0] + f"\r\n{first}\r\n" + "," * 20 + ("\r\n" * 2_500) + f"{second}\r\n"
    assert counts(imported(api.force, text)) == {"rows": 1, "created": 1}
    assert zones_of("X") == ["A", "B"]


def test_line_ends_inside_cells_and_letters_of_two_bytes_keep_their_rows(api: Apis) -> None:
    """Rows are found again by their bytes."""
    rows = [
        row_of("X", "A", wording="Not to enter\r\nthe “place” é, marked A."),
        row_of("Y", "A", wording="é\né"),
        row_of("X", "B", wording=""),
        row_of("Z", "A"),
        row_of("X", "C", wording=""),
    ]
    for number, encoding in enumerate(("utf-8-sig", "utf-16", "cp1252")):
        renamed = [{**row, "reference": f"{row['reference']}{number}"} for row in rows]
        for row in renamed:
            row["respondent_family_name"] += str(number)
        job = imported(api.force, table(*renamed).encode(encoding))
        assert (counts(job), errors(api.force, job)) == ({"rows": 3, "created": 3}, [])
        assert zones_of(f"X{number}") == ["A", "B", "C"]


@pytest.mark.parametrize("reference", ["A-1", "a-1"])
def test_of_two_documents_with_one_reference_none_is_taken(api: Apis, reference: str) -> None:
    """Neither the first nor the last: nobody can say which is right. The rest of the file lands."""
    other = an_order(respondent={"family_name": "Pell", "date_of_birth": "1990-01-31"})
    lines = [line("A-1"), line("A-2", other), line(reference, restricted=True)]
    for query in ("?dry_run=true", ""):
        job = imported(api.force, ndjson(*lines), NDJSON, query)
        assert counts(job) == {"rows": 3, "created": 1, "bad": 2}
        assert told(api.force, job) == {(1, "", "reference_repeated"), (3, "", "reference_repeated")}
    assert [order.reference for order in Order.objects.all()] == ["A-2"]


def interleaved(orders: int, zones: str) -> list[dict[str, str]]:
    """All first zones, then all second ones, as a file sorted by zone has them."""
    return [row_of(f"R-{n}", code, wording="Not to enter.") for code in zones for n in range(orders)]


@pytest.mark.parametrize("shuffled", [False, True])
def test_the_work_may_be_cut_anywhere_and_every_order_is_whole(
    api: Apis, monkeypatch: pytest.MonkeyPatch, *, shuffled: bool
) -> None:
    """Every task does one step and another goes on: in the look through the file and in the work on it."""
    monkeypatch.setattr(importing, "_BATCH", 7)
    monkeypatch.setattr(gathering, "_CHUNK", 11)
    monkeypatch.setattr(gathering, "_WINDOW", 5)
    rows = interleaved(20, "ABC")
    if shuffled:
        random.Random(7).shuffle(rows)
    answer = send(api.force, table(*rows), CSV)
    job, tasks = OrderImport.objects.get(pk=answer.body["id"]), 0
    while job.state in ("queued", "running"):
        importing.work_off(job_id=job.pk, seconds=-1)
        job.refresh_from_db()
        tasks += 1
        shown = api.force.get(f"{ROOT}/{job.pk}").body["percent"]
        assert 0 <= shown <= 100
    assert tasks > 10
    assert (job.state, job.rows, job.created, job.bad) == ("done", 20, 20, 0)
    assert all(sorted(zones_of(f"R-{n}")) == ["A", "B", "C"] for n in range(20))


def test_an_order_with_more_rows_than_one_may_have_is_refused_wherever_they_stand(api: Apis) -> None:
    small = {"reference", "made_on", "respondent_family_name", "protected_1_family_name", "clause", "condition_kind"}
    apart: list[Any] = []
    for number in range(2_050):
        apart += [{"reference": "X", "clause": str(number)}, {"reference": f"Y-{number}", "clause": "1"}]
    job = imported(api.force, table(*apart, columns=sorted(small)), CSV, "?dry_run=true")
    assert (job["state"], job["rows"]) == ("done", 2_051)
    assert (2, "", "order_too_large") in told(api.force, job)


def test_pieces_of_a_file_are_opened_in_any_order(api: Apis) -> None:
    """Rows of one order lie in pieces far from each other, and across the border of two."""
    filler = [row_of(f"F-{n}", "A", wording="w" * 15_000) for n in range(60)]
    ends = [row_of("X", code, wording="x" * 15_000 if code == "A" else "") for code in "ABCDE"]
    rows = [*ends[:1], *filler[:20], *ends[1:2], *filler[20:40], *ends[2:4], *filler[40:], *ends[4:]]
    assert len(table(*rows)) > 3 * 256 * 1024
    assert counts(imported(api.force, table(*rows))) == {"rows": 61, "created": 61}
    assert zones_of("X") == list("ABCDE")
