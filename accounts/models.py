"""Forces, people, roles, authorities and the OAuth clients of force systems."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from oauth2_provider.models import AbstractApplication

from common.ids import uuid7


class Force(models.Model):
    """A police force by its two-digit PNC code: the tenant of everything an officer may see."""

    code = models.CharField(primary_key=True, max_length=2)
    name = models.CharField(max_length=80)
    slug = models.CharField(max_length=40, blank=True)
    ons_code = models.CharField(max_length=9, blank=True)

    def __str__(self) -> str:
        return self.name


class User(AbstractBaseUser):  # type: ignore[django-manager-missing]
    """A person who signs in. Officers carry a username, victims and advocates an e-mail address.

    `is_staff` opens the support screen, to accounts of its own kind: nobody looks after the service and at reports
    with one account.
    """

    OFFICER, VICTIM, ADVOCATE, SUPPORT = "officer", "victim", "advocate", "support"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10)
    username = models.CharField(max_length=254, unique=True)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)

    USERNAME_FIELD = "username"
    objects = BaseUserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="user_kind_known", condition=Q(kind__in=["officer", "victim", "advocate", "support"])
            ),
            models.CheckConstraint(name="user_staff_are_support", condition=Q(is_staff=Q(kind="support"))),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Officer(models.Model):
    """A person's post in one force. `staff_id` is what "a second person" is judged by."""

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="officer")
    force = models.ForeignKey(Force, on_delete=models.PROTECT)
    role = models.CharField(max_length=10)
    staff_id = models.CharField(max_length=32)
    name = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="officer_role_known",
                condition=Q(role__in=["reviewer", "officer", "supervisor", "auditor"]),
            ),
            models.UniqueConstraint(name="officer_staff_id_once", fields=["force", "staff_id"]),
        ]

    def __str__(self) -> str:
        return self.staff_id


class Authority(models.Model):
    """That an advocate may act for a person: recorded, limited in time, withdrawn at once (trap 29)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    advocate = models.ForeignKey(User, on_delete=models.PROTECT, related_name="authorities_held")
    principal = models.ForeignKey(User, on_delete=models.PROTECT, related_name="authorities_given")
    granted_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="authority_expires_after_grant", condition=Q(expires_at__gt=F("granted_at"))),
            models.CheckConstraint(name="authority_two_people", condition=~Q(advocate=F("principal"))),
        ]

    def __str__(self) -> str:
        return str(self.id)


class ApiClient(AbstractApplication):  # type: ignore[misc]
    """An OAuth client: a force's system (with a force and its own scopes), or an app for people (without)."""

    force = models.ForeignKey(Force, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    allowed_scopes = ArrayField(models.CharField(max_length=32), default=list, blank=True)

    class Meta(AbstractApplication.Meta):  # type: ignore[misc]
        swappable = "OAUTH2_PROVIDER_APPLICATION_MODEL"

    def __str__(self) -> str:
        return str(self.client_id)
