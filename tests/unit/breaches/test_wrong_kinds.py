"""An identifier under the wrong kind is recognised for what it is, on record and as reported (rule 42)."""

from __future__ import annotations

import time

import pytest

from breaches.rules.identifiers import recognise
from orders.rules.known import known_person
from orders.types import Identifier

RIGHT = {
    "phone": ("phone", "07700 900123", ""),
    "email": ("email", "d.marsh@example.com", ""),
    "social": ("social", "danny.m", "instagram"),
    "vehicle": ("vehicle", "AB12 CDE", ""),
    "address": ("address", "14 Mill Lane, Liverpool L1 1AA", ""),
}


def match(known: tuple[str, str, str], reported: tuple[str, str, str]) -> str:
    return recognise((known_person([Identifier(*known)], ()),), *reported).match


@pytest.mark.parametrize(
    ("what", "kind", "value"),
    [
        ("phone", "other", "07700 900123"),
        ("phone", "other", "his work mobile: 07700 900123"),
        ("phone", "other", "+44 7700 900123"),
        ("phone", "other", "0044 7700 900123"),
        ("phone", "other", "0044 (0) 7700 900123"),
        ("phone", "unknown", "44 (0) 7700 900123"),
        ("phone", "Phone", "07700 900123"),
        ("phone", " PHONE ", "07700 900123"),
        ("phone", "mobile", "07700 900123"),
        ("phone", "unknown", "07700 900123"),
        ("phone", "", "07700 900123"),
        ("phone", "email", "07700 900123"),
        ("phone", "address", "07700 900123"),
        ("phone", "vehicle", "07700 900123"),
        ("phone", "social", "+44 7700 900123"),
        ("phone", "other", "tel:+447700900123"),
        ("phone", "other", "https://wa.me/447700900123"),
        ("phone", "other", "447700900123@s.whatsapp.net"),
        ("phone", "social", "447700900123@s.whatsapp.net"),
        ("email", "phone", "d.marsh@example.com"),
        ("email", "other", "Danny <D.Marsh@example.com>"),
        ("email", "social", "d.marsh@example.com"),
        ("email", "address", "d.marsh@example.com"),
        ("email", "E-mail", "d.marsh@example.com"),
        ("email", "other", "mailto:d.marsh@example.com"),
        ("email", "phone", "mailto:d.marsh%40example.com"),
        ("social", "other", "https://www.instagram.com/danny.m/"),
        ("social", "phone", "instagram.com/danny.m"),
        ("social", "email", "https://instagram.com/danny.m?igsh=1"),
        ("social", "other", "instagram: @danny.m"),
        ("social", "other", "Insta - danny.m"),
        ("social", "social", "instagram @Danny.M"),
        ("address", "other", "14 Mill Lane, Liverpool L1 1AA"),
        ("address", "Address", "14 MILL LANE LIVERPOOL L1 1AA"),
        ("vehicle", "other", "blue Ford AB12 CDE"),
        ("vehicle", "vehicle", "blue Ford AB12 CDE"),
        ("vehicle", "vehicle", "AB12CDE (blue Ford)"),
        ("vehicle", "Vehicle", "ab12 cde"),
        ("vehicle", "other", "AB12CDE"),
        ("vehicle", "phone", "AB12 CDE"),
        ("vehicle", "unknown", "a grey van, reg. AB12CDE, two people in it"),
    ],
)  # fmt: skip
def test_an_identifier_under_the_wrong_kind_is_recognised_for_what_it_is(what: str, kind: str, value: str) -> None:
    assert match(RIGHT[what], (kind, value, "")) == "known"
    assert match((kind, value, ""), RIGHT[what]) == "known"
    assert match((kind, value, ""), (kind, value, "")) == "known"


@pytest.mark.parametrize(
    ("what", "kind", "value", "how"),
    [
        ("social", "other", "@danny.m", "alike"),
        ("social", "phone", "@danny.m", "alike"),
        ("social", "email", "@danny.m", "alike"),
        ("phone", "other", "07700 900124", "unknown"),
        ("phone", "other", "900123", "alike"),
        ("phone", "other", "07700 900xxx", "alike"),
        ("email", "other", "d.marsh@example.org", "unknown"),
        ("vehicle", "other", "\uff21\uff22\uff11\uff12 \uff23\uff24\uff25", "alike"),
        ("vehicle", "other", "blue Ford AB12 CDF", "unknown"),
        ("vehicle", "other", "AB12CDEF", "unknown"),
        ("vehicle", "other", "0AB12 CDE", "unknown"),
        ("vehicle", "other", "blue Ford ABI2 CDE", "unknown"),
        ("phone", "other", "No Caller ID", "withheld"),
        ("phone", "unknown", "private number", "withheld"),
        # Numbers that count something else.
        ("phone", "other", "1234567890", "unknown"),
    ],
)
def test_what_is_not_certain_under_another_kind_is_never_his(what: str, kind: str, value: str, how: str) -> None:
    assert match(RIGHT[what], (kind, value, "")) == how


@pytest.mark.parametrize(
    "car", ["black BMW 320d", "Audi A4 TDI", "VW Golf GTI 20d", "Ford Focus ST 150", "Mercedes C220 CDI"]
)
def test_a_make_of_car_is_no_plate(car: str) -> None:
    """Everybody's BMW 320d would be his."""
    for kind in ("vehicle", "other"):
        assert match(("vehicle", f"{car} AB12 CDE", ""), (kind, f"{car} XY34 ZZA", "")) == "unknown"
        assert match(("vehicle", car, ""), ("vehicle", f"blue {car}", "")) == "unknown"


def test_a_number_that_counts_something_else_is_no_telephone_number() -> None:
    assert match(("other", "1234567890", ""), ("phone", "01234 567890", "")) != "known"
    assert match(("address", "12 High Street, L1 1AA", ""), ("phone", "1211111", "")) == "unknown"


@pytest.mark.parametrize(
    "value", [" " * 20_000 + "x", "@" * 20_000, "+" * 20_000, "1," * 10_000, "x*" * 10_000, "." * 20_000]
)
@pytest.mark.parametrize("kind", ["phone", "email", "social", "vehicle", "address", "other", "unknown"])
def test_a_very_long_field_is_read_at_once(kind: str, value: str) -> None:
    """A report may hold 500 of them: each costs far less than a hundredth of a second."""
    began = time.process_time()
    assert match(RIGHT["phone"], (kind, value, "")) == "unknown"
    assert time.process_time() - began < 0.1
