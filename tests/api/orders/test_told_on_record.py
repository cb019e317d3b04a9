"""What can never match is told when it is put on record (PUT), and the order is taken all the same."""

from __future__ import annotations

from breaches.models import Assessment
from tests.api.orders.example import example
from tests.support.api import Apis
from tests.support.orders import a_report


def test_what_can_never_match_is_a_warning_with_its_pointer(api: Apis) -> None:
    doc = example()
    doc["respondent"]["family_name"] = "Ll?r"
    doc["respondent"]["identifiers"] = [
        {"kind": "phone", "value": "TBC"},
        {"kind": "Phone", "value": "07700 900123 / 07700 900456"},
        {"kind": "vehicle", "value": "44927"},
    ]
    doc["conditions"][0]["clause"] = "1-Jan"
    answer = api.force.put("force/orders/TOLD/versions/1", doc)
    assert answer.status == 201, answer.body
    assert {(w["pointer"], w["code"]) for w in answer.body["warnings"]} >= {
        ("/respondent/family_name", "name_damaged"),
        ("/respondent/identifiers/0/value", "identifier_unusable"),
        ("/respondent/identifiers/1/value", "identifier_taken_apart"),
        ("/respondent/identifiers/2/value", "identifier_unusable"),
        ("/conditions/0/clause", "code_looks_like_date"),
    }
    assert not any(sent in str(answer.body["warnings"]) for sent in ("900123", "Ll?r", "44927"))


def test_a_sender_under_the_wrong_kind_is_his(api: Apis, order: str) -> None:
    """Rule 42: `Phone`, `other`, or no kind that is known here."""
    for kind in ("Phone", "other", "carrier pigeon"):
        contacts = [{"channel": "sms", "from": {"kind": kind, "value": "his mobile: +44 7700 900123"}}]
        answer = api.victim.post("victim/reports", a_report(kinds=["contact"], positions=[], contacts=contacts))
        assert answer.status == 201, answer.body
    verdicts = list(Assessment.objects.values_list("verdict", flat=True))
    assert verdicts == ["breach_indicated"] * 3
