"""What allauth asks this service: who may sign in, what is sent to whom, how secrets are kept.

allauth does the protocols (passwords, codes, authenticator apps, passkeys); whom it lets in, and what that is worth,
is decided here, in `identity.door` and in `accounts.rules`.
"""

from __future__ import annotations

import base64
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.headless.adapter import DefaultHeadlessAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from accounts import letters, services
from accounts.models import User
from accounts.rules import assurance_of
from database.envelope import open_sealed, seal
from edge.throttles import address_of
from identity.factors import SECRET

DEVICE_HEADER = "X-Device-Token"
# Says nothing of what it is for: whoever reads over her shoulder learns that some code was asked for.
_SUBJECT = "Your code"
_BODY = "Your code is {code}\n\nIt can be used once, in the next few minutes. If you did not ask for it, ignore this.\n"


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up. Support accounts and closed ones are nobody here."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        user = super().authenticate(request, **credentials)
        return user if isinstance(user, User) and user.is_active and user.kind != User.SUPPORT else None

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """allauth counts tries here; we count them before, in `identity.door`."""

    def login(self, request: HttpRequest, user: User) -> None:
        """Everything that was asked for was shown: this is the one place where somebody becomes signed in."""
        super().login(request, user)
        device = services.sign_in(
            user=user,
            assurance=assurance_of(user.kind, get_authentication_records(request, user)),
            address=address_of(request),
            device_token=request.headers.get(DEVICE_HEADER, ""),
        )
        request.session["device"] = str(device.id)
        request.META["identity.device_token"] = device.token

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A code, or for an address that has no account a decoy: nothing else is ever mailed by allauth."""
        known = template_prefix == "account/email/login_code"
        letters.owe(
            to=email if known else letters.DECOY,
            subject=_SUBJECT,
            body=_BODY.format(code=context.get("code", "ABC-DEF")),
            lasts=timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT),
        )

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """None: a person is told through her safe contact, and not through a mailbox that may be his."""

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """None: there are no pages to show them on."""


class Factors(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of authenticator apps and recovery codes are sealed; only officers are asked for a second factor."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(seal(text.encode(), context=SECRET)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return open_sealed(base64.b64decode(encrypted_text), context=SECRET).decode()

    def is_mfa_enabled(self, user: User | AnonymousUser, types: Collection[str] | None = None) -> bool:
        """Whether signing in asks for one. A victim's passkey raises what a session is worth instead (rule 84):
        asked for every time, it would keep her from reporting with a code alone."""
        asked_at_sign_in = types is not None and len(types) > 1
        if asked_at_sign_in and isinstance(user, User) and user.kind != User.OFFICER:
            return False
        return bool(super().is_mfa_enabled(user, types))

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """A passkey's name is seen by whoever opens the phone's list of passkeys."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return {**entity, "name": "Sign in", "display_name": "Sign in"}

    def _get_site_name(self) -> str:
        return str(context.request.get_host())


class Described(DefaultHeadlessAdapter):  # type: ignore[misc]
    """What an app is told about who is signed in: never an address."""

    def serialize_user(self, user: User) -> dict[str, Any]:
        return {"id": str(user.id), "kind": user.kind}
