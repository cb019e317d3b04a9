"""An order of a file on its way into the tables: its document, what is on record of it, what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.types import Caller
from common.problems import Problem
from edge.drafts import read_draft
from geo.zones import Zone
from orders import rules
from orders.imports.entries import Entry
from orders.imports.telling import RowProblem, told
from orders.imports.types import Outcome
from orders.models import ImportedOrder, InForce, OrderImport, OrderVersion
from orders.queries import closed_among, orders_open_to
from orders.rules.comparing import removals
from orders.serializers.document import OrderDocument
from orders.services.readers import note_attempt
from orders.services.registering import Document

# Nobody puts right more than this in one order at a time.
MOST_PROBLEMS = 50


@dataclass(slots=True)
class Draft:
    """An order of the file with its document, and what becomes of it. `latest` None: not known before.

    `stands` is the version on record that the file is compared with.
    """

    entry: Entry
    value: dict[str, Any]
    document: Document
    latest: OrderVersion | None
    stands: OrderVersion | None = None
    verdict: rules.Verdict | None = None
    built: Mapping[tuple[int, int], Zone] = field(default_factory=dict)
    outcome: Outcome = "bad"
    problems: Sequence[RowProblem] = ()
    repeated: bool = False
    version: int | None = None
    changes: Sequence[str] = ()
    warnings: Sequence[RowProblem] = ()

    def refuse(self, problems: Sequence[RowProblem]) -> None:
        self.outcome, self.problems, self.version, self.changes, self.warnings = "bad", problems, None, (), ()

    def add_warnings(self, warnings: Iterable[Problem]) -> None:
        """What PUT would have answered with, in the file's own words."""
        found = dict.fromkeys(self.entry.told(warning) for warning in warnings)
        self.warnings = list(found)[:MOST_PROBLEMS]


def caller_of(job: OrderImport) -> Caller:
    """The system that sent the file: everything in it is recorded as its doing."""
    return Caller(kind="force_system", id=job.requested_by, force=job.force_id)


def find_drafts(job: OrderImport, entries: Sequence[Entry]) -> list[Draft]:
    """A draft of each, beside what is on record of it. Those that may not be taken at all are refused."""
    references = sorted({entry.reference for entry in entries if entry.reference})
    seen = set(ImportedOrder.objects.filter(job=job, reference__in=references).values_list("reference", flat=True))
    latest, closed = _latest(job, references), closed_among(caller_of(job), references)
    standing = _find_standing(latest)
    note_attempt(caller=caller_of(job), records=closed.values())
    drafts = []
    for entry in entries:
        draft = _new_draft(entry, latest.get(entry.reference), standing.get(entry.reference))
        draft.repeated = entry.reference in seen
        if draft.repeated:
            draft.refuse([told(entry.row, "", "reference_repeated")])
        elif entry.reference in closed:  # not told from any other row that could not be stored (rule 81)
            draft.refuse([told(entry.row, "", "row_not_stored")])
        elif entry.reference:
            seen.add(entry.reference)
        drafts.append(draft)
    return drafts


def _latest(job: OrderImport, references: Sequence[str]) -> dict[str, OrderVersion]:
    """The latest versions of the orders that are known, whose rows are then held."""
    orders = orders_open_to(caller_of(job)).filter(reference__in=references).order_by("reference")
    held = list(orders if job.dry_run else orders.select_for_update(of=("self",)))
    versions = OrderVersion.objects.filter(order__in=held).select_related("order").order_by("order_id", "-number")
    return {version.order.reference: version for version in versions.distinct("order_id").defer("body_sent")}


def _find_standing(latest: Mapping[str, OrderVersion]) -> dict[str, OrderVersion]:
    """The version of each order that governs last: a correction of an early one is the newest, and not that."""
    times = InForce.objects.filter(order__in=[version.order_id for version in latest.values()], known__upper_inf=True)
    rows = times.select_related("version__order").order_by("order_id", "-during").distinct("order_id") if latest else ()
    last = {row.order_id: row.version for row in rows}
    return {reference: last.get(version.order_id, version) for reference, version in latest.items()}


def _new_draft(entry: Entry, latest: OrderVersion | None, stands: OrderVersion | None) -> Draft:
    value = entry.doc
    read, problems = read_draft(value, OrderDocument)
    body = read.model_dump(mode="json", by_alias=True, exclude_unset=True)
    draft = Draft(entry, value, Document(body, entry.sent, tuple(problems)), latest, stands)
    draft.problems = entry.problems
    return draft


def changes_not_said(draft: Draft) -> list[RowProblem]:
    """Of an order on record: that the file does not say what kind of change this is, and what it would take away.

    Nothing that a file leaves out is taken for struck out: rows get lost, and with them a place he must not be at.
    """
    if draft.stands is None or _find_change(draft) is not None:
        return []
    found = [Problem("/change/kind", "change_needed", "Say what kind of change this is.")]
    if not draft.problems and not draft.document.shape_problems:
        found += removals(draft.document.body, draft.stands.body)
    return [draft.entry.told(problem) for problem in found]


def _find_change(draft: Draft) -> str | None:
    """The kind of change that the file names, in its own column or by the code of an application."""
    said = draft.value.get("change") or {}
    kind = said.get("kind") if isinstance(said, dict) else "unreadable"
    if kind in (None, "made"):
        return draft.entry.applied_for if draft.entry.applied_for in ("variation", "renewal") else None
    return str(kind)


def name_change(draft: Draft, stands: OrderVersion) -> None:
    """The change that an application code says. One that the file does not name is looked at as if it were a
    correction, so that all else that is wrong with it is told too; it is refused (`changes_not_said`)."""
    said = draft.value.get("change") or {}
    if not isinstance(said, dict) or said.get("kind") not in (None, "made"):
        return
    if draft.entry.applied_for in ("variation", "renewal"):
        change = {**said, "kind": draft.entry.applied_for}
    else:
        day = (stands.body.get("change") or {}).get("decided_on") or draft.document.body.get("made_on")
        change = {**said, "kind": "correction", "decided_on": day}
    draft.value = {**draft.value, "change": change}
    body = {**draft.document.body, "change": change}
    draft.document = Document(body, draft.document.sent, draft.document.shape_problems)


def told_in_file(draft: Draft, problems: Iterable[Problem]) -> list[RowProblem]:
    """In the file's own words; a cell that was told already is not told again."""
    found: dict[tuple[int, str, str], RowProblem] = {}
    cells = {(problem.row, problem.field) for problem in draft.problems}
    for problem in problems:
        row = draft.entry.told(problem)
        if (row.row, row.field) not in cells:
            found.setdefault((row.row, row.field, row.code), row)
    return list(found.values())
