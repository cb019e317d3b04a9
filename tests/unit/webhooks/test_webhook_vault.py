"""Secrets at rest."""

from __future__ import annotations

import os

import pytest
from pytest_django import Settings

from common.envelope import KeyMissing, Keyring, NotOpened, sealed_by
from common.ids import uuid7
from database import vault
from webhooks.vault import PURPOSE, open_sealed, seal


def as_before(secret: str, endpoint: object, field_key: str) -> bytes:
    """What a release before kept: under a key made from `FIELD_KEY`, which nothing in it names."""
    nonce = os.urandom(12)
    return nonce + vault._cipher(field_key, PURPOSE).encrypt(nonce, secret.encode(), endpoint.bytes)  # type: ignore[attr-defined]


def test_what_was_sealed_opens_for_its_endpoint() -> None:
    endpoint = uuid7()
    assert open_sealed(seal("whsec_x", endpoint=endpoint), endpoint=endpoint) == "whsec_x"


def test_the_secret_is_not_in_what_is_stored() -> None:
    assert b"whsec" not in seal("whsec_x", endpoint=uuid7())


def test_a_sealed_secret_does_not_open_in_another_row() -> None:
    with pytest.raises(NotOpened):
        open_sealed(seal("whsec_x", endpoint=uuid7()), endpoint=uuid7())


def test_nor_for_another_purpose() -> None:
    row = uuid7()
    with pytest.raises(NotOpened):
        vault.open_sealed(seal("whsec_x", endpoint=row), purpose="another", row=row)


def test_nor_with_another_key_and_it_says_which_is_missing(settings: Settings) -> None:
    endpoint = uuid7()
    settings.MASTER_KEYS = Keyring([("old", b"o" * 32)])
    sealed = seal("whsec_x", endpoint=endpoint)
    assert sealed_by(sealed) == "old"
    settings.MASTER_KEYS = Keyring([("new", b"n" * 32)])
    with pytest.raises(KeyMissing, match="old"):
        open_sealed(sealed, endpoint=endpoint)


def test_what_a_release_before_sealed_still_opens(settings: Settings) -> None:
    endpoint = uuid7()
    sealed = as_before("whsec_x", endpoint, settings.FIELD_KEY)
    assert open_sealed(sealed, endpoint=endpoint) == "whsec_x"
    settings.FIELD_KEY, settings.FIELD_KEY_OLD = "another", [settings.FIELD_KEY]
    assert open_sealed(sealed, endpoint=endpoint) == "whsec_x"
    settings.FIELD_KEY_OLD = []
    with pytest.raises(NotOpened):
        open_sealed(sealed, endpoint=endpoint)


@pytest.mark.parametrize("junk", [b"", b"\x00", b"x" * 12, b"\x00\x41\x01" + b"x" * 80, b"\xff" * 300])
def test_junk_does_not_open(junk: bytes) -> None:
    with pytest.raises(NotOpened):
        open_sealed(junk, endpoint=uuid7())
