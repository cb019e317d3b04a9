"""A reason says something: blanks, dots and what nobody sees are none, wherever one is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

import pytest
from pydantic import TypeAdapter, ValidationError

from common.reasons import says_something
from edge.shapes import Reason, Shape, ShortReason
from tests.support.api import Apis
from tests.support.orders import NO_CONTACT, REFERENCE, SERVED, an_order

NOTHING = {
    "blanks": " " * 12,
    "zero-width spaces": "\u200b" * 12,
    "no-break and zero-width": "\u00a0\u200b\ufeff\u2060" * 3,
    "dots": "." * 12,
    "dashes": "- - - - - - ",
    "Braille blanks": "\u2800" * 12,
    "Hangul fillers": "\u3164\u115f\u1160\uffa0" * 3,
    "marks of direction": "\u200e\u200f\u202a\u202c" * 3,
    "combining marks": "\u0301" * 12,
    "line ends": "\n\t\r\n" * 3,
}
MODULES = [
    "breaches.api.shapes", "breaches.serializers", "breaches.evidence.serializers", "breaches.tracking.serializers",
    "orders.serializers.advocates", "orders.serializers.document", "orders.serializers.identifiers",
    "orders.serializers.invitations", "orders.serializers.notifications", "orders.serializers.papers",
    "orders.serializers.people", "orders.serializers.readers", "orders.serializers.records", "retention.serializers",
]  # fmt: skip
# A victim need give none when she withdraws what she said; the other two are looked at with what they belong to
# (`breaches.deciding`).
MAY_BE_EMPTY = {"WithdrawIn", "ViewIn", "VerifyIn"}


@pytest.mark.parametrize("name", NOTHING)
def test_what_has_no_letter_or_digit_that_is_seen_is_no_reason(name: str) -> None:
    assert not says_something(NOTHING[name])
    for kind in (Reason, ShortReason):
        with pytest.raises(ValidationError):
            TypeAdapter(kind).validate_python(NOTHING[name])


@pytest.mark.parametrize(
    "text",
    [
        "She asked for it.",
        "\u0645\u0646 \u0641\u0636\u0644\u0643 \u0644\u0627",
        "2026-11-01",
        "\u200bfor the court\u200b",
    ],
)
def test_words_of_any_script_are_one(text: str) -> None:
    assert TypeAdapter(Reason).validate_python(text) == text


def shapes_with_reason(module: ModuleType) -> Iterator[type[Shape]]:
    for value in vars(module).values():
        is_own = isinstance(value, type) and issubclass(value, Shape) and value.__module__ == module.__name__
        if is_own and value.__name__.endswith("In") and {"reason", "purpose"} & value.model_fields.keys():
            yield value


@pytest.mark.parametrize("module", MODULES)
def test_every_reason_that_comes_in_must_say_something(module: str) -> None:
    found = list(shapes_with_reason(import_module(module)))
    assert found
    for shape in found:
        if shape.__name__ not in MAY_BE_EMPTY:
            name = "reason" if "reason" in shape.model_fields else "purpose"
            with pytest.raises(ValidationError) as told:
                shape.model_validate({name: NOTHING["zero-width spaces"]})
            codes = {error["loc"]: error["type"] for error in told.value.errors()}
            assert codes.get((name,)) == "reason_says_nothing", shape.__name__


def test_the_refusal_has_a_code_and_a_pointer(api: Apis) -> None:
    root = f"force/orders/{REFERENCE}"
    api.force.put(f"{root}/versions/1", an_order(conditions=[NO_CONTACT]))
    service = api.force.post(f"{root}/service", SERVED).body["id"]
    nothing = {"reason": NOTHING["zero-width spaces"]}
    assert api.force.post(f"{root}/service/{service}/withdraw", nothing).codes == {("/reason", "bad_format")}
    revealed = api.officer.post(f"officer/orders/{REFERENCE}/reveal", {"fields": ["respondent"], **nothing})
    assert revealed.codes == {("/reason", "bad_format")}


def test_why_a_condition_is_necessary_says_something_too(api: Apis) -> None:
    """Section 4; rule 20."""
    root = f"force/orders/{REFERENCE}"
    api.force.put(f"{root}/versions/1", an_order(conditions=[NO_CONTACT]))
    change = {"kind": "variation", "decided_on": "2026-06-01", "necessity": NOTHING["blanks"]}
    body = an_order(
        conditions=[NO_CONTACT, {**NO_CONTACT, "clause": "9"}], change=change, effective_from="2026-06-01T10:00:00Z"
    )
    assert api.force.put(f"{root}/versions/2", body).codes == {("/change/necessity", "necessity_required")}
