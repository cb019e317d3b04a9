"""What is said about a report after it was made, and what belongs to a person: shapes only."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from breaches.incident_shapes import MOST_ITEMS, AboutIn, ContactIn, HappenedIn, MentionIn, PositionIn
from breaches.serializers import Assurance, OwnReportOut, ReportIn, RiskIn, WarningOut, WitnessIn
from edge.shapes import CivilDate, Instant, NullIsAbsent, Reason, Shape, ShortReason, Text

# As long as anybody tells; a report itself may be longer.
MOST_TEXT = 100_000
_TEXT = "required, but for somebody in immediate danger"


class PublicReportIn(ReportIn):
    """The same from somebody without an account, who may say whose account it is."""

    reported_by: AboutIn | None = None


class PublicReceiptOut(Shape):
    """The receipt is shown this once. With it, and with nothing else, one comes back to the report."""

    receipt: str
    advice: list[str]


class ReceiptIn(Shape):
    """Sixteen digits, grouped in any way."""

    receipt: Text = Field(max_length=100)


class ReceiptMessageIn(NullIsAbsent):
    """The same as `MessageIn`, by the receipt."""

    receipt: Text = Field(max_length=100)
    text: Text = Field("", max_length=MOST_TEXT, description=_TEXT)
    immediate_danger: bool | None = None


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


class MessageIn(NullIsAbsent):
    """More about a report. Where a question waits, this answers it."""

    text: Text = Field("", max_length=MOST_TEXT, description=_TEXT)
    immediate_danger: bool | None = None


_REPLACES = Field(None, description="the number of the item in whose place this one stands")
_STRIKES = Field(None, description="the number of an item that was not so; it keeps its number, and counts no more")


class CorrectedPositionIn(PositionIn):
    replaces: int | None = _REPLACES
    strikes: int | None = _STRIKES


class CorrectedContactIn(ContactIn):
    replaces: int | None = _REPLACES
    strikes: int | None = _STRIKES


class CorrectedMentionIn(MentionIn):
    replaces: int | None = _REPLACES
    strikes: int | None = _STRIKES


class CorrectedWitnessIn(WitnessIn):
    replaces: int | None = _REPLACES
    strikes: int | None = _STRIKES


class CorrectedWordIn(Shape):
    """A word of a list. One by itself is added."""

    value: Text | None = None
    replaces: int | None = _REPLACES
    strikes: int | None = _STRIKES


def _as_word(item: object) -> object:
    return {"value": item} if isinstance(item, str) else item


_WORD_SCHEMA: Final = {"anyOf": [{"type": "string"}, CorrectedWordIn.model_json_schema()]}
CorrectedWord = Annotated[CorrectedWordIn, BeforeValidator(_as_word), WithJsonSchema(_WORD_SCHEMA)]


class CorrectionIn(NullIsAbsent):
    """What was wrong, and what is so. Lists are added to; an item may name by its number what it replaces or strikes.

    Numbers are those under which `current` shows the items: those of the report from 0, then what was added, in order.
    They never change. `happened` is taken whole where it says when it began.
    """

    happened: HappenedIn | None = None
    positions: list[CorrectedPositionIn] | None = Field(None, max_length=MOST_ITEMS)
    contacts: list[CorrectedContactIn] | None = Field(None, max_length=MOST_ITEMS)
    social: list[CorrectedMentionIn] | None = Field(None, max_length=MOST_ITEMS)
    witnesses: list[CorrectedWitnessIn] | None = Field(None, max_length=MOST_ITEMS)
    kinds: list[CorrectedWord] | None = Field(None, max_length=MOST_ITEMS)
    behaviours: list[CorrectedWord] | None = Field(None, max_length=MOST_ITEMS)
    risk: RiskIn | None = None
    corrects: Text = Field("", max_length=200, description="what it is about: /happened, or in words")
    text: Text = Field("", max_length=MOST_TEXT, description=_TEXT)
    immediate_danger: bool | None = None


class WithdrawIn(NullIsAbsent):
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
    """`report` is what was sent, `current` what it says now; null for whoever proved no more than a mailbox.

    `assurance`, here and in `messages`: `mailbox` where whoever sent it had proved no more than that.
    """

    report: dict[str, Any] | None
    assurance: Assurance | None
    current: dict[str, Any] | None
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
    reason: Reason


class WhyIn(Shape):
    reason: ShortReason


class OfferIn(Shape):
    """To which force, by its PNC code, and why."""

    force: Text = Field(min_length=2, max_length=2)
    reason: ShortReason


class AttachIn(Shape):
    """The order that a report is about, as anybody writes its reference; null: none that is known. And why."""

    order: Text | None = Field(max_length=200)
    reason: Reason


RevealedField = Literal["name", "account"]


class RevealReporterIn(Shape):
    """What is left out elsewhere, asked for by name and with a reason that goes into the trail."""

    fields: list[RevealedField] = Field(min_length=1, max_length=2)
    reason: Reason


class RevealedReporterOut(Shape):
    """Only what was asked for is there, and null where nobody knows it.

    `name`: of the protected person whose report it is, as the newest version of the order has it. `account`: the
    address by which whoever sent it signs in. It is no way to reach anybody: the safe contact says that.
    """

    name: dict[str, Any] | None = None
    account: dict[str, Any] | None = None


class SnoozeIn(Shape):
    """Until when it is put aside, and why. A day without a time is the whole of that day in London."""

    until: Instant | CivilDate
    reason: ShortReason


class TakenPositionIn(Shape):
    """Whom the place in a photograph is of, and how the officer knows: it is where the camera was."""

    subject: Literal["respondent", "respondent_vehicle"]
    reason: Reason


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
    reason: ShortReason


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
    reason: Reason


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


class SafeContactIn(NullIsAbsent):
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
