"""GET /public/support: who helps, for a person's area; and the help named in advice."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from breaches.support import directory
from tests.support.api import Apis
from tests.support.orders import a_report

ROOT = Path(__file__).resolve().parents[2]


def test_merseyside_has_the_nations_and_its_own(api: Apis) -> None:
    answer = api.nobody.get("public/support?area=05")
    assert answer.body["area"] == "05"
    assert [(s["kind"], s["phone"]) for s in answer.body["services"]] == [
        ("emergency", "999"),
        ("non_emergency", "101"),
        ("helpline", "0808 802 0300"),
        ("helpline", None),
        ("commissioned", "07802 722703"),
        ("commissioned", "0808 175 3080"),
    ]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", s["reviewed_on"]) and s["source"] for s in answer.body["services"])


@pytest.mark.parametrize(
    "area", ["", "?area=", "?area=99", "?area=%00", "?area=05%00", "?area=xx", "?area=" + "5" * 99]
)
def test_an_area_that_is_none_has_the_nations_only(api: Apis, area: str) -> None:
    answer = api.nobody.get(f"public/support{area}")
    assert (answer.status, answer.body["area"]) == (200, None)
    assert {s["kind"] for s in answer.body["services"]} == {"emergency", "non_emergency", "helpline"}


def test_a_force_without_services_of_its_own_has_the_nations(api: Apis) -> None:
    answer = api.nobody.get("public/support?area=06")
    assert (answer.body["area"], len(answer.body["services"])) == ("06", 4)


def test_advice_names_the_help_of_the_area_that_the_report_goes_to(api: Apis, order: str) -> None:
    here = json.dumps(api.victim.post("victim/reports", a_report()).body["advice"])
    there = json.dumps(api.other_victim.post("victim/reports", a_report(order=None, force="06")).body["advice"])
    assert "0808 802 0300" in here and "0808 175 3080" in here
    assert "0808 802 0300" in there and "0808 175 3080" not in there


def test_numbers_are_data_and_never_code() -> None:
    """Issue 5: a number that changes is a row that changes."""
    numbers = {s.phone for s in directory().for_area("05")} - {"", "999", "101"}
    sources = [path.read_text("utf-8") for path in (ROOT / "breaches").rglob("*.py")]
    assert not [number for number in numbers for text in sources if number in text]


def test_55_is_for_mobile_phones_and_says_no_place_rule_38(api: Apis) -> None:
    """Rule 38."""
    told = " ".join(api.nobody.post("public/reports", {"immediate_danger": True}).body["advice"])
    assert "55 works on mobile phones only and does not tell the police where you are" in told
