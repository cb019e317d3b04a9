"""The support screen (Django's admin): who gets in, and pages on which nothing but what they list is seen.

Staff accounts are of a kind of their own. They see that the service works, never whom it protects. A second factor
is not here yet: in production the screen is off unless `SUPPORT_SCREEN` turns it on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.admin import AdminSite, ModelAdmin, TabularInline
from django.core.cache import cache
from django.core.exceptions import BadRequest, ValidationError
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from accounts.models import User
from audit.services import record
from audit.types import Action, Actor

TRIES_SECONDS = 900
TRIES_FOR_ACCOUNT = 5
TRIES_FROM_ADDRESS = 30
if TYPE_CHECKING:  # generic for the type checker only
    _Page = ModelAdmin[Any]
    _Rows = TabularInline[Any, Any]
else:
    _Page = ModelAdmin
    _Rows = TabularInline

# Pages of the admin that this screen has no use for: autocompletion and links to pages of the service.
_LEFT_OUT = frozenset({"autocomplete", "view_on_site"})


def actor_of(request: HttpRequest) -> Actor:
    user = request.user
    return Actor("support", str(user.pk) if isinstance(user, User) else "nobody")


@transaction.atomic
def leave_trace(request: HttpRequest, verb: str, records: Iterable[Any], *, action: Action = "consultation") -> None:
    record(actor=actor_of(request), action=action, verb=verb, records=[str(one) for one in records])


class SupportSite(AdminSite):
    """Django's admin with doors of its own: tries to sign in are counted, each page leaves a trace."""

    site_header = site_title = "Support"
    index_title = "How the service is doing"
    site_url = None
    enable_nav_sidebar = False
    final_catch_all_view = False

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [entry for entry in super().get_urls() if getattr(entry, "name", None) not in _LEFT_OUT]

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and user.is_active and user.is_staff

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        leave_trace(request, "support_index", [])
        return super().index(request, extra_context)

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> TemplateResponse:
        leave_trace(request, "support_index", [])
        return super().app_index(request, app_label, extra_context)

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Sign in. Tries are counted by account and by address, whatever comes of them; success starts anew."""
        if request.method != "POST":
            return super().login(request, extra_context)
        account, address = _tries(request)
        if _count(account) > TRIES_FOR_ACCOUNT or _count(address) > TRIES_FROM_ADDRESS:
            leave_trace(request, "support_sign_in_stopped", [])
            wait = {"Retry-After": str(TRIES_SECONDS)}
            return HttpResponse("Too many tries. Wait.", status=429, content_type="text/plain", headers=wait)
        response = super().login(request, extra_context)
        if self.has_permission(request) and response.status_code == 302:
            cache.delete(account)
            leave_trace(request, "support_signed_in", [])
        else:
            leave_trace(request, "support_sign_in_refused", [])
        return response

    def logout(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        if request.method == "POST":
            leave_trace(request, "support_signed_out", [])
        return super().logout(request, extra_context)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        response = super().password_change(request, extra_context)
        if response.status_code == 302:
            leave_trace(request, "support_password_changed", [request.user.pk], action="alteration")
        return response


def _tries(request: HttpRequest) -> tuple[str, str]:
    """What tries are counted under. Names are hashed: a cache key takes no spaces, and anybody may read the cache."""
    name = request.POST.get("username", "").strip().casefold()
    return f"support:{_hashed(name)}", f"support:{_hashed(request.META.get('REMOTE_ADDR', ''))}"


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _count(key: str) -> int:
    cache.add(key, 0, timeout=TRIES_SECONDS)
    try:
        return cache.incr(key)
    except ValueError:  # dropped between the two calls by a full cache: count anew
        return 0


class Seen(_Page):
    """Rows that may be looked at, by the columns that are named, and neither added, edited nor removed.

    `looked_up` are the filters that an address may carry: Django's admin would let it ask any column of a row,
    JSON included, and so find out what is not shown.
    """

    looked_up: ClassVar[frozenset[str]] = frozenset()
    columns: ClassVar[tuple[str, ...]] = ()
    change_form_template = "support/detail.html"
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Only what is shown is read at all."""
        return super().get_queryset(request).only(*self.columns)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.has_permission(request)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup in self.looked_up

    def get_urls(self) -> list[URLPattern]:
        meta = self.model._meta
        kept = {f"{meta.app_label}_{meta.model_name}_{page}" for page in ("changelist", "change")}
        return [pattern for pattern in super().get_urls() if pattern.name in kept]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        try:
            response = super().changelist_view(request, extra_context)
        except (ValueError, ValidationError):  # ids that are none, in the form of an action
            raise BadRequest("no such rows") from None
        if isinstance(response, TemplateResponse) and response.context_data and "cl" in response.context_data:
            rows = [row.pk for row in response.context_data["cl"].result_list]
            leave_trace(request, f"support_{self.model._meta.model_name}s_listed", rows)
        return response

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        response = super().changeform_view(request, object_id, form_url, extra_context)
        if isinstance(response, TemplateResponse):
            leave_trace(request, f"support_{self.model._meta.model_name}_read", [object_id])
        return response


class SeenBeside(_Rows):
    """The same for rows that belong to another."""

    columns: ClassVar[tuple[str, ...]] = ()
    extra = max_num = 0
    can_delete = False
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).only(*self.columns)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)
