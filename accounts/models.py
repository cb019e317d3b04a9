"""Forces, people, roles, authorities and the OAuth clients of force systems."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from oauth2_provider.models import AbstractApplication

from accounts.types import AUTHORITY_SCOPES
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
    frozen_at = models.DateTimeField(null=True, blank=True)
    is_staff = models.BooleanField(default=False)

    USERNAME_FIELD = "username"
    objects = BaseUserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="user_kind_known", condition=Q(kind__in=["officer", "victim", "advocate", "support"])
            ),
            models.CheckConstraint(name="user_staff_are_support", condition=Q(is_staff=Q(kind="support"))),
            models.CheckConstraint(name="user_frozen_is_closed", condition=Q(frozen_at=None) | Q(is_active=False)),
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


class OfficerIdentity(models.Model):
    """By which an officer is known to their force's own sign-in: the provider's name for a person never changes."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="identities", db_index=False)
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    linked_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(name="officeridentity_once", fields=["issuer", "subject"]),
            models.UniqueConstraint(name="officeridentity_one_each", fields=["user", "issuer"]),
        ]

    def __str__(self) -> str:
        return str(self.user_id)


def every_scope() -> list[str]:
    return sorted(AUTHORITY_SCOPES)


class Authority(models.Model):
    """That an advocate may act for a person: recorded, limited in scope and time, withdrawn at once (trap 29).

    `only_order` is the id of the one order under which it holds; None: every order that protects the person.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    advocate = models.ForeignKey(User, on_delete=models.PROTECT, related_name="authorities_held")
    principal = models.ForeignKey(User, on_delete=models.PROTECT, related_name="authorities_given")
    granted_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    scopes = ArrayField(models.CharField(max_length=10), default=every_scope)
    only_order = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="authority_scopes_known",
                condition=Q(scopes__contained_by=["follow", "report"]) & ~Q(scopes=[]),
            ),
            models.CheckConstraint(name="authority_expires_after_grant", condition=Q(expires_at__gt=F("granted_at"))),
            models.CheckConstraint(name="authority_two_people", condition=~Q(advocate=F("principal"))),
        ]

    def __str__(self) -> str:
        return str(self.id)


class ApiClient(AbstractApplication):  # type: ignore[misc]
    """An OAuth client: a force's system (with a force and its own scopes), or an app for people (without)."""

    client_secret = None  # the library's one secret; ours are rows (`ClientSecret`)
    force = models.ForeignKey(Force, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    allowed_scopes = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    # Tokens are bound to the certificate that was shown (RFC 8705 section 3), which is one of these where any is named.
    certificate_bound = models.BooleanField(default=False, db_default=False)
    certificates = ArrayField(models.CharField(max_length=43), default=list, blank=True)

    class Meta(AbstractApplication.Meta):  # type: ignore[misc]
        swappable = "OAUTH2_PROVIDER_APPLICATION_MODEL"
        constraints = [
            models.CheckConstraint(
                name="apiclient_named_is_bound", condition=Q(certificates=[]) | Q(certificate_bound=True)
            ),
        ]

    def __str__(self) -> str:
        return str(self.client_id)


class ClientSecret(models.Model):
    """A client's secret, of which a hash is kept. The one without an end is the newest; the one before it may have one.

    `last_used_at` is exact to a minute: whether anything still uses an old one is what its force wants to know.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Its own index answers: which secrets has this client?
    client = models.ForeignKey(ApiClient, on_delete=models.CASCADE, related_name="secrets")
    hashed = models.CharField(max_length=255)
    created_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="clientsecret_one_without_end", fields=["client"], condition=Q(ends_at=None, revoked_at=None)
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class TokenBinding(models.Model):
    """What a force system's access token rests on: the secret it was got with, and the certificate that was shown."""

    token = models.OneToOneField(
        settings.OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="binding",
    )
    secret = models.ForeignKey(ClientSecret, on_delete=models.CASCADE, related_name="+")
    certificate = models.CharField(max_length=43, blank=True)

    def __str__(self) -> str:
        return str(self.token_id)


class Device(models.Model):
    """A device that a person signed in from: it holds a token, of which this is the SHA-256."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    digest = models.CharField(max_length=64, unique=True)
    first_seen_at = models.DateTimeField(db_default=Now())
    told_at = models.DateTimeField(null=True, blank=True)  # when its owner was told of it, or it was no news

    class Meta:
        indexes = [
            # Which devices has nobody been told of?
            models.Index(name="device_untold", fields=["first_seen_at"], condition=Q(told_at=None)),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Session(AbstractBaseSession):
    """Somebody signed in, or signing in: under the SHA-256 of its key, its content sealed (`accounts.sessions`)."""

    session_key = models.CharField(primary_key=True, max_length=64)
    id = models.UUIDField(unique=True)
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="sessions")
    device = models.ForeignKey(Device, null=True, on_delete=models.SET_NULL, related_name="+")
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    idle_s = models.IntegerField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="session_ends_in_time", condition=Q(expire_date__lte=F("ends_at"))),
            models.CheckConstraint(name="session_ends_after_start", condition=Q(ends_at__gt=F("started_at"))),
        ]


class Attempt(models.Model):
    """A try to sign in. Who and from where are keyed hashes: the table lists no names, known or unknown.

    Written before the secret is looked at, so that many tries at once cannot all be the first.
    """

    # A step was passed where its secret was right; succeeded is who is signed in, and only that starts counting anew.
    TRIED, FAILED, STOPPED, PASSED, SUCCEEDED = "tried", "failed", "stopped", "passed", "succeeded"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField()
    account = models.CharField(max_length=64)
    address = models.CharField(max_length=64)
    step = models.CharField(max_length=16)
    outcome = models.CharField(max_length=10, default=TRIED)
    proof = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="attempt_outcome_known",
                condition=Q(outcome__in=["tried", "failed", "stopped", "passed", "succeeded"]),
            ),
            # A one-time code opens once, whichever process it was shown to.
            models.UniqueConstraint(
                name="attempt_proof_once", fields=["account", "proof"], condition=Q(outcome="passed") & ~Q(proof="")
            ),
        ]
        indexes = [
            models.Index(name="attempt_of_account", fields=["account", "at"]),  # how often was this account tried?
            models.Index(name="attempt_from_address", fields=["address", "at"]),  # how often from there?
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.outcome}"


class Letter(models.Model):
    """A mail that is owed, sealed; the row goes when it was sent. Some are decoys, for nobody (`accounts.letters`)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sealed = models.BinaryField()
    next_try_at = models.DateTimeField(db_default=Now())
    gives_up_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="letter_due", fields=["next_try_at"])]  # which are to be sent now?

    def __str__(self) -> str:
        return str(self.id)
