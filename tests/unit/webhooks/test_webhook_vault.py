"""Secrets at rest."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidTag
from pytest_django import Settings

from common.ids import uuid7
from webhooks.vault import open_sealed, seal


def test_what_was_sealed_opens_for_its_endpoint() -> None:
    endpoint = uuid7()
    assert open_sealed(seal("whsec_x", endpoint=endpoint), endpoint=endpoint) == "whsec_x"


def test_the_secret_is_not_in_what_is_stored() -> None:
    assert b"whsec" not in seal("whsec_x", endpoint=uuid7())


def test_a_sealed_secret_does_not_open_in_another_row() -> None:
    with pytest.raises(InvalidTag):
        open_sealed(seal("whsec_x", endpoint=uuid7()), endpoint=uuid7())


def test_nor_with_another_key(settings: Settings) -> None:
    endpoint = uuid7()
    sealed = seal("whsec_x", endpoint=endpoint)
    settings.FIELD_KEY = "another"
    with pytest.raises(InvalidTag):
        open_sealed(sealed, endpoint=endpoint)
