"""The people and systems of the demonstration, and of the tests: everyone made up, every number from the
ranges kept for drama."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import services
from accounts.types import FORCE_SCOPES, Role
from audit.types import SERVICE

FORCE, OTHER_FORCE = "05", "06"
_DAY = timedelta(hours=24)
# A force's system gets every scope but the shapes of zones, which are off until somebody says why.
_SCOPES = frozenset(FORCE_SCOPES) - {"zones:read"}


@dataclass(frozen=True, slots=True)
class System:
    """A force's system: it fetches its own tokens."""

    code: str
    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class OfficerAccount:
    username: str
    password: str
    token: str
    user_id: str
    staff_id: str
    force: str
    totp_secret: str


@dataclass(frozen=True, slots=True)
class PersonAccount:
    email: str
    passphrase: str
    token: str
    user_id: str


@dataclass(frozen=True, slots=True)
class Cast:
    """Everyone, with working credentials. `insider` is an account of the respondent himself."""

    force: System
    other_force: System
    officer: OfficerAccount
    reviewer: OfficerAccount
    supervisor: OfficerAccount
    auditor: OfficerAccount
    other_officer: OfficerAccount
    victim: PersonAccount
    other_victim: PersonAccount
    advocate: PersonAccount
    insider: PersonAccount

    def as_json(self) -> dict[str, Any]:
        return {name: dict(account) for name, account in asdict(self).items()}


@transaction.atomic
def seed() -> Cast:
    """Make them all. The advocate may act for the victim for a day."""
    app = services.register_client(actor=SERVICE, name="demo app", scopes={"officer", "victim"}, force=None).client_id
    cast = Cast(
        force=_system(FORCE),
        other_force=_system(OTHER_FORCE),
        officer=_officer(app, "officer", "officer", "4401"),
        reviewer=_officer(app, "reviewer", "reviewer", "4402"),
        supervisor=_officer(app, "supervisor", "supervisor", "4403"),
        auditor=_officer(app, "auditor", "auditor", "4404"),
        other_officer=_officer(app, "other_officer", "officer", "9901", force=OTHER_FORCE),
        victim=_person(app, "victim"),
        other_victim=_person(app, "other_victim"),
        advocate=_person(app, "advocate", kind="advocate"),
        insider=_person(app, "insider"),
    )
    services.record_authority(
        actor=SERVICE,
        advocate=UUID(cast.advocate.user_id),
        mandate=services.Mandate(UUID(cast.victim.user_id), timezone.now() + _DAY),
    )
    return cast


def _system(code: str) -> System:
    made = services.register_client(actor=SERVICE, name=f"force {code}", scopes=_SCOPES, force=code)
    return System(code, made.client_id, made.client_secret)


def _officer(app: str, name: str, role: Role, staff_id: str, *, force: str = FORCE) -> OfficerAccount:
    password = secrets.token_urlsafe(16)
    username = f"{name}@police.example"
    post = services.Post(force, role, staff_id, name.replace("_", " ").title())
    officer = services.register_officer(actor=SERVICE, username=username, password=password, post=post)
    token = services.issue_token(actor=SERVICE, client_id=app, user=officer.user_id, scope="officer", lasts=_DAY)
    secret = services.add_authenticator_app(actor=SERVICE, user=officer.user)
    return OfficerAccount(username, password, token, str(officer.user_id), staff_id, force, secret)


def _person(app: str, name: str, *, kind: str = "victim") -> PersonAccount:
    email, passphrase = f"{name}@mail.example", secrets.token_urlsafe(16)
    user = services.register_person(actor=SERVICE, email=email, kind=kind, passphrase=passphrase)
    token = services.issue_token(actor=SERVICE, client_id=app, user=user.id, scope="victim", lasts=_DAY)
    return PersonAccount(email, passphrase, token, str(user.id))
