"""What support staff see: orders and their versions, events and deliveries, as numbers, times and states.

No person, no zone, no narrative and no evidence is on any page, nor asked for by any statement behind one.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.contrib.admin import SimpleListFilter, action, display
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from orders.models import InForce, Order, OrderVersion, Service
from orders.models.imports import OrderImport
from orders.queries import status_of
from orders.queries.access import order_for_support
from spo_service.admin_site import Seen, SeenBeside, SupportSite, actor_of, leave_trace
from webhooks.models import Delivery, Endpoint, Event
from webhooks.services import wake_delivery

support = SupportSite()
_MOST_WOKEN = 500


class _Versions(SeenBeside):
    model = OrderVersion
    columns = (
        "number", "change_kind", "kind", "made_on", "effective_from", "in_force_until", "recorded_at", "body_sha256",
    )  # fmt: skip
    fields = readonly_fields = columns
    ordering = ("number",)


class _Times(SeenBeside):
    model = InForce
    columns = ("during", "known")
    fields = readonly_fields = ("version_number", *columns)
    verbose_name_plural = "in force (during), as the record stood (known)"
    ordering = ("known", "during")

    def get_queryset(self, request: HttpRequest) -> QuerySet[InForce]:
        rows = super().get_queryset(request).select_related("version")
        return rows.only("order", "version__number", *self.columns)

    @display(description="version")
    def version_number(self, row: InForce) -> int:
        return row.version.number


class _Services(SeenBeside):
    model = Service
    columns = ("served_at", "method", "recorded_at", "withdrawn_at")
    fields = readonly_fields = columns
    ordering = ("served_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Service]:
        """What was withdrawn is shown as such."""
        return self.model.with_withdrawn.only("order", *self.columns).order_by(*self.ordering)


class _Find(forms.Form):
    force = forms.CharField(max_length=2)
    reference = forms.CharField(max_length=64)


class Orders(Seen):
    columns = ("reference", "force", "created_at")
    list_display = columns
    list_filter = ("force",)
    looked_up = frozenset({"force__code__exact"})
    fields = readonly_fields = (*columns, "status_now")
    inlines = (_Versions, _Times, _Services)
    ordering = ("-id",)
    change_list_template = "support/orders.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        """A restricted order is nobody's to look after here (rule 81)."""
        return super().get_queryset(request).filter(restricted=False)

    @display(description="status now")
    def status_now(self, order: Order) -> str:
        return status_of(order, at=timezone.now())

    def get_urls(self) -> list[URLPattern]:
        return [path("find/", self.admin_site.admin_view(self.find), name="orders_order_find"), *super().get_urls()]

    def find(self, request: HttpRequest) -> HttpResponse:
        """An order by its reference, sent in a form: what is searched for stands in no address."""
        leave_trace(request, "support_order_sought", [])
        sent = _Find(request.POST)
        order = None
        if sent.is_valid():
            order = order_for_support(sent.cleaned_data["force"], sent.cleaned_data["reference"])
        if order is None:
            messages.warning(request, "There is no such order.")
            return HttpResponseRedirect(reverse("admin:orders_order_changelist"))
        return HttpResponseRedirect(reverse("admin:orders_order_change", args=[order.pk]))


class _State(SimpleListFilter):
    title = parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state, state) for state in (Delivery.PENDING, Delivery.PARKED, Delivery.DELIVERED)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(state=self.value()) if self.value() in dict(self.lookup_choices) else queryset


class Imports(Seen):
    """How far a file has come. Names of its columns are the force's own words, and are left out."""

    columns = (
        "force", "kind", "dry_run", "state", "size", "rows", "created", "versioned", "duplicates", "bad", "received_at",
        "finished_at", "tries", "leased_until", "sha256",
    )  # fmt: skip
    list_display = ("id", *columns[:12])
    list_filter = ("force",)
    looked_up = frozenset({"force__code__exact"})
    fields = readonly_fields = columns
    ordering = ("-id",)


class Events(Seen):
    columns = ("key", "sequence", "type", "occurred_at", "force", "reference", "state")
    list_display = columns
    list_filter = ("force",)
    looked_up = frozenset({"force__code__exact"})
    fields = readonly_fields = columns
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        return super().get_queryset(request).filter(quiet=False)


class Endpoints(Seen):
    columns = ("force", "url", "events", "state", "created_at", "leased_until")
    list_display = fields = readonly_fields = ("id", "force", "host", "events", "state", "created_at", "leased_until")
    ordering = ("force", "id")

    @display(description="host")
    def host(self, endpoint: Endpoint) -> str:
        """The rest of an address may hold a secret of the force's."""
        return urlsplit(endpoint.url).hostname or ""


class Deliveries(Seen):
    columns = (
        "event", "endpoint", "sequence", "state", "attempts", "refusals", "queued_at", "first_at", "next_attempt_at",
        "last_status", "delivered_at",
    )  # fmt: skip
    list_display = (
        "id", "event_type", "endpoint_id", "sequence", "state", "attempts", "last_status", "next_attempt_at",
    )  # fmt: skip
    list_filter = (_State,)
    looked_up = frozenset({"state"})
    fields = readonly_fields = ("event_type", "endpoint_id", *columns[2:])
    ordering = ("-id",)
    actions = ("wake",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        rows = super().get_queryset(request).filter(event__quiet=False).select_related("event")
        return rows.only(*self.columns, "event__type", "event__key")

    @display(description="event")
    def event_type(self, delivery: Delivery) -> str:
        return f"{delivery.event.type} {delivery.event.key}"

    def has_wake_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.has_permission(request)

    @action(description="Put parked ones back in line", permissions=["wake"])
    def wake(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        parked = queryset.filter(state=Delivery.PARKED).order_by("sequence", "id").values_list("pk", flat=True)
        woken = sum(wake_delivery(actor=actor_of(request), delivery=pk) for pk in parked[:_MOST_WOKEN])
        messages.success(request, f"{woken} back in line.")


support.disable_action("delete_selected")
support.register(Order, Orders)
support.register(OrderImport, Imports)
support.register(Event, Events)
support.register(Endpoint, Endpoints)
support.register(Delivery, Deliveries)
