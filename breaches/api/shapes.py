"""What is said about a report after it was made, and what belongs to a person: shapes only."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from breaches.incident_shapes import IncidentIn
from breaches.serializers import OwnReportOut, ReportedByIn, ReportIn, WarningOut
from edge.shapes import CivilDate, Instant, Shape, Text

# As long as anybody tells; a report itself may be longer.
MOST_TEXT = 100_000


class PublicReportIn(ReportIn):
    """The same from somebody without an account, who may say whose account it is."""

    reported_by: ReportedByIn | None = None


class PublicReceiptOut(Shape):
    """The receipt is shown this once. With it, and with nothing else, one comes back to the report."""

    receipt: str
    advice: list[str]


class ReceiptIn(Shape):
    """Sixteen digits, grouped in any way."""

    receipt: Text = Field(max_length=100)


class ReceiptMessageIn(ReceiptIn):
    text: Text = Field(min_length=1, max_length=MOST_TEXT)
    immediate_danger: bool = False


class PublicQuestionOut(Shape):
    question: str
    asked_at: Instant
    due: Instant
    answered: bool


class PublicStatusOut(Shape):
    """Where a report stands. Never what was sent: whoever holds the receipt may not be who wrote it."""

    status: str
    received_at: Instant
    questions: list[PublicQuestionOut]
    advice: list[str]


class SupportServiceOut(Shape):
    kind: Literal["emergency", "non_emergency", "helpline", "commissioned"]
    name: str
    what_for: str
    phone: str | None
    free_to_call: bool | None
    hours: str | None
    source: str
    reviewed_on: CivilDate


class SupportOut(Shape):
    """Who helps, the most urgent first. `area` is null where the force is not known: then only national ones."""

    area: str | None
    services: list[SupportServiceOut]


class MessageIn(Shape):
    """More about a report. Where a question waits, this answers it."""

    text: Text = Field(min_length=1, max_length=MOST_TEXT)
    immediate_danger: bool = False


class CorrectionIn(IncidentIn):
    """What was wrong, and what counts instead. Of what is given here, all that was said before of the same is meant."""

    corrects: Text = Field("", max_length=200, description="what it is about: /happened, or in words")
    text: Text = Field(min_length=1, max_length=MOST_TEXT)


class WithdrawIn(Shape):
    reason: Text = Field("", max_length=MOST_TEXT)


class AddedOut(Shape):
    """That it arrived, and what to do in danger. Never what was found."""

    id: str
    sent_at: Instant
    status: str
    warnings: list[WarningOut]
    advice: list[str]


class LookOut(Shape):
    """Who has looked: never a name."""

    role: str
    force: str
    at: Instant


class OwnDetailOut(OwnReportOut):
    messages: list[dict[str, Any]]
    looked: list[LookOut]
    advice: list[str]


class AskIn(Shape):
    """A question to the reporter. A day without a time is the whole of that day in London."""

    question: Text = Field(min_length=1, max_length=4_000)
    due: Instant | CivilDate


class WordsIn(Shape):
    text: Text = Field(min_length=1, max_length=MOST_TEXT)


class ReopenIn(Shape):
    reason: Text = Field(min_length=10, max_length=2_000)


class WhyIn(Shape):
    reason: Text = Field(min_length=1, max_length=2_000)


class OfferIn(Shape):
    """To which force, by its PNC code, and why."""

    force: Text = Field(min_length=2, max_length=2)
    reason: Text = Field(min_length=1, max_length=2_000)


class SnoozeIn(Shape):
    """Until when it is put aside, and why. A day without a time is the whole of that day in London."""

    until: Instant | CivilDate
    reason: Text = Field(min_length=1, max_length=2_000)


class TakenPositionIn(Shape):
    """Whom the place in a photograph is of, and how the officer knows: it is where the camera was."""

    subject: Literal["respondent", "respondent_vehicle"]
    reason: Text = Field(min_length=10, max_length=2_000)


class BulkIn(Shape):
    """One verb on many reports; `note` and `snooze` say what goes with the verb of that name, for all of them."""

    verb: Literal["claim", "release", "note", "snooze"]
    reports: list[Annotated[Text, Field(min_length=1, max_length=40)]] = Field(min_length=1, max_length=100)
    note: WordsIn | None = None
    snooze: SnoozeIn | None = None


class BulkRowOut(Shape):
    """What became of one: `status` is the one that the verb alone would have answered."""

    report: str
    status: int
    id: str | None
    state: str | None
    etag: str | None
    code: str | None
    detail: str | None


class BulkOut(Shape):
    results: list[BulkRowOut]


class HappenedOut(Shape):
    """One thing in the history of an order. `record`: the version, zone, paper or report that says more."""

    at: Instant
    kind: str
    record: str
    about: dict[str, Any]


class TimelineOut(Shape):
    results: list[HappenedOut]
    next: None
    previous: None


class PairIn(Shape):
    """Another report, by id or reference, and why."""

    report: Text = Field(min_length=1, max_length=40)
    reason: Text = Field(min_length=1, max_length=2_000)


class OutcomeIn(Shape):
    kind: Literal[
        "charged",
        "summonsed",
        "cautioned",
        "community_resolution",
        "recorded_elsewhere",
        "evidential_difficulties",
        "victim_does_not_support",
        "no_further_action",
        "other",
    ]
    crime_reference: Text = Field("", max_length=64)
    reason: Text = Field(min_length=10, max_length=2_000)


class DiaryIn(ReportIn):
    """A report that is none yet: nothing is required, and nobody else reads it."""


class DiaryEntryOut(Shape):
    id: str
    written_at: Instant
    entry: dict[str, Any]
    report: str | None


class DiaryOut(Shape):
    results: list[DiaryEntryOut]
    next: str | None
    previous: str | None


class SafeHoursIn(Shape):
    """When, by London's clock, half-open; `to` at or before `from` runs past midnight."""

    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] = Field(min_length=1, max_length=7)
    from_: Text = Field(alias="from", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    to: Text = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")


class SafeContactIn(Shape):
    """How somebody can be reached without harm. Nothing is ever sent in another way (rule 74)."""

    channels: list[Literal["phone_call", "sms", "email", "app", "post", "in_person", "through_advocate"]] = Field(
        max_length=7, description="the safe ones, the best first; none at all: nothing is safe"
    )
    hours: list[SafeHoursIn] = Field([], max_length=50, description="none: at any hour")
    voicemail: bool = False
    phone: Text = Field("", max_length=40)
    email: Text = Field("", max_length=254)
    code_word: Text = Field("", max_length=100)
    language: Text = Field("", max_length=100)
    interpreter: bool = False
    who_else_sees_device: Text = Field("", max_length=1_000)


class SafeContactOut(Shape):
    """`said_at` is null where nobody has asked yet: then nothing is safe."""

    said_at: Instant | None
    safe_contact: dict[str, Any] | None


class SealOut(Shape):
    """`digest`: SHA-256 over where every chain of the trail ended when the day was over."""

    day: CivilDate
    digest: str


class SealsOut(Shape):
    results: list[SealOut]
    next: str | None
    previous: str | None
