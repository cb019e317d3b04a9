"""That the respondent was given the order."""

from __future__ import annotations

from typing import get_args

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from common.ids import uuid7
from orders.models.versions import Order, OrderVersion
from orders.models.withdrawals import ONLY_WITHDRAWN, Withdrawable, withdrawn_with_reason
from orders.types import ServiceMethod


class Service(Withdrawable):
    """That the respondent was given one version of the order: before it, no breach can rest on it (rule 25).

    It tells him everything that stands in `version`, also what earlier versions imposed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="services")
    version = models.ForeignKey(OrderVersion, on_delete=models.PROTECT, related_name="services", db_index=False)
    served_at = models.DateTimeField()
    method = models.CharField(max_length=16)
    served_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField(db_default=Now())
    recorded_by = models.CharField(max_length=64)

    class Meta:
        constraints = [
            withdrawn_with_reason("service_withdrawn_with_reason"),
            models.CheckConstraint(name="service_method_known", condition=Q(method__in=get_args(ServiceMethod))),
        ]
        indexes = [models.Index(name="service_of_order", fields=["order", "served_at"])]  # first served when?
        triggers = [ONLY_WITHDRAWN]

    def __str__(self) -> str:
        return self.method
