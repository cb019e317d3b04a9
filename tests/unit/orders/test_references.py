"""References as people type them: without regard to case, spaces and kinds of dash."""

from __future__ import annotations

import pytest

from orders.rules.references import fold_reference, meant_references

REFERENCE = "SPO-05-0001-26"


@pytest.mark.parametrize(
    "typed",
    [
        REFERENCE,
        "spo-05-0001-26",
        " SPO-05-0001-26 ",
        "SPO - 05 - 0001 - 26",
        "SPO 05 0001 26",
        "SPO\N{EN DASH}05\N{EM DASH}0001\N{MINUS SIGN}26",
        "SPO\N{NON-BREAKING HYPHEN}05\N{HYPHEN}0001\N{FIGURE DASH}26",
        "SPO\N{NO-BREAK SPACE}05\N{SOFT HYPHEN}-0001-26",
        "SPO050001 26",
        "spo05000126",
        "SPO-05-00 01-26",
        "SPO--05-0001-26",
        "\tSPO-05-0001-26\n",
    ],
)
def test_case_spaces_and_kinds_of_dash_do_not_count(typed: str) -> None:
    assert fold_reference(typed) == "SPO05000126"
    assert meant_references(typed, [REFERENCE]) == [REFERENCE]


@pytest.mark.parametrize(
    "typed",
    [
        "SPO-05-0001-27",
        "SPO_05_0001_26",
        "SPO.05.0001.26",
        "\N{CYRILLIC CAPITAL LETTER DZE}PO-05-0001-26",
        "\N{LATIN SMALL LETTER LONG S}PO-05-0001-26",
        "SPO-O5-0001-26",
    ],
)
def test_nothing_else_is_the_same(typed: str) -> None:
    assert fold_reference(typed) != "SPO05000126"


def test_a_dash_elsewhere_is_another_reference() -> None:
    assert meant_references("A-1-12", ["A-11-2"]) == []
    assert meant_references("A 1 12", ["A-1-12", "A-11-2"]) == ["A-1-12"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("a-1", ["a-1"]),
        ("A-1", ["A-1"]),
        ("A\N{EN DASH}1", ["A-1", "a-1"]),
        ("A1", ["A-1", "a-1"]),
    ],
)
def test_just_so_goes_first_and_what_may_be_several_is_several(typed: str, meant: list[str]) -> None:
    assert sorted(meant_references(typed, ["A-1", "a-1"])) == meant


@pytest.mark.parametrize("typed", ["", " ", "-", "\N{EM DASH}"])
def test_what_has_no_letter_means_nothing(typed: str) -> None:
    assert fold_reference(typed) == ""
    assert meant_references(typed, []) == []
