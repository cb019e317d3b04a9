"""`/oauth/authorize/`: a short page on which a person signs in for an app (RFC 6749 section 4.1, RFC 7636).

It asks for everything at once and keeps nothing: no cookie, no session, so nothing to fix or to ride on. What it gives
the app is always worth `full`: a mailbox alone does not sign in here (rule 84).
"""

from __future__ import annotations

import copy
import secrets
from math import ceil
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.base.forms import AuthenticateForm
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View
from oauth2_provider.exceptions import FatalClientError, OAuthToolkitError
from oauth2_provider.http import OAuth2ResponseRedirect
from oauth2_provider.views.mixins import OAuthLibMixin

from accounts import attempts
from accounts import services as accounts
from accounts.attempts import ProofUsed, Trying
from accounts.models import ApiClient, User
from edge.problem_json import plain
from edge.throttles import address_of
from identity.adapters import Accounts
from identity.door import TooBusy, hashing

_KINDS = {"officer": {User.OFFICER}, "victim": {User.VICTIM, User.ADVOCATE}}
_WRONG = "What you typed is not right. Check all of it and try again."
_WAIT = "Too many tries. Wait {seconds} seconds and try again."
_MOST_BYTES = 16 * 1024


@method_decorator(csrf_exempt, name="dispatch")
class Authorize(OAuthLibMixin, View):  # type: ignore[misc]
    """The page, and what is typed into it."""

    http_method_names = ("get", "post")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if int(request.META.get("CONTENT_LENGTH") or 0) > _MOST_BYTES:
            return plain(413, "body_too_large", "The body is over the limit of this endpoint.")
        if any("\x00" in text for text in _values(request)) or not _from_here(request):
            return plain(400, "malformed_request", "The request could not be read.")
        try:
            scopes, credentials = self.validate_authorization_request(_asked(request))
        except FatalClientError:  # no such app, or not its address: nobody is sent there
            return plain(400, "invalid_client", "This app is not known here, or does not say where it is.")
        except (OAuthToolkitError, ValueError) as error:
            return self._back_with(error)
        if request.GET.get("code_challenge_method") != "S256":
            return plain(400, "pkce_required", "Send a code_challenge, and S256 as its method.")
        if len(scopes) != 1 or scopes[0] not in _KINDS:
            return plain(400, "invalid_scope", "Ask for the scope officer or victim, and for one of them.")
        if request.method == "POST":
            return self._typed(request, scopes[0], credentials)
        return _page(request, scopes[0], credentials)

    def _back_with(self, error: Exception) -> HttpResponse:
        inner = getattr(error, "oauthlib_error", None)
        if inner is None or not inner.redirect_uri:
            return plain(400, "malformed_request", "The request could not be read.")
        return _send_to(inner.in_uri(inner.redirect_uri))

    def _typed(self, request: HttpRequest, scope: str, credentials: dict[str, Any]) -> HttpResponse:
        try:
            with hashing():
                return self._counted(request, scope, credentials)
        except TooBusy:
            return _wait(request, scope, credentials, seconds=1)

    def _counted(self, request: HttpRequest, scope: str, credentials: dict[str, Any]) -> HttpResponse:
        login = request.POST.get("login", "")
        trying = attempts.begin(login=login, address=address_of(request), step="authorize")
        if trying.wait:
            return _wait(request, scope, credentials, seconds=ceil(trying.wait.total_seconds()))
        try:
            with transaction.atomic():
                user = _proved(request, scope, trying)
                if user is not None:
                    return self._back(request, scope, credentials, user)
        except ProofUsed:
            pass  # a code that opened before is a wrong one
        attempts.failed(trying, login=login)
        return _page(request, scope, credentials, wrong=_WRONG, status=400)

    def _back(self, request: HttpRequest, scope: str, credentials: dict[str, Any], user: User) -> HttpResponse:
        accounts.sign_in(user=user, assurance="full", address=address_of(request), device_token="")
        asked = _asked(request)
        asked.user = user
        credentials = {name: value for name, value in credentials.items() if name != "request"}
        try:
            uri, *_ = self.create_authorization_response(asked, scope, credentials, allow=True)
        except OAuthToolkitError as error:
            return self._back_with(error)
        return _send_to(uri)


def _send_to(where: str) -> HttpResponse:
    answer: HttpResponse = OAuth2ResponseRedirect(where, ["https"])
    return answer


def _values(request: HttpRequest) -> list[str]:
    sent = [request.GET, request.POST] if request.method == "POST" else [request.GET]
    return [text for one in sent for pair in one.lists() for text in (pair[0], *pair[1])]


def _from_here(request: HttpRequest) -> bool:
    """Whether a form comes from this page itself: browsers say so."""
    origin = request.headers.get("Origin")
    return request.method != "POST" or origin is None or origin == f"{request.scheme}://{request.get_host()}"


def _asked(request: HttpRequest) -> HttpRequest:
    """The app's request alone, which is in the address: what was typed goes nowhere near it."""
    asked = copy.copy(request)
    asked.method = "GET"
    asked._post = QueryDict()  # type: ignore[attr-defined]
    return asked


def _proved(request: HttpRequest, scope: str, trying: Trying) -> User | None:
    """Whoever typed everything that their account needs; None for anything else, and one answer for all of it."""
    login, password, code = (request.POST.get(name, "") for name in ("login", "password", "code"))
    name = "username" if scope == "officer" else "email"
    user = Accounts(request).authenticate(request, **{name: login, "password": password})
    if user is None or user.kind not in _KINDS[scope]:
        return None
    if scope == "officer":
        attempts.check_unused(trying, login=login, code=code)
        form = AuthenticateForm({"code": code}, user=user)
        if not form.is_valid():
            return None
    attempts.passed(trying, login=login, code=code if scope == "officer" else "")
    return user


def _wait(request: HttpRequest, scope: str, credentials: dict[str, Any], *, seconds: int) -> HttpResponse:
    answer = _page(request, scope, credentials, wrong=_WAIT.format(seconds=max(1, seconds)), status=429)
    answer["Retry-After"] = str(max(1, seconds))
    return answer


def _page(
    request: HttpRequest, scope: str, credentials: dict[str, Any], *, wrong: str = "", status: int = 200
) -> HttpResponse:
    nonce = secrets.token_urlsafe(16)
    client = ApiClient.objects.get(client_id=credentials["client_id"])
    said = {
        "nonce": nonce,
        "app": client.name,
        "officer": scope == "officer",
        "wrong": wrong,
        "action": request.get_full_path(),
    }
    answer = render(request, "identity/authorize.html", said, status=status)
    back = urlsplit(credentials["redirect_uri"])
    answer.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self' {back.scheme}://{back.netloc}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    # With no-referrer, as elsewhere, browsers send forms with "Origin: null", which is no proof of anything.
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer
