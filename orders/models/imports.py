"""A file of existing orders on its way into the tables, and what became of each order in it."""

from __future__ import annotations

from typing import get_args

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Force
from common.ids import uuid7
from orders.imports.kinds import Encoding, FileKind, LineEnd
from orders.imports.types import ImportState, Outcome, Severity


class OrderImport(models.Model):
    """One file of one force, and how far the work on it has come.

    `next_byte` and `next_row` are where it goes on: what lies before is done and counted. `lease` is held by the
    one worker that is at it and runs out by itself at `leased_until`, so that a killed worker keeps nothing.
    `looked_byte` and `looked_row` are how far it was looked through for rows that belong together; `scattered` says
    whether orders stand apart in it, and is null until that is known; `ownerless` are rows that may be any order's.
    `tries` counts leases since the last progress. `rows` counts orders, so it is the sum of the other four;
    `dates_both_ways` counts cells, as `Entry` does; `warnings` those of orders that were taken.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    force = models.ForeignKey(Force, on_delete=models.PROTECT, related_name="+", db_index=False)
    requested_by = models.CharField(max_length=64)
    kind = models.CharField(max_length=6)
    dry_run = models.BooleanField()
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(default=0)
    encoding = models.CharField(max_length=9, blank=True)
    line_end = models.CharField(max_length=2, blank=True)
    delimiter = models.CharField(max_length=1, blank=True)
    columns = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    state = models.CharField(max_length=9, default="receiving")
    next_byte = models.BigIntegerField(default=0)
    next_row = models.BigIntegerField(default=1)
    looked_byte = models.BigIntegerField(default=0, db_default=0)
    looked_row = models.BigIntegerField(default=1, db_default=1)
    scattered = models.BooleanField(null=True)
    ownerless = ArrayField(models.BigIntegerField(), default=list, db_default=[], blank=True)
    rows = models.BigIntegerField(default=0)
    created = models.BigIntegerField(default=0)
    versioned = models.BigIntegerField(default=0)
    duplicates = models.BigIntegerField(default=0)
    bad = models.BigIntegerField(default=0)
    dates_both_ways = models.BigIntegerField(default=0, db_default=0)
    warnings = models.BigIntegerField(default=0, db_default=0)
    received_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            # The same file again is the same import. One that failed may be sent again.
            models.UniqueConstraint(
                name="import_of_a_file_once",
                fields=["force", "sha256", "kind", "dry_run"],
                condition=Q(state__in=["queued", "running", "done"]),
            ),
            models.CheckConstraint(name="import_state_known", condition=Q(state__in=get_args(ImportState))),
            models.CheckConstraint(name="import_kind_known", condition=Q(kind__in=get_args(FileKind))),
            models.CheckConstraint(name="import_encoding_known", condition=Q(encoding__in=["", *get_args(Encoding)])),
            models.CheckConstraint(name="import_line_end_known", condition=Q(line_end__in=["", *get_args(LineEnd)])),
            models.CheckConstraint(
                name="import_received_whole",
                condition=Q(state="receiving") | (Q(sha256__regex=r"^[0-9a-f]{64}$") & ~Q(encoding="")),
            ),
            models.CheckConstraint(
                name="import_counts_add_up",
                condition=Q(rows=F("created") + F("versioned") + F("duplicates") + F("bad"))
                & Q(created__gte=0, versioned__gte=0, duplicates__gte=0, bad__gte=0),
            ),
            models.CheckConstraint(
                name="import_place_inside_file",
                condition=Q(next_byte__gte=0, next_row__gte=1, next_byte__lte=F("size")),
            ),
            models.CheckConstraint(
                name="import_looked_inside_file",
                condition=Q(looked_byte__gte=0, looked_row__gte=1, looked_byte__lte=F("size")),
            ),
            models.CheckConstraint(
                name="import_finished_when",
                condition=Q(state__in=["done", "failed"], finished_at__isnull=False)
                | (~Q(state__in=["done", "failed"]) & Q(finished_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="import_lease_has_end",
                condition=Q(lease__isnull=True, leased_until__isnull=True)
                | Q(lease__isnull=False, leased_until__isnull=False, state="running"),
            ),
        ]
        indexes = [
            models.Index(name="import_of_force", fields=["force", "id"]),  # what did this force send?
            # Which files are not worked off yet, or were left behind half received?
            models.Index(name="import_unfinished", fields=["received_at"], condition=~Q(state__in=["done", "failed"])),
        ]

    def __str__(self) -> str:
        return str(self.id)


class ImportPiece(models.Model):
    """A piece of a file as it was sent, sealed: it names people and places. Gone once the work is done."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    job = models.ForeignKey(OrderImport, on_delete=models.CASCADE, related_name="pieces", db_index=False)
    number = models.PositiveIntegerField()
    sealed = models.BinaryField()

    class Meta:
        # Also answers: what comes next in this file?
        constraints = [models.UniqueConstraint(name="import_piece_once", fields=["job", "number"])]

    def __str__(self) -> str:
        return str(self.number)


class ImportRun(models.Model):
    """Where rows of one reference stand in a file with nothing between them (`orders.imports.runs`).

    Made in the first look through the file; gone at the end of it where no order stands apart, else with the work.
    """

    job = models.ForeignKey(OrderImport, on_delete=models.CASCADE, related_name="runs", db_index=False)
    key = models.CharField(max_length=64)
    row = models.BigIntegerField()
    start = models.BigIntegerField()
    end = models.BigIntegerField()

    class Meta:
        constraints = [
            # Also answers: what comes next in this file?
            models.UniqueConstraint(name="import_run_once", fields=["job", "row"]),
            models.CheckConstraint(name="import_run_has_bytes", condition=Q(start__gte=0, end__gt=F("start"))),
        ]
        indexes = [models.Index(name="import_run_of_order", fields=["job", "key", "row"])]  # where else does it stand?

    def __str__(self) -> str:
        return self.key


class ImportedOrder(models.Model):
    """What became of one order of a file. `changes` are JSON pointers to what differs from the version before.

    `version` is the number of the version that it now is, where it is one.
    """

    job = models.ForeignKey(OrderImport, on_delete=models.CASCADE, related_name="orders", db_index=False)
    row = models.BigIntegerField()
    reference = models.CharField(max_length=64)
    outcome = models.CharField(max_length=9)
    version = models.PositiveIntegerField(null=True)
    changes = ArrayField(models.CharField(max_length=200), default=list, blank=True)

    class Meta:
        constraints = [
            # Also answers: was this reference further up in the file?
            models.UniqueConstraint(name="imported_order_once_a_file", fields=["job", "reference"]),
            models.CheckConstraint(name="imported_order_outcome_known", condition=Q(outcome__in=get_args(Outcome))),
            models.CheckConstraint(name="imported_order_row_from_one", condition=Q(row__gte=1)),
            models.CheckConstraint(
                name="imported_order_changes_of_versions", condition=Q(outcome="versioned") | Q(changes=[])
            ),
        ]
        indexes = [
            # Which orders of this file changed, in the order of their rows?
            models.Index(name="imported_order_changed", fields=["job", "row"], condition=Q(outcome="versioned")),
        ]

    def __str__(self) -> str:
        return self.reference


class ImportProblem(models.Model):
    """One finding in a file: the row, the column or pointer, a code and what to do. Never what the cell held.

    An `error` kept its order out; a `warning` is what PUT would have warned of, of an order that was taken.
    """

    job = models.ForeignKey(OrderImport, on_delete=models.CASCADE, related_name="problems", db_index=False)
    row = models.BigIntegerField()
    field = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=48)
    do = models.CharField(max_length=300)
    severity = models.CharField(max_length=7, default="error", db_default="error")

    class Meta:
        constraints = [
            models.CheckConstraint(name="import_problem_severity_known", condition=Q(severity__in=get_args(Severity))),
            models.CheckConstraint(name="import_problem_row_from_one", condition=Q(row__gte=1)),
            models.CheckConstraint(name="import_problem_has_code", condition=~Q(code="") & ~Q(do="")),
        ]
        indexes = [models.Index(name="import_problem_of_job", fields=["job", "row", "id"])]  # in order of rows

    def __str__(self) -> str:
        return self.code
