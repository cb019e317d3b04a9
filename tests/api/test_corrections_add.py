"""POST /victim/reports/{reference}/corrections: adds to what was said, and names by number what was not so."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from breaches.corrections import read_again
from breaches.models import Assessment, Report, ReportPosition
from breaches.queries import places_now
from breaches.replaying import replay_assessment
from common.ids import uuid7
from tests.support.api import Answer, Apis
from tests.support.following import claimed, decided, detail, followed_up, submitted
from tests.support.orders import INSIDE, a_position, a_report

FAR = a_position(longitude=-2.90)
TEXTED = {"channel": "sms", "from": {"kind": "phone", "value": "07700 900123"}, "text": "I see you"}
CALLED = {"channel": "phone_call", "from": {"kind": "phone", "value": "+447700900123"}}
POSTED = {"platform": "instagram", "handle": "@danny.m", "text": "Ama", "about_me": "direct"}


@pytest.fixture
def report(api: Apis, order: str) -> str:
    return submitted(api)


def correct(api: Apis, report: str, **body: Any) -> Answer:
    answer = api.victim.post(f"victim/reports/{report}/corrections", {"text": "I was wrong.", **body})
    assert answer.status == 201, answer.body
    return answer


def facts(report: str) -> Any:
    """What the rules were asked last."""
    return Assessment.objects.filter(report_id=report).latest("assessed_at", "id").question["facts"]


def clause(api: Apis, report: str, number: str) -> dict[str, Any]:
    found = detail(api, report)["assessment"]["findings"]
    return next(f for f in found if f["clause"] == number)


def items(api: Apis, report: str, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = detail(api, report)["current"][name]
    return found


def codes(answer: Answer) -> set[tuple[str, str]]:
    return {(w["pointer"], w["code"]) for w in answer.body["warnings"]}


def test_a_corrected_list_is_added_to_and_nothing_said_before_is_lost(api: Apis, report: str) -> None:
    """The place inside the zone still counts when she remembers another one."""
    correct(api, report, positions=[FAR])
    assert [p["index"] for p in facts(report)["positions"]] == [0, 1]
    assert clause(api, report, "1")["outcome"] == "indicated"
    shown = items(api, report, "positions")
    assert [(p["index"], p["longitude"]) for p in shown] == [(0, INSIDE["longitude"]), (1, -2.90)]
    assert shown[0]["said_in"] is None
    assert shown[1]["said_in"] == detail(api, report)["messages"][0]["id"]


@pytest.mark.parametrize(
    ("name", "first", "more"),
    [("contacts", TEXTED, CALLED), ("social", POSTED, {**POSTED, "text": "AO"}), ("positions", INSIDE, FAR)],
)
def test_each_list_of_facts_is_added_to(api: Apis, order: str, name: str, first: Any, more: Any) -> None:
    report = submitted(api, **{name: [first]})
    correct(api, report, **{name: [more]})
    assert [item["index"] for item in facts(report)[name]] == [0, 1]
    assert [{k: v for k, v in item.items() if k not in ("index", "said_in")} for item in items(api, report, name)] == [
        first,
        more,
    ]


def test_an_item_that_is_named_is_replaced_and_its_number_stays(api: Apis, report: str) -> None:
    correct(api, report, positions=[{**FAR, "replaces": 0}])
    assert [p["index"] for p in facts(report)["positions"]] == [0]
    assert clause(api, report, "1")["location"]["result"] == "outside"
    assert [(p["index"], p["longitude"]) for p in items(api, report, "positions")] == [(0, -2.90)]
    assert detail(api, report)["report"]["positions"] == [INSIDE]


def test_an_item_that_is_struck_counts_no_more_and_its_number_is_nobody_elses(api: Apis, order: str) -> None:
    report = submitted(api, contacts=[TEXTED, CALLED])
    correct(api, report, contacts=[{"strikes": 0}])
    correct(api, report, contacts=[{**TEXTED, "channel": "email"}])
    assert [c["index"] for c in facts(report)["contacts"]] == [1, 2]
    assert [c["index"] for c in items(api, report, "contacts")] == [1, 2]
    assert detail(api, report)["report"]["contacts"] == [TEXTED, CALLED]


def test_numbers_in_one_correction_are_those_of_before_it(api: Apis, order: str) -> None:
    report = submitted(api, contacts=[TEXTED, CALLED])
    correct(api, report, contacts=[{**CALLED, "third_party": True}, {"strikes": 1}, {**TEXTED, "replaces": 0}])
    assert [(c["index"], c["channel"]) for c in items(api, report, "contacts")] == [(0, "sms"), (2, "phone_call")]
    assert [(c["index"], c["third_party"]) for c in facts(report)["contacts"]] == [(0, False), (2, True)]


def test_what_was_struck_can_be_said_again_under_its_number(api: Apis, report: str) -> None:
    correct(api, report, positions=[{"strikes": 0}])
    assert facts(report)["positions"] == []
    correct(api, report, positions=[{**INSIDE, "replaces": 0}])
    assert [p["index"] for p in facts(report)["positions"]] == [0]
    assert clause(api, report, "1")["outcome"] == "indicated"


@pytest.mark.parametrize("number", [1, -1, 10**6, 10**30])
@pytest.mark.parametrize("sign", ["replaces", "strikes"])
def test_a_number_that_is_none_is_a_warning_and_the_item_is_kept(
    api: Apis, report: str, sign: str, number: int
) -> None:
    """Rule 33."""
    answer = correct(api, report, positions=[{**FAR, sign: number}])
    assert (f"/positions/0/{sign}", "index_unknown") in codes(answer)
    assert [p["index"] for p in facts(report)["positions"]] == [0, 1]


def test_two_in_the_place_of_one_are_both_kept(api: Apis, report: str) -> None:
    answer = correct(api, report, positions=[{**FAR, "replaces": 0}, {**INSIDE, "replaces": 0}])
    assert ("/positions/1/replaces", "index_repeated") in codes(answer)
    assert [p["index"] for p in facts(report)["positions"]] == [0, 1]


def test_a_replacement_by_nothing_changes_nothing(api: Apis, report: str) -> None:
    answer = correct(api, report, positions=[{"replaces": 0}])
    assert codes(answer) == {("/positions/0", "item_empty")}
    assert [p["index"] for p in facts(report)["positions"]] == [0]


def test_a_warning_points_into_the_correction_that_was_sent(api: Apis, report: str) -> None:
    swapped = a_position(longitude=53.4, latitude=-2.9)
    answer = correct(api, report, positions=[{"strikes": 0}, swapped], kinds=[{"strikes": 0}, "hovering"])
    assert {("/positions/1/longitude", "coordinates_swapped"), ("/kinds/1", "value_not_recognised")} <= codes(answer)


def test_a_second_correction_builds_on_the_first(api: Apis, report: str) -> None:
    correct(api, report, positions=[FAR], happened={"from": "2026-11-20T19:00:00Z", "to": "2026-11-20T19:30:00Z"})
    correct(api, report, contacts=[TEXTED], happened={"to": "2026-11-20T19:10:00Z"})
    assert (len(facts(report)["positions"]), len(facts(report)["contacts"])) == (2, 1)
    assert facts(report)["interval"] == ["2026-11-20T19:00:00+00:00", "2026-11-20T19:10:00+00:00"]
    assert detail(api, report)["current"]["happened"] == {
        "from": "2026-11-20T19:00:00Z", "to": "2026-11-20T19:10:00Z",
    }  # fmt: skip


def test_happened_is_taken_whole(api: Apis, report: str) -> None:
    """The end said first would lie before the new beginning, and the two be turned round."""
    answer = correct(api, report, happened={"from": "2026-11-20T19:05:00Z"})
    assert answer.body["warnings"] == []
    assert facts(report)["interval"] == ["2026-11-20T19:05:00+00:00"] * 2
    kept = Report.objects.get(id=report)
    assert kept.incident_from == kept.incident_to


def test_a_time_that_cannot_be_read_takes_none_away(api: Apis, report: str) -> None:
    answer = correct(api, report, happened={"from": "half past seven"})
    assert ("/happened/from", "time_unreadable") in codes(answer)
    assert facts(report)["interval"][0] == "2026-11-20T18:05:00+00:00"


@pytest.mark.parametrize(
    ("name", "first", "sent", "wanted"),
    [
        ("kinds", ["exclusion_zone"], ["approach"], ["approach", "exclusion_zone"]),
        ("kinds", ["exclusion_zone"], ["approach", {"strikes": 0}], ["approach"]),
        ("behaviours", ["loitering"], [{"value": "following", "replaces": 0}], ["following"]),
        ("behaviours", ["loitering"], ["following"], ["following", "loitering"]),
    ],
)
def test_kinds_and_behaviours_are_corrected_and_judged(
    api: Apis, order: str, name: str, first: list[str], sent: list[Any], wanted: list[str]
) -> None:
    report = submitted(api, **{name: first})
    correct(api, report, **{name: sent})
    assert facts(report)[name] == wanted
    assert sorted(item["value"] for item in items(api, report, name)) == wanted


def test_a_kind_that_is_added_is_judged(api: Apis, order: str) -> None:
    report = submitted(api, kinds=["other"], behaviours=["other"])
    assert clause(api, report, "5")["outcome"] == "not_applicable"
    correct(api, report, kinds=["approach"])
    assert clause(api, report, "5")["outcome"] == "needs_officer"


def test_witnesses_are_corrected_and_nothing_is_judged(api: Apis, order: str) -> None:
    report = submitted(api, witnesses=[{"name": "B. Ray"}])
    correct(api, report, witnesses=[{"name": "B. Wray", "replaces": 0}, {"name": "C. Fox"}])
    assert [(w["index"], w["name"]) for w in items(api, report, "witnesses")] == [(0, "B. Wray"), (1, "C. Fox")]
    assert len(detail(api, report)["assessments"]) == 1


@pytest.mark.parametrize(
    ("risk", "level"), [("weapon", 2), ("threat_of_violence", 2), ("violence", 2), ("children_present", 3)]
)
def test_a_risk_that_is_said_later_raises_the_report(api: Apis, order: str, risk: str, level: int) -> None:
    report = submitted(api, positions=[], kinds=["other"], behaviours=["other"])
    assert detail(api, report)["priority"] > level
    correct(api, report, risk={risk: True})
    now = detail(api, report)
    assert (now["priority"], risk in now["priority_reasons"], now["current"]["risk"]) == (level, True, {risk: True})


def test_a_risk_that_is_taken_back_lowers_nothing(api: Apis, order: str) -> None:
    """He may hold her telephone: only an officer lowers a report."""
    report = submitted(api, positions=[], kinds=["other"], behaviours=["other"], risk={"weapon": True})
    before = detail(api, report)["priority"]
    correct(api, report, risk={"weapon": False})
    correct(api, report, positions=[FAR])
    now = detail(api, report)
    assert (now["priority"], now["current"]["risk"]) == (before, {"weapon": False})
    assert "weapon" in now["priority_reasons"]
    assert now["report"]["risk"] == {"weapon": True}


def test_the_verdict_on_what_was_merged_is_replayed_from_its_question(api: Apis, report: str) -> None:
    """Rule 51."""
    correct(api, report, positions=[{**FAR, "replaces": 0}], contacts=[TEXTED], kinds=["contact"])
    for assessment in Assessment.objects.filter(report_id=report):
        assert replay_assessment(assessment=assessment).same


def test_more_than_is_judged_is_left_to_an_officer_and_what_was_said_last_is_judged(api: Apis, order: str) -> None:
    report = submitted(api, contacts=[{**CALLED, "third_party": True}] * 500)
    correct(api, report, contacts=[TEXTED])
    assert len(facts(report)["contacts"]) == 500
    assert (facts(report)["contacts"][-1]["index"], facts(report)["left_out"]) == (500, ["contacts"])


@pytest.mark.parametrize("further", [decided, followed_up])
def test_a_correction_changes_no_decision_and_the_officer_is_shown_that_it_came(
    api: Apis, report: str, further: Any
) -> None:
    before = further(api, report).body
    assert before["changed_since_decision"] is False
    correct(api, report, positions=[{**FAR, "replaces": 0}])
    now = detail(api, report)
    assert (now["decisions"], now["changed_since_decision"]) == (before["decisions"], True)


def test_a_correction_in_words_shows_as_a_change_since_the_decision_too(api: Apis, report: str) -> None:
    decided(api, report)
    correct(api, report)
    assert detail(api, report)["changed_since_decision"] is True


def test_what_was_never_decided_has_not_changed_since(api: Apis, report: str) -> None:
    correct(api, report, positions=[FAR])
    assert claimed(api, report).body["changed_since_decision"] is False


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ({"positions": [{"replaces": "0"}]}, {("/positions/0/replaces", "wrong_type")}),
        ({"positions": [{"strikes": True}]}, {("/positions/0/strikes", "wrong_type")}),
        ({"kinds": [5]}, {("/kinds/0", "wrong_type")}),
        ({"kinds": [{"index": 1}]}, {("/kinds/0/index", "unknown_field")}),
        ({"behaviours": ["a\x00"]}, {("/behaviours/0/value", "text_not_storable")}),
        ({"risk": {"weapon": "yes"}}, {("/risk/weapon", "wrong_type")}),
        ({"witnesses": [{"phone": "1"}]}, {("/witnesses/0/phone", "unknown_field")}),
        ({"description": "x"}, {("/description", "unknown_field")}),
    ],
)
def test_what_is_of_another_shape_is_refused(api: Apis, report: str, body: Any, problems: set[tuple[str, str]]) -> None:
    answer = api.victim.post(f"victim/reports/{report}/corrections", {"text": "So.", **body})
    assert (answer.status, answer.codes) == (422, problems)


def test_a_report_takes_no_numbers(api: Apis, order: str) -> None:
    answer = api.victim.post("victim/reports", {"description": "So.", "happened": {"from": "2026-11-20T18:05:00Z"},
                                                "positions": [{**INSIDE, "replaces": 0}]})  # fmt: skip
    assert answer.codes == {("/positions/0/replaces", "unknown_field")}


def test_she_reads_back_what_she_said_and_what_it_says_now(api: Apis, report: str) -> None:
    sent = {"text": "There too.", "positions": [FAR]}
    correct(api, report, **sent)
    own = api.victim.get(f"victim/reports/{report}").body
    assert own["report"]["description"] == "He was standing across the road from my house."
    assert own["report"]["positions"] == [INSIDE]
    assert [p["index"] for p in own["current"]["positions"]] == [0, 1]
    assert own["messages"][0]["correction"] == sent


# ---- nothing said --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["positions", "contacts", "social", "witnesses", "kinds", "behaviours"])
def test_an_item_by_which_nothing_is_said_is_refused_with_its_place(api: Apis, report: str, name: str) -> None:
    """All at once, and nothing is kept."""
    said_nothing: list[Any] = [{}, {"replaces": None}]
    said_nothing += [" ", {"value": ""}] if name in ("kinds", "behaviours") else []
    answer = api.victim.post(f"victim/reports/{report}/corrections", {"text": "I was wrong.", name: said_nothing})
    assert answer.status == 422
    assert answer.codes == {(f"/{name}/{index}", "item_empty") for index in range(len(said_nothing))}
    assert detail(api, report)["messages"] == []


def test_what_holds_nothing_says_nothing_and_false_and_nought_say_something(api: Apis, report: str) -> None:
    body = {
        "text": "Wrong.",
        "contacts": [{"from": {"kind": None}}, {"third_party": False}],
        "positions": [{"width_m": 0}],
    }
    answer = api.victim.post(f"victim/reports/{report}/corrections", body)
    assert (answer.status, answer.codes) == (422, {("/contacts/0", "item_empty")})


def test_with_danger_nothing_is_refused_for_an_empty_item(api: Apis, report: str) -> None:
    """Rule 37."""
    correct(api, report, kinds=[{}], immediate_danger=True)
    assert detail(api, report)["priority"] == 1


def test_an_item_that_was_kept_empty_before_keeps_its_number() -> None:
    read = read_again({"kinds": ["contact"]}, [("a", {"kinds": [{}]}), ("b", {"kinds": ["images"]})])
    assert [slot.value for slot in read.lists["kinds"]] == ["contact", {}, "images"]


NULLS: dict[str, Any] = {
    "immediate_danger": None, "corrects": None, "happened": None, "positions": None, "contacts": None, "social": None,
    "witnesses": None, "kinds": None, "behaviours": None, "risk": None,
}  # fmt: skip


def test_null_is_as_absent_wherever_a_reporter_speaks(api: Apis, report: str) -> None:
    """Rule 33: no report, and nothing that is added to one, is refused for saying that nothing is said."""
    correct(api, report, **NULLS)
    more = {"text": "He came again.", "immediate_danger": None}
    assert api.victim.post(f"victim/reports/{report}/messages", more).status == 201
    for name in ("withdraw", "resume"):
        assert api.victim.post(f"victim/reports/{report}/{name}", {"reason": None}).status == 200
    receipt = api.nobody.post("public/reports", a_report(reported_by={"role": None})).body["receipt"]
    assert api.nobody.post("public/receipts/messages", {"receipt": receipt, **more}).status == 201
    assert [m["immediate_danger"] for m in detail(api, report)["messages"]] == [False, False]
    assert detail(api, report)["messages"][0]["corrects"] is None


def test_null_in_a_safe_contact_is_as_absent(api: Apis) -> None:
    """Rule 74: what was not said is kept as not said, whichever way."""
    names = ("hours", "voicemail", "phone", "email", "code_word", "language", "interpreter", "who_else_sees_device")
    said = {"channels": ["sms"]}
    absent = api.victim.put("victim/safe-contact", said).body["safe_contact"]
    null = api.victim.put("victim/safe-contact", {**said, **dict.fromkeys(names)})
    assert (null.status, null.body["safe_contact"]) == (200, absent)


# ---- where it happened ---------------------------------------------------------------------------------------------


def test_places_put_right_are_kept_beside_those_of_before(api: Apis, report: str) -> None:
    """Each under its number: the newest of a number stands, and the one before it is not lost."""
    correct(api, report, positions=[{**FAR, "replaces": 0}, INSIDE])
    correct(api, report, positions=[{"strikes": 1}])
    rows = ReportPosition.objects.filter(report_id=report).order_by("index", "said_in__sent_at")
    assert [(r.index, round(r.point.x, 2), r.said_in is not None) for r in rows if r.point] == [
        (0, round(FAR["longitude"], 2), True), (0, round(INSIDE["longitude"], 2), False),
        (1, round(INSIDE["longitude"], 2), True),
    ]  # fmt: skip
    places = places_now(Report.objects.get(pk=report))
    assert [round(place.longitude, 2) for place in places] == [-2.90]


def test_one_number_is_said_once_in_one_correction(api: Apis, report: str) -> None:
    row = ReportPosition.objects.filter(report_id=report).values().get()
    with pytest.raises(DatabaseError), transaction.atomic():
        ReportPosition.objects.create(**{**row, "id": uuid7()})
