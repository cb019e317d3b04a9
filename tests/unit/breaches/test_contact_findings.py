"""Contacts against no-contact conditions (rule 42), each judged at its own time."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.orders import NO_CONTACT, a_condition, a_report, an_order
from tests.support.terms import codes, finding, judge

KNOWN = {"kind": "phone", "value": "+447700900123"}


def contact(**changes: Any) -> dict[str, Any]:
    item = {"channel": "sms", "at": "2026-11-20T18:31:00+00:00", "from": KNOWN, "text": "I can see you", **changes}
    return a_report(
        kinds=["contact"], behaviours=[], positions=[], contacts=[{k: v for k, v in item.items() if v is not None}]
    )


def outcome(report: dict[str, Any], **condition: Any) -> tuple[str, list[str]]:
    found = finding(judge(report, an_order(conditions=[a_condition(NO_CONTACT, **condition)])), "3")
    return found.outcome, codes(found)


@pytest.mark.parametrize(
    ("sender", "wanted"),
    [
        ({"kind": "phone", "value": "07700 900 123"}, ("indicated", ["known_identifier"])),
        ({"kind": "phone", "value": "0044 (0)7700-900123"}, ("indicated", ["known_identifier"])),
        ({"kind": "phone", "value": "900123"}, ("possible", ["identifier_alike", "part_of_number"])),
        ({"kind": "phone", "value": "07700900124"}, ("needs_officer", ["sender_not_known"])),
        ({"kind": "email", "value": "D.Marsh@Example.com "}, ("indicated", ["known_identifier"])),
        ({"kind": "email", "value": "d.marsh+new@example.com"}, ("possible", ["identifier_alike", "tag_apart"])),
        ({"kind": "email", "value": "d.rnarsh@example.com"}, ("possible", ["identifier_alike", "looks_alike"])),
        ({"kind": "social", "platform": "Instagram", "value": "DANNY.M"}, ("indicated", ["known_identifier"])),
        (
            {"kind": "social", "platform": "tiktok", "value": "@danny.m"},
            ("possible", ["identifier_alike", "same_name_elsewhere"]),
        ),
        (
            {"kind": "social", "platform": "instagram", "value": "@dаnny.m"},
            ("possible", ["identifier_alike", "looks_alike"]),
        ),
        ({"kind": "email", "value": "danny.new@example.org"}, ("possible", ["account_names_respondent"])),
        ({"kind": "withheld"}, ("needs_officer", ["sender_not_known", "sender_withheld"])),
        ({"kind": "unknown"}, ("needs_officer", ["sender_not_known"])),
        ({}, ("needs_officer", ["sender_not_known"])),
        (None, ("needs_officer", ["sender_not_known"])),
    ],
)
def test_sender(sender: dict[str, Any] | None, wanted: tuple[str, list[str]]) -> None:
    assert outcome(contact(**{"from": sender})) == wanted


@pytest.mark.parametrize(
    ("channels", "channel", "wanted"),
    [
        (["any"], "sms", ("indicated", ["known_identifier"])),
        (["sms", "email"], "sms", ("indicated", ["known_identifier"])),
        (["email"], "sms", ("not_indicated", ["channel_not_banned"])),
        (["email"], "carrier_pigeon", ("needs_officer", ["channel_not_recognised"])),
        (["email"], None, ("needs_officer", ["channel_not_recognised"])),
        (["any"], "carrier_pigeon", ("indicated", ["known_identifier"])),
    ],
)
def test_channel(channels: list[str], channel: str | None, wanted: tuple[str, list[str]]) -> None:
    assert outcome(contact(channel=channel), channels=channels) == wanted


def test_a_third_party_counts_only_where_indirect_contact_is_banned() -> None:
    third = contact(third_party=True)
    assert outcome(third, indirect=True) == ("possible", ["third_party"])
    assert outcome(third, indirect=False) == ("not_indicated", ["third_party_not_banned"])


def test_a_contact_reported_without_details_needs_an_officer() -> None:
    told = a_report(kinds=["contact"], behaviours=[], positions=[])
    assert outcome(told) == ("needs_officer", ["contact_without_details"])


def test_a_contact_is_judged_at_its_own_time() -> None:
    """A message before the order is not made a breach by being shown to police afterwards."""
    assert outcome(contact(at="2026-01-05T10:00:00Z")) == ("not_applicable", ["not_in_force_then"])
    assert outcome(contact(at="2026-03-02T12:00:00Z"))[0] == "needs_officer"  # made, not yet served


ADDRESSES = [{"kind": "address", "value": "12 Rosehill Road, Liverpool"}, {"kind": "vehicle", "value": "AB12 CDE"}]


@pytest.mark.parametrize(
    ("sender", "wanted"),
    [
        ({"kind": "vehicle", "value": "AB12 CDE"}, ("possible", ["known_identifier", "vehicle_not_person"])),
        (
            {"kind": "vehicle", "value": "A812 CDE"},
            ("possible", ["identifier_alike", "looks_alike", "vehicle_not_person"]),
        ),
        (
            {"kind": "address", "value": "12, Rosehill Road; Liverpool"},
            ("possible", ["known_identifier", "address_shared"]),
        ),
        ({"kind": "vehicle", "value": "XY99 ZZZ"}, ("needs_officer", ["sender_not_known"])),
    ],
)
def test_a_sender_that_is_a_vehicle_or_a_shared_address_is_at_most_possible(
    sender: dict[str, Any], wanted: tuple[str, list[str]]
) -> None:
    """Issue 13, line 14; rule 87, as of positions."""
    order = an_order(conditions=[NO_CONTACT])
    order["respondent"]["identifiers"] = ADDRESSES
    found = finding(judge(contact(channel="post", **{"from": sender}), order), "3")
    assert (found.outcome, codes(found)) == wanted


def test_a_contact_by_telephone_is_told_as_withheld_by_its_words() -> None:
    """Issue 5, contact rules: withheld is a class of its own, whatever kind the reporter chose."""
    assert outcome(contact(**{"from": {"kind": "phone", "value": "No Caller ID"}})) == (
        "needs_officer",
        ["sender_not_known", "sender_withheld"],
    )


def test_no_answer_repeats_a_number_or_a_name() -> None:
    """Rule 51 and the contract: reasons are codes and sentences, the same for everybody."""
    for sender in ("07700 900123", "900123", "07700 900 199"):
        verdict = judge(contact(**{"from": {"kind": "phone", "value": sender}}), an_order(conditions=[NO_CONTACT]))
        said = str(verdict)
        assert "900" not in said and "Marsh" not in said
