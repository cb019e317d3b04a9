"""A report as it is sent, and what is answered: shapes only.

Words from a list (kinds, methods, channels ...) are plain text here: a word the service does not know is a
warning, since no report is refused for how somebody in fear put it.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from breaches.incident_shapes import MOST_ITEMS, AboutIn, IncidentIn, PositionIn
from edge.shapes import Instant, Reason, Shape, Text


class RiskIn(Shape):
    weapon: bool | None = None
    threat_of_violence: bool | None = None
    violence: bool | None = None
    forced_from_home: bool | None = None
    children_present: bool | None = None


class WitnessIn(Shape):
    name: Text | None = None
    how_to_reach: Text | None = None


class ReportedByIn(Shape):
    """Whose account a force system or an officer passes on, and which protected person it is about."""

    role: Text
    protected_person: Text | None = None


class CheckIn(IncidentIn):
    """ "Would this be a breach?": when and what, in the report's shapes, and about whom."""

    reported_by: AboutIn | None = None


class ReportIn(IncidentIn):
    """What happened, as the person tells it. Only `description` and `happened.from` are required."""

    order: Text | None = None
    force: Text | None = Field(None, description="which force the reporter would like to look at it")
    kinds: list[Text] | None = Field(None, max_length=MOST_ITEMS)
    behaviours: list[Text] | None = Field(None, max_length=MOST_ITEMS)
    description: Text | None = None
    impact: Text | None = None
    risk: RiskIn | None = None
    immediate_danger: bool | None = None
    witnesses: list[WitnessIn] | None = Field(None, max_length=MOST_ITEMS)


class PassedOnReportIn(ReportIn):
    """The same from a force system, or from an officer who writes down a call."""

    reported_by: ReportedByIn


class ViewIn(Shape):
    clause: Text
    view: Text
    reason: Text


class ExcuseIn(Shape):
    """That he claims a reasonable excuse, and the officer's view: the software never decides it (rule 44)."""

    claimed: bool
    view: Text = Field(max_length=2_000)


class VerifyIn(Shape):
    """An officer's decision that the order was breached: a view on each finding, in their own words."""

    findings: list[ViewIn] = Field(max_length=500)
    offences: list[Text] = Field(default=[], max_length=50)
    # Why, where no finding is agreed with: 10 to 2,000 characters.
    reason: Text | None = Field(None, max_length=2_000)
    reasonable_excuse: ExcuseIn | None = None


class NotVerifiedIn(Shape):
    reason: Reason


class NothingIn(Shape):
    """A verb that needs no words."""


class WarningOut(Shape):
    code: str
    pointer: str
    detail: str


class ReceiptOut(Shape):
    """That a report arrived. Never what was found in it."""

    id: str
    reference: str
    received_at: Instant
    review_due: Instant
    officer_contact_due: Instant
    status: str
    warnings: list[WarningOut]
    advice: list[str]


class ReasonOut(Shape):
    code: str
    detail: str


class LocationOut(Shape):
    """Metres; `distance_m` is negative inside. `result`: inside, outside, indeterminate or not_testable."""

    result: str
    zone: str
    zone_version: int
    distance_m: float | None
    r95_m: float | None
    probability_inside: float | None
    position: int
    position_subject: str
    position_method: str
    transformation: str | None
    zone_transformation: str | None
    reasons: list[str]
    disclaimer: str


class FindingOut(Shape):
    clause: str
    condition_kind: str
    order_version: int
    outcome: str
    outcome_otherwise: str | None
    wording: str
    reasons: list[ReasonOut]
    location: LocationOut | None
    locations: list[LocationOut]
    support: str | None


class AssessmentOut(Shape):
    """What the machine says, with its reasons. A named person verifies."""

    verdict: str
    engine_version: str
    assessed_at: Instant
    order_version: int | None
    reasons: list[ReasonOut]
    findings: list[FindingOut]


class CheckOut(Shape):
    """The answer, and what could not be understood in the question."""

    assessment: AssessmentOut
    warnings: list[WarningOut]


# What its sender had proved: all that is asked of them, their mailbox alone, or nothing but a receipt (rule 84).
# Null: the report was made before this was written down.
Assurance = Literal["full", "mailbox", "receipt"]


class ReportOut(Shape):
    """The whole report, as sent and as understood."""

    id: str
    reference: str
    state: str
    assurance: Assurance | None
    report: dict[str, Any]
    current: dict[str, Any]
    warnings: list[WarningOut]
    assessment: AssessmentOut
    questions: list[dict[str, Any]]
    messages: list[dict[str, Any]]
    withdrawn: dict[str, Any] | None
    withdrawals: list[dict[str, Any]]


class ChangeOut(Shape):
    """One thing that a later assessment says otherwise; `clause` is null for the whole."""

    clause: str | None
    what: str
    before: Any
    after: Any


class PastAssessmentOut(AssessmentOut):
    """An assessment in its place: why it was made, and what it says otherwise than the one before it."""

    cause: str
    changes: list[ChangeOut]


class PlaceCandidateOut(Shape):
    """A place named in a position's words, which do not read one way: nothing was judged by it. Metres."""

    position: int
    name: str
    longitude: float
    latitude: float
    r95_m: float
    terminated: bool = Field(description="the directory says that this postcode is in use no more")


class OfficerReportOut(ReportOut):
    """The same with what an officer works with."""

    priority: int
    priority_reasons: list[str]
    clocks: dict[str, Any]
    claimed_by: str | None
    force: str
    copies: list[dict[str, Any]]
    area: dict[str, Any] | None
    place_candidates: list[PlaceCandidateOut]
    assessments: list[PastAssessmentOut]
    decisions: list[dict[str, Any]]
    changed_since_decision: bool
    moves: list[dict[str, Any]]
    allowed: list[str]
    snoozed_until: Instant | None
    transfers: list[dict[str, Any]]
    evidence: list[dict[str, Any]]
    links: list[dict[str, Any]]
    notes: list[dict[str, Any]]
    outcomes: list[dict[str, Any]]
    order_candidates: list[dict[str, Any]]
    order_changes: list[dict[str, Any]]
    reporter: dict[str, Any]
    offences_suggested: list[dict[str, Any]]


class QueueRowOut(Shape):
    id: str
    reference: str
    state: str
    priority: int
    priority_reasons: list[str]
    verdict: str
    review_due: Instant
    officer_contact_due: Instant
    overdue: bool
    claimed_by: str | None
    order: str | None
    order_force: str | None
    received_at: Instant
    incident_from: Instant | None
    evidence_count: int
    evidence_changed_at: Instant | None
    linked_count: int
    snoozed_until: Instant | None
    withdrawn_at: Instant | None
    assurance: Assurance | None


class QueueOut(Shape):
    results: list[QueueRowOut]
    next: str | None
    previous: str | None


class OwnReportOut(Shape):
    """A report as its own reporter sees it: where it stands, never what was found.

    `reported_by`: `advocate` where somebody made it for her by her authority; what they said is theirs to read.
    """

    id: str
    reference: str
    status: str
    received_at: Instant
    review_due: Instant
    officer_contact_due: Instant
    questions: list[dict[str, Any]]
    reported_by: Literal["you", "advocate"]


class OwnReportsOut(Shape):
    results: list[OwnReportOut]
    next: str | None
    previous: str | None


class ZoneSearchIn(Shape):
    """A place in a report's shape; `at` is the instant whose terms count, now where it is left out."""

    position: PositionIn
    at: Instant | None = None
    reason: Reason


class ZoneFoundOut(Shape):
    """A zone by its neutral code. Metres; `distance_m` is negative inside."""

    order: str
    version: int
    zone: str
    result: str
    distance_m: float
    r95_m: float
    probability_inside: float


class ZonesFoundOut(Shape):
    results: list[ZoneFoundOut]
    more: bool
    disclaimer: str


class BreachOut(Shape):
    """A decision on a breach, as it was made. `overturns` is the id of the entry that an `overturned` one takes back.

    `assessment` is the one decided on, with its `id`. `withheld` says why an entry has none, and neither findings nor
    offences: the report is erased, or the force does not read it any more. Then nothing is said of what was decided.
    """

    id: str
    sequence: int
    decision: Literal["verified", "overturned"]
    overturns: str | None
    decided_at: Instant
    report: str
    reference: str
    order: str | None
    order_force: str | None
    assessment: dict[str, Any] | None
    findings: list[dict[str, Any]]
    offences: list[str]
    state: str
    withheld: Literal["erased", "not_readable"] | None


class BreachesOut(Shape):
    results: list[BreachOut]
    cursor: str
    next: str | None


class TrailRowOut(Shape):
    """One act on personal data (Data Protection Act 2018, section 62). `hash` is null until it is chained."""

    at: Instant
    actor: str
    actor_kind: str
    organisation: str
    action: str
    verb: str
    record_ids: list[str]
    reason_code: str
    reason: str
    correlation_id: str
    recipient: str
    hash: str | None


class TrailOut(Shape):
    """One page; `next` and `previous` are cursors."""

    results: list[TrailRowOut]
    next: str | None
    previous: str | None
