"""Marks of people as keyed hashes: what finds the same person, without keeping a name or number to search by."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from orders.models.people import MatchKey
from orders.rules.people import Mark, MarkKind, PersonRole, marks_of, people_of
from orders.types import Identifier


def match_keys(version: UUID, *, force: str, body: dict[str, Any]) -> list[MatchKey]:
    """The rows of one version's people, not stored yet: store them in the transaction of the version."""
    return [
        MatchKey(version_id=version, role=role, key=key, kind=mark.kind, digest=_digest(force, role, mark))
        for role, key, person in people_of(body)
        for mark in sorted(marks_of(person), key=lambda mark: (mark.kind, mark.form))
    ]


def respondent_digests(*, force: str, body: dict[str, Any]) -> list[bytes]:
    """The hashes by which a respondent is found in the force's other orders."""
    return [_digest(force, "respondent", mark) for mark in marks_of(body["respondent"])]


def identifier_marks(*, force: str, role: PersonRole, said: dict[str, Any]) -> list[tuple[MarkKind, bytes]]:
    """The kind and the hash of every mark that one identifier is: of several in one field, each."""
    marks = sorted(marks_of({"identifiers": [said]}), key=lambda mark: (mark.kind, mark.form))
    return [(mark.kind, _digest(force, role, mark)) for mark in marks]


def identifier_digest(
    *, force: str, identifier: Identifier, starts_at: datetime | None, ends_at: datetime | None
) -> bytes:
    """The hash of an identifier as it was recorded, with its times: of the same again it is the same."""
    times = [at.astimezone(UTC).isoformat() if at else "" for at in (starts_at, ends_at)]
    said = "\x1f".join((force, identifier.kind, identifier.platform, *times, identifier.value.strip()))
    return hmac.digest(_key(settings.FIELD_KEY), said.encode(), "sha256")


def fingerprint_key() -> str:
    """Which key the hashes are made with, without a way back to it."""
    return hmac.digest(_key(settings.FIELD_KEY), b"which key", "sha256").hex()[:16]


def _digest(force: str, role: PersonRole, mark: Mark) -> bytes:
    # None of the first three can hold the separator, so no two questions give one text.
    return hmac.digest(_key(settings.FIELD_KEY), "\x1f".join((force, role, mark.kind, mark.form)).encode(), "sha256")


@cache
def _key(field_key: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"spo orders match keys 1")
    return derived.derive(field_key.encode())
