"""Similar reports are suggested as linked, linked and unlinked by a named officer, and never merged."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import Entry
from breaches.models import LinkAct, Report
from tests.support.api import Answer, Apis
from tests.support.following import detail, submitted
from tests.support.orders import a_position, a_report

WHY = "The same evening, told twice."
ELSEWHERE: dict[str, Any] = {
    "description": "A message came that frightened me very much.",
    "positions": [a_position(longitude=-2.90)],
}
LATER = {"from": "2026-11-25T18:05:00+00:00", "to": "2026-11-25T18:20:00+00:00"}


@pytest.fixture
def pair(api: Apis, order: str) -> tuple[str, str]:
    return submitted(api), submitted(api)


def elsewhere(api: Apis) -> str:
    """A report in another force's queue, of somebody whom no order protects."""
    return str(api.other_victim.post("victim/reports", a_report(order=None, force="06")).body["id"])


def act(api: Apis, one: str, name: str, other: str, **headers: str) -> Answer:
    return api.officer.post(f"officer/reports/{one}/{name}", {"report": other, "reason": WHY}, **headers)


def links(api: Apis, report: str) -> list[tuple[str, str]]:
    return [(link["id"], link["status"]) for link in detail(api, report)["links"]]


def counts(api: Apis) -> dict[str, int]:
    return {row["id"]: row["linked_count"] for row in api.officer.get("officer/reports").body["results"]}


def test_a_similar_report_is_suggested_and_both_stay_rule_39(api: Apis, pair: tuple[str, str]) -> None:
    """Rule 39, trap 14: submissions are deduplicated, events never."""
    one, other = pair
    assert (links(api, one), links(api, other)) == ([(other, "suggested")], [(one, "suggested")])
    assert detail(api, one)["links"][0]["grounds"] == ["same_words", "same_place"]
    assert (Report.objects.count(), set(counts(api).values())) == (2, {0})


@pytest.mark.parametrize(
    ("changes", "grounds"),
    [
        (ELSEWHERE, None),
        ({"happened": LATER}, None),
        ({**ELSEWHERE, "description": "He was standing ACROSS the road, from my house!"}, ["same_words"]),
        ({"description": "Him again."}, ["same_place"]),
        ({"positions": [a_position(subject="reporter")], "description": "I was there."}, None),
        ({"order": None}, ["same_words", "same_place"]),
    ],
    ids=["another", "later", "words", "place", "whose", "no order"],
)
def test_what_is_suggested(api: Apis, order: str, changes: dict[str, Any], grounds: list[str] | None) -> None:
    one = submitted(api)
    submitted(api, **changes)
    assert [link["grounds"] for link in detail(api, one)["links"]] == ([grounds] if grounds else [])


def test_a_report_without_an_account_is_suggested_too(api: Apis, order: str) -> None:
    one = submitted(api)
    api.nobody.post("public/reports", a_report())
    assert [link["status"] for link in detail(api, one)["links"]] == ["suggested"]


def test_another_forces_report_is_never_suggested(api: Apis, order: str) -> None:
    """Rule 80."""
    one = submitted(api)
    elsewhere(api)
    assert links(api, one) == []


def test_linked_by_a_named_officer_with_a_reason_and_undone_again(api: Apis, pair: tuple[str, str]) -> None:
    one, other = pair
    (link,) = act(api, one, "link", other).body["links"]
    assert (link["status"], link["by"], link["reason"]) == ("linked", "4401", WHY)
    assert (links(api, other), counts(api)) == ([(one, "linked")], {one: 1, other: 1})
    act(api, other, "unlink", one)
    assert (links(api, one), set(counts(api).values())) == ([], {0})
    act(api, one, "link", other)
    assert counts(api) == {one: 1, other: 1}


def test_every_act_is_kept_and_one_said_twice_is_written_once(api: Apis, pair: tuple[str, str]) -> None:
    one, other = pair
    for name in ("link", "link", "unlink", "unlink"):
        assert act(api, one, name, other).status == 200
    assert list(LinkAct.objects.order_by("at").values_list("act", flat=True)) == ["linked", "unlinked"]
    found = Entry.objects.filter(record_ids__contains=[other]).exclude(action="collection").order_by("id")
    assert [(e.verb, e.action) for e in found] == [
        ("report_linked", "combination"),
        ("report_unlinked", "alteration"),
    ]


def test_a_suggestion_that_was_refused_does_not_come_again(api: Apis, pair: tuple[str, str]) -> None:
    one, other = pair
    act(api, one, "unlink", other)
    assert (links(api, one), links(api, other)) == ([], [])


def test_another_report_may_be_named_by_its_reference(api: Apis, pair: tuple[str, str]) -> None:
    one, other = pair
    assert act(api, one, "link", detail(api, other)["reference"]).body["links"][0]["id"] == other


def test_both_have_changed_for_whoever_saw_them_before(api: Apis, pair: tuple[str, str]) -> None:
    one, other = pair
    tags = [api.officer.get(f"officer/reports/{report}").etag for report in pair]
    act(api, one, "link", other, If_Match=tags[0])
    assert act(api, other, "unlink", one, If_Match=tags[1]).status == 412


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ({}, {("/report", "required"), ("/reason", "required")}),
        ({"report": "R-NONE", "reason": WHY}, {("/report", "report_not_known")}),
        ({"report": "\u202e", "reason": ""}, {("/reason", "too_short")}),
    ],
)
@pytest.mark.parametrize("name", ["link", "unlink"])
def test_what_is_refused(api: Apis, pair: tuple[str, str], name: str, body: Any, problems: set[Any]) -> None:
    answer = api.officer.post(f"officer/reports/{pair[0]}/{name}", body)
    assert (answer.status, answer.codes) == (422, problems)


def test_another_forces_report_and_itself_cannot_be_named(api: Apis, order: str) -> None:
    one, theirs = submitted(api), elsewhere(api)
    assert act(api, one, "link", theirs).codes == {("/report", "report_not_known")}
    assert act(api, one, "link", one).codes == {("/report", "same_report")}
    assert not LinkAct.objects.exists()
