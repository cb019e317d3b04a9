"""The cast in a database of a test's own."""

from __future__ import annotations

import pytest

from tests import conftest
from tests.support.api import Api, Apis


@pytest.fixture
def tokens(own_database: str) -> Apis:
    """A client for each of the cast without the `db` fixture, whose transaction no other thread would see."""
    cast, systems = conftest._CAST[0], conftest._TOKENS
    names = (
        "officer",
        "reviewer",
        "supervisor",
        "auditor",
        "other_officer",
        "victim",
        "other_victim",
        "advocate",
        "insider",
    )
    people = {name: Api(getattr(cast, name).token) for name in names}
    return Apis(force=Api(systems["05"]), other_force=Api(systems["06"]), nobody=Api(None), **people)
