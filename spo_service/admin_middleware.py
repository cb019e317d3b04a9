"""Sessions, sign-in and messages for the support screen, and for nothing else of the service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from database import tenancy
from database.roles import SUPPORT
from database.tenancy import Tenant

# Support staff are no force's: their role reads a few columns of every force, and no document.
_SUPPORT = Tenant(role=SUPPORT)
Handler = Callable[[HttpRequest], HttpResponse]
Answer = HttpResponseBase | Awaitable[HttpResponseBase]
# Its own files only: nothing inline, nothing from elsewhere, in no frame, forms to itself.
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def of_support(request: HttpRequest) -> bool:
    return request.path_info.startswith(f"/{settings.SUPPORT_PATH}")


class SupportSession(SessionMiddleware):
    """Passes every request by that is not for the support screen: no cookie means anything to the API."""

    def __call__(self, request: HttpRequest) -> Answer:
        return super().__call__(request) if of_support(request) else self.get_response(request)


class SupportSignIn(AuthenticationMiddleware):
    """The same for who is signed in."""

    def __call__(self, request: HttpRequest) -> Answer:
        return super().__call__(request) if of_support(request) else self.get_response(request)


class SupportMessages(MessageMiddleware):
    """The same for what a page has to say once."""

    def __call__(self, request: HttpRequest) -> Answer:
        return super().__call__(request) if of_support(request) else self.get_response(request)


def support_pages(get_response: Handler) -> Handler:
    """Headers of the support screen's pages; a request that no text column could hold goes no further."""

    def handle(request: HttpRequest) -> HttpResponse:
        if not of_support(request):
            return get_response(request)
        if any("\x00" in text for pair in request.GET.lists() for text in (pair[0], *pair[1])):
            raise BadRequest("NUL in the address")
        with tenancy.acting(_SUPPORT):
            response = get_response(request)
        response.headers["Content-Security-Policy"] = _CSP
        # With no-referrer, as elsewhere, browsers send forms with "Origin: null", which is no proof of anything.
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    return handle
