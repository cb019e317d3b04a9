"""Telephone numbers as people of these islands write them, and cut off, masked, or two in one field (rule 42)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from breaches.rules.identifiers import recognise
from orders.rules.known import known_person
from orders.types import Identifier, KnownPerson

CASES = json.loads((Path(__file__).parents[2] / "data/identifiers/numbers.json").read_text("utf-8"))
MOBILE = "07700 900123"


def on_record(*numbers: str, kind: str = "phone") -> tuple[KnownPerson, ...]:
    return (known_person([Identifier(kind, number) for number in numbers], ()),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['number']}-{case['what']}")
def test_numbers_as_people_write_them(case: dict[str, Any]) -> None:
    """Worst: his number is not recognised (1 to 10); somebody else's becomes his (12, 13, 22, 28, 30)."""
    assert recognise(on_record(case["on_record"]), "phone", case["reported"]).match in case["right"]


@pytest.mark.parametrize("known", ["07700 900123", "07708 001111", "07700 353123", "07811 000123", "01534 112233"])
@pytest.mark.parametrize("last", [6, 7, 8, 9])
def test_the_last_six_to_nine_digits_are_alike_whatever_they_are_in_the_national_plan(known: str, last: int) -> None:
    cut = known.replace(" ", "")[-last:]
    assert recognise(on_record(known), "phone", cut).match == "alike"
    assert recognise(on_record(cut), "phone", known).match == "alike"


@pytest.mark.parametrize(
    "masked",
    ["07700 900xxx", "07700 900XXX", "07700 900***", "07700900•••", "07700 900…", "07700 900...", "07700 900###",
     "07700 900xx", "+44 7700 900 xxx", "0044 7700 900***", "447700900***", "Danny: 07700 900xxx (mobile)",
     "07700 ***123", "07700 xxx123", "*****900123", "…900123", "xxxxx 900123", "07700 900???", "07700 900___",
     "07700 900×××", "07700 900●●●", "(07700) 900-xxx", "07700 9**123", "07700 900 [xxx]", "٠٧٧٠٠ ٩٠٠***",
     "ending 900123", "tel:+447700900***"],
)  # fmt: skip
def test_a_masked_number_is_alike(masked: str) -> None:
    assert recognise(on_record(MOBILE), "phone", masked).match == "alike"
    assert recognise(on_record(masked), "phone", MOBILE).match == "alike"
    assert recognise(on_record(masked), "phone", masked).match == "alike"


@pytest.mark.parametrize(
    "masked", ["07700 901xxx", "07700 ***124", "07xxx xxxxxx", "*** *** 123", "xxx", "***", "+44 7*** ******"]
)
def test_a_masked_number_of_somebody_else_or_with_too_few_digits_is_not_his(masked: str) -> None:
    assert recognise(on_record(MOBILE), "phone", masked).match == "unknown"
    assert recognise(on_record(masked), "phone", MOBILE).match == "unknown"


@pytest.mark.parametrize(
    ("written", "match"),
    [
        ("447700900123@s.whatsapp.net", "known"),
        ("447700900123:12@s.whatsapp.net", "known"),
        ("447700900123@c.us", "known"),
        ("447700900123-1612345678@g.us", "unknown"),
        ("https://wa.me/447700900123", "known"),
        ("wa.me/447700900123?text=hello", "known"),
        ("https://api.whatsapp.com/send?phone=447700900123", "known"),
        ("sms:+447700900123?body=hello", "known"),
        ("sms:07700900123;?&body=hello", "known"),
        # Anybody can have such a mailbox, such a page.
        ("07700900123@example.com", "alike"),
        ("Danny 07700 900123 <other@example.com>", "alike"),
        ("https://example.com/07700900123", "alike"),
        ("07700 90012\u00b3", "alike"),
        ("\u2460\u2461 07700 900123", "known"),
        ("0770090012\u2462", "alike"),
    ],
)
def test_a_number_inside_something_else(written: str, match: str) -> None:
    assert recognise(on_record(MOBILE), "phone", written).match == match


@pytest.mark.parametrize(
    "both",
    ["07700 900123 / 07700 900456", "07700900123,07700900456", "07700 900123; 07700 900456",
     "07700 900123 & 07700 900456",
     "07700 900123 or 07700 900456", "07700 900456 and 07700 900123", "07700 900123\n07700 900456",
     "07700 900123 07700 900456", "07700900456 07700900123", "mob 07700 900123, home 07700 900456",
     "07700 900123 (mob) 07700 900456 (home)", "07700 900123;07700 900456", "+447700900123|+447700900456"],
)  # fmt: skip
def test_two_numbers_in_one_field_are_taken_apart(both: str) -> None:
    """On record each is his. Reported, he is one of two; both are his: it is he."""
    for one in (MOBILE, "07700 900456"):
        assert recognise(on_record(both), "phone", one).match == "known"
        assert recognise(on_record(one), "phone", both).match == "alike"
    assert recognise(on_record(MOBILE, "07700 900456"), "phone", both).match == "known"
    assert recognise(on_record(both), "phone", both).match == "known"
    assert recognise(on_record(both), "phone", "07700 900789").match == "unknown"


@pytest.mark.parametrize("value", ["07700 900123/456", "07700 900123 since 01/02/2026", "call 07700 900123 at 5"])
def test_a_number_among_others_that_cannot_be_told_apart_is_alike(value: str) -> None:
    assert recognise(on_record(MOBILE), "phone", value).match == "alike"
    assert recognise(on_record(value), "phone", MOBILE).match == "alike"
    assert recognise(on_record(value), "phone", "07700 900124").match == "unknown"
