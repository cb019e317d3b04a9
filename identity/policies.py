"""Who may change what a sign-in rests on: the factors, the password."""

from __future__ import annotations

from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from accounts.rules import assurance_of, second_factor_at
from accounts.sessions import SessionStore

STEP_UP = ("step_up_required", "Show your second factor again first.")


def refusal_to_manage(user: User, session: SessionStore, *, what: str, changes: bool) -> tuple[str, str] | None:
    """Why not, as code and sentence; None where it may be.

    An officer without a factor may add the first one and do nothing else. With one, it must have been shown just now.
    A victim's mailbox alone adds no passkey and no passphrase (rule 84): whoever reads her mail would keep the account.
    """
    methods = session.get("account_authentication_methods") or []
    assurance = assurance_of(user.kind, methods)
    if user.kind == User.OFFICER:
        if changes and user.identities.exists():
            return "managed_by_force", "Your force's own sign-in keeps your password and your second factor."
        if assurance != "full":
            return _first_factor(user, what)
        return STEP_UP if changes and not recently(second_factor_at(methods)) else None
    if what == "totp":
        return "wrong_role", "Your role or scope does not allow this."
    return None if assurance == "full" else ("assurance_too_low", "Sign in with your passkey or passphrase for this.")


def _first_factor(user: User, what: str) -> tuple[str, str] | None:
    if what == "password" or Authenticator.objects.filter(user=user).exists():
        return "second_factor_required", "Sign in with your second factor first."
    return None


def recently(at: object) -> bool:
    """Whether a second factor counts as shown just now."""
    return at is not None and timezone.now() - at < timedelta(minutes=settings.STEP_UP_MINUTES)  # type: ignore[operator]
