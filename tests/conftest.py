"""What every test has: a migrated database with a named cast in it, and nothing of the network."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, connections
from django.utils import timezone
from oauth2_provider.models import get_access_token_model
from pytest_django import DjangoDbBlocker

from demo.cast import Cast, seed
from tests.support import schema
from tests.support.api import Api, Apis, token_of
from tests.support.databases import cloned
from tests.support.orders import an_order, register

# The suite looks at the same examples each time, so that what it says of a change is due to the change. New ones are
# looked for each night: HYPOTHESIS_PROFILE=nightly ./dev test.
hypothesis.settings.register_profile("suite", derandomize=True, deadline=None)
hypothesis.settings.register_profile("nightly", deadline=None, print_blob=True, max_examples=1_000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker, worker_suffix: str) -> Iterator[None]:
    """The test database, with the cast in it: tests roll back to this.

    Made here and not by the plugin, which makes none for a run of tests that all have a database of their
    own; the cast would then go into the real one.
    """
    with django_db_blocker.unblock():
        name = connection.settings_dict["NAME"]
        mine, keeps = f"test_{name}{worker_suffix}", "SPO_KEEP_SCHEMA" in os.environ
        if keeps:
            schema.copied(mine)
        connection.settings_dict["TEST"]["NAME"] = mine
        # Migrates what is not migrated yet, and points Django at it.
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=keeps)
        _CAST.append(seed())
        _TOKENS.update({c.code: token_of(c) for c in (_CAST[0].force, _CAST[0].other_force)})
        # However slow the machine is, the run does not outlive them.
        get_access_token_model().objects.update(expires=timezone.now() + timedelta(days=1))
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        connection.creation.destroy_test_db(name, verbosity=0)
    _CAST.clear()


@pytest.fixture(scope="session")
def worker_suffix(request: pytest.FixtureRequest) -> str:
    """Of a process beside others (xdist), which has a database of its own."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "")
    return f"_{worker}" if worker else ""


_CAST: list[Cast] = []
_TOKENS: dict[str, str] = {}


@pytest.fixture
def cast(db: None) -> Cast:
    """Protected persons, officers, systems: see `demo.cast`."""
    return _CAST[0]


@pytest.fixture
def api(cast: Cast) -> Apis:
    """A client for each of the cast, and `nobody` without a token."""
    return _apis(cast)


@pytest.fixture
def committed_cast(own_database: str) -> tuple[Cast, Apis]:
    """The same for a test with a database of its own, in which everything is committed."""
    return _CAST[0], _apis(_CAST[0])


def _apis(cast: Cast) -> Apis:
    people = {
        name: Api(getattr(cast, name).token)
        for name in (
            "officer", "reviewer", "supervisor", "auditor", "other_officer", "victim", "other_victim", "advocate",
            "insider",
        )
    }  # fmt: skip
    return Apis(force=Api(_TOKENS["05"]), other_force=Api(_TOKENS["06"]), nobody=Api(None), **people)


@pytest.fixture(scope="session", autouse=True)
def _evidence_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Evidence of tests lies in a folder of the run, not in that of the clone."""
    settings.EVIDENCE_DIR = tmp_path_factory.mktemp("evidence")


@pytest.fixture(autouse=True)
def _fresh_cache() -> Iterator[None]:
    """Rate limits count in the cache: each test starts from nought."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def order(api: Apis, cast: Cast) -> str:
    """An order in force: zones approved, served, the victim linked as P1. Its reference."""
    return register(api, cast, an_order())


@pytest.fixture
def own_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A database of this test's own, for real processes and real commits: its DATABASE_URL."""
    with django_db_blocker.unblock(), cloned() as url:
        yield url
        connections.close_all()
