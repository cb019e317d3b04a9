"""Conditions in plain words: windows, exceptions, distances and channels, and nothing that somebody wrote."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from orders.rules.plain_words import plain_words
from orders.types import Channel, ConditionKind, ExceptionKind, Requirement

CANARY = "canary-27-Laburnum-Road"
SECRET = {"wording": CANARY, "watch_terms": [CANARY], "locality": {"wording": CANARY, "shape": {"type": CANARY}},
          "platforms": [CANARY], "exceptions": [{"kind": "other", "wording": CANARY}],
          "zones": [{"code": "A", "restricted_name": CANARY, "shape": {"type": CANARY}}]}  # fmt: skip


@pytest.mark.parametrize("kind", get_args(ConditionKind))
def test_every_kind_has_words_of_its_own_and_none_that_somebody_wrote(kind: str) -> None:
    """Rule 83: the court's own words may name somebody else, or a place."""
    said = plain_words({"kind": kind, "clause": "1", **SECRET})
    assert len(said) == 3
    assert CANARY not in " ".join(said)


def test_no_two_kinds_say_the_same() -> None:
    said = {plain_words({"kind": kind, "zones": [{"code": "A"}]})[0] for kind in get_args(ConditionKind)}
    assert len(said) == len(get_args(ConditionKind))


@pytest.mark.parametrize("channel", get_args(Channel))
def test_every_channel_is_said(channel: str) -> None:
    (said,) = plain_words({"kind": "no_contact", "channels": [channel]})
    assert said.startswith("The respondent must not contact you ") and "  " not in said and " ." not in said


@pytest.mark.parametrize("requirement", get_args(Requirement))
def test_every_requirement_is_said(requirement: str) -> None:
    (said,) = plain_words({"kind": "requirement", "requirement": requirement})
    assert said.startswith("The respondent must ")


@pytest.mark.parametrize("kind", get_args(ExceptionKind))
def test_every_exception_is_said(kind: str) -> None:
    said = plain_words({"kind": "no_approach", "exceptions": [{"kind": kind, "wording": CANARY}]})
    assert said[1].startswith("It does not count ") and CANARY not in said[1]


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ({"kind": "exclusion_zone", "zones": [{"code": "A"}, {"code": "B"}, {"code": "C"}]},
         ["The respondent must not go into zone A, zone B or zone C."]),
        ({"kind": "no_contact", "channels": ["sms", "any"], "indirect": True},
         ["The respondent must not contact you in any way or through anybody else."]),
        ({"kind": "no_contact", "channels": ["sms", "post"]},
         ["The respondent must not contact you by text message or by post."]),
        ({"kind": "no_social_reference", "platforms": ["Instagram", "her choir's page"]},
         ["The respondent must not write or post about you on Instagram or on another platform that the order names."]),
        ({"kind": "no_approach", "distance_m": 50}, ["The respondent must not come within 50 metres of you."]),
        ({"kind": "no_approach", "distance_m": 1}, ["The respondent must not come within 1 metre of you."]),
        ({"kind": "no_approach"}, ["The respondent must not approach you."]),
        ({"kind": "no_images", "starts_on": "2026-03-02", "ends_on": "2027-03-01"},
         ["The respondent must not take, keep or share pictures or recordings of you.",
          "It counts from 2 March 2026 until the end of 1 March 2027."]),
        ({"kind": "no_approach", "windows": [
            {"days": ["fri", "mon"], "from": "08:00", "to": "17:00"},
            {"days": None, "from": "22:00", "to": "06:00"},
            {"days": ["sun"], "from": "09:00", "to": "09:00", "dates": [{"from": "2026-05-01", "to": "2026-05-31"}]}]},
         ["The respondent must not approach you.",
          "It counts on Monday and Friday from 08:00 to 17:00.",
          "It counts every day from 22:00 to 06:00 the next day.",
          "It counts on Sunday for 24 hours from 09:00, from 1 May 2026 to 31 May 2026."]),
    ],
)  # fmt: skip
def test_it_is_said_as_one_would_say_it(condition: dict[str, Any], wanted: list[str]) -> None:
    assert plain_words(condition) == wanted


def test_whoever_acts_for_her_is_told_whom_it_protects() -> None:
    said = plain_words({"kind": "no_surveillance"}, whom="the person for whom you act")
    assert said == ["The respondent must not watch, follow or track the person for whom you act."]
