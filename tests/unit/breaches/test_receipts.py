"""Receipts: sixteen digits with a check digit, found again by a slow fingerprint."""

from __future__ import annotations

import pytest
from django.test import override_settings

from breaches.receipts import digits_of, fingerprint, new_receipt, spoken, well_formed

GOOD = "0000000000000000"


def test_a_new_one_is_well_formed_and_unlike_the_last() -> None:
    made = {new_receipt() for _ in range(200)}
    assert len(made) == 200
    assert all(well_formed(receipt) for receipt in made)


@pytest.mark.parametrize("position", range(16))
def test_every_single_wrong_digit_shows(position: int) -> None:
    receipt = new_receipt()
    for digit in set("0123456789") - {receipt[position]}:
        assert not well_formed(receipt[:position] + digit + receipt[position + 1 :])


@pytest.mark.parametrize("position", range(15))
def test_every_two_neighbours_swapped_show(position: int) -> None:
    for receipt in (new_receipt() for _ in range(20)):
        swapped = receipt[:position] + receipt[position + 1] + receipt[position] + receipt[position + 2 :]
        assert well_formed(swapped) is (swapped == receipt)


@pytest.mark.parametrize("bad", ["", "0", "0" * 15, "0" * 17, "０" * 16, "٠" * 16, "0000 0000 0000 000x"])
def test_what_is_no_receipt(bad: str) -> None:
    assert not well_formed(bad)


def test_it_is_grouped_for_reading_out_and_read_however_it_is_grouped() -> None:
    assert spoken(GOOD) == "0000 0000 0000 0000"
    assert {digits_of(w) for w in ("0000-0000-0000-0000", "0000.0000.0000.0000", f" {GOOD}\t")} == {GOOD}


def test_a_fingerprint_needs_the_secret_of_this_deployment() -> None:
    """Whoever has the table alone can test no number."""
    here = fingerprint(GOOD)
    with override_settings(FIELD_KEY="x" * 32):
        assert fingerprint(GOOD) != here
    assert fingerprint(spoken(GOOD)) == here
    assert (len(here), GOOD.encode() in here) == (32, False)
