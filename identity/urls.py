"""Addresses of signing in, under /_allauth/app/v1/: these and no other of allauth's."""

from __future__ import annotations

from allauth.headless.account import views as account
from allauth.headless.base.views import ConfigView
from allauth.headless.constants import Client
from allauth.headless.mfa import views as factors
from django.urls import path

from identity.door import Way, door


def _way(view: type, methods: str, proves: str = "", manages: str = "") -> Way:
    handler = view.as_api_view(client=Client.APP)  # type: ignore[attr-defined]
    return Way(handler, frozenset(methods.split()), proves, manages)  # type: ignore[arg-type]


WAYS: dict[str, Way] = {
    "config": _way(ConfigView, "GET"),
    "auth/session": _way(account.SessionView, "GET DELETE"),
    "auth/login": _way(account.LoginView, "POST", "password"),
    "auth/code/request": _way(account.RequestLoginCodeView, "POST", "code_request"),
    "auth/code/confirm": _way(account.ConfirmLoginCodeView, "POST", "code"),
    "auth/2fa/authenticate": _way(factors.AuthenticateView, "POST", "second_factor"),
    "auth/webauthn/authenticate": _way(factors.AuthenticateWebAuthnView, "GET POST", "passkey"),
    "auth/webauthn/login": _way(factors.LoginWebAuthnView, "GET POST", "passkey"),
    "auth/reauthenticate": _way(account.ReauthenticateView, "POST", "password_again"),
    "auth/2fa/reauthenticate": _way(factors.ReauthenticateView, "POST", "factor_again"),
    "auth/webauthn/reauthenticate": _way(factors.ReauthenticateWebAuthnView, "GET POST", "passkey"),
    "account/authenticators": _way(factors.AuthenticatorsView, "GET", manages="factors"),
    "account/authenticators/totp": _way(factors.ManageTOTPView, "GET POST DELETE", manages="totp"),
    "account/authenticators/recovery-codes": _way(
        factors.ManageRecoveryCodesView, "GET POST", manages="recovery_codes"
    ),
    "account/authenticators/webauthn": _way(factors.ManageWebAuthnView, "GET POST PUT DELETE", manages="webauthn"),
    "account/password/change": _way(account.ChangePasswordView, "POST", manages="password"),
}
urlpatterns = [path(where, door(way), name=where) for where, way in WAYS.items()]
