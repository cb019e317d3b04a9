"""What a court said, in the words of the Act, as frozen values. Pure: no Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Literal, assert_never, cast, get_args
from uuid import UUID

from geo.zones import Zone

OrderKind = Literal["full", "interim"]
Route = Literal["application", "on_conviction", "on_acquittal"]
Basis = Literal["resides", "believed_in_area", "intends_to_come"]
ChangeKind = Literal["made", "variation", "renewal", "correction"]
CourtType = Literal["magistrates", "youth", "crown", "court_of_appeal", "other"]
ConditionKind = Literal[
    "exclusion_zone",
    "no_contact",
    "no_social_reference",
    "no_approach",
    "no_images",
    "no_surveillance",
    "requirement",
    "other_prohibition",
]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ExceptionKind = Literal[
    "travel_through",
    "court",
    "solicitor",
    "police_station",
    "medical",
    "child_contact",
    "prior_written_consent",
    "other",
]
Channel = Literal[
    "any",
    "in_person",
    "phone_call",
    "sms",
    "post",
    "email",
    "messaging_app",
    "social_media",
    "gift_or_delivery",
    "other",
]
Requirement = Literal[
    "assessment",
    "attend_programme",
    "mental_health",
    "substance_programme",
    "surrender_devices",
    "device_access",
    "sign_on",
    "other",
]
IdentifierKind = Literal["phone", "email", "social", "vehicle", "address", "other"]
ServiceMethod = Literal["in_person", "in_court", "solicitor", "post", "other"]
Status = Literal["pending", "in_force", "superseded", "expired", "discharged", "quashed"]

CONDITION_KINDS: frozenset[str] = frozenset(get_args(ConditionKind))


def known_kind(kind: str) -> ConditionKind | None:
    """The kind of a condition as one that a `match` can be exhaustive over; None for a word that is none of ours."""
    return cast("ConditionKind", kind) if kind in CONDITION_KINDS else None


# Kinds that a machine can test. The others always go to a person (rule 62).
CHECKABLE: frozenset[str] = frozenset({"exclusion_zone", "no_contact", "no_social_reference"})
# What is recorded of an order beside its versions and can be withdrawn, as addresses name it.
RecordKind = Literal["service", "determination", "discharge", "appeal", "notifications", "notification-events"]
DeterminationResult = Literal["granted", "refused", "withdrawn"]
AppealOutcome = Literal["dismissed", "abandoned", "varied", "quashed"]
DocumentType = Literal["application/pdf", "image/png", "image/jpeg"]
# What lets the police take somebody's positions: never an order of this Act (rule 82).
AuthorityKind = Literal["licence", "bail", "dapo", "court_other"]
# Fingerprints and photographs, which he must allow if asked (section 10(5)).
IdentityCheck = Literal["not_asked", "allowed", "refused"]
Polarity = Literal["prohibition", "requirement"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def polarity_of(kind: str) -> Polarity:
    """Whether the court forbade something or asked for it (section 2(1)); a map answers for prohibitions only.

    What is of no kind that is known here is shown as what most conditions are; no verdict reads this.
    """
    known = known_kind(kind)
    match known:
        case "requirement":
            return "requirement"
        case "exclusion_zone" | "no_contact" | "no_social_reference" | "no_approach" | "no_images":
            return "prohibition"
        case "no_surveillance" | "other_prohibition" | None:
            return "prohibition"
        case _:
            assert_never(known)


@dataclass(frozen=True, slots=True)
class Period:
    """Half-open: `start` counts, `end` does not. `end` None is "until further order" (section 3)."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Placed:
    """A version on record: from when to when it runs if nothing else happens, and what it was taken to correct."""

    number: int
    period: Period
    made_on: date
    corrects: int | None = None


@dataclass(frozen=True, slots=True)
class End:
    """What ended an order before its time, as a status from that instant on."""

    at: datetime
    status: Status


@dataclass(frozen=True, slots=True)
class Window:
    """When a condition bites: London wall-clock, half-open; `end` <= `start` runs past midnight."""

    days: frozenset[str]
    start: time
    end: time
    dates: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True, slots=True)
class CourtException:
    """Words by which the order itself lets him do what it otherwise forbids."""

    kind: str
    wording: str


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number, address or handle by which somebody is known. `platform` for social media only."""

    kind: str
    value: str
    platform: str = ""


# How something reported is like something on record, strongest first. The first two say that it is the same.
Likeness = Literal[
    "same",
    "same_for_provider",
    "one_of_several",
    "tag_apart",
    "elsewhere",
    "part_of_number",
    "as_written",
    "looks_alike",
]
IdentifierKey = tuple[Likeness, str]


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """By what a person of one version is recognised (`orders.rules.known`). Personal data: never shown.

    `since` and `until` (half-open; None: no end on that side) are when it is his, where that is known.
    """

    keys: frozenset[IdentifierKey] = field(default=frozenset(), repr=False)
    names: frozenset[str] = field(default=frozenset(), repr=False)
    longest_name: int = 0
    joined_names: frozenset[str] = field(default=frozenset(), repr=False)
    joined_lengths: frozenset[int] = frozenset()
    # Whole numbers, as digits, and those of which some digits are hidden, as patterns of what may stand there.
    numbers: frozenset[str] = field(default=frozenset(), repr=False)
    masks: frozenset[str] = field(default=frozenset(), repr=False)
    since: datetime | None = None
    until: datetime | None = None

    @property
    def always(self) -> bool:
        return self.since is None and self.until is None


@dataclass(frozen=True, slots=True)
class Learned:
    """An identifier that was recorded of the respondent himself, beside the versions: what it is stays in its row."""

    id: UUID
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class ZoneTerms:
    """A drawn reading of the words. It supports a verdict only once a second person approved it (rule 16)."""

    code: str
    shape_sha256: str
    zone: Zone
    drawn_by: str


@dataclass(frozen=True, slots=True)
class Locality:
    """Where a condition is expressly limited to (section 2(4)); None instead of one: all of the United Kingdom."""

    wording: str
    shape_sha256: str = ""
    zone: Zone | None = None


@dataclass(frozen=True, slots=True)
class ConditionTerms:
    """One prohibition or requirement. `period` is its own where the court gave one (section 3)."""

    clause: str
    kind: str
    wording: str
    protects: tuple[str, ...]
    period: Period | None
    windows: tuple[Window, ...]
    exceptions: tuple[CourtException, ...]
    zones: tuple[ZoneTerms, ...] = ()
    channels: frozenset[str] = frozenset()
    indirect: bool = False
    platforms: frozenset[str] = frozenset()
    watch_terms: tuple[str, ...] = ()
    locality: Locality | None = None

    @property
    def machine_checkable(self) -> bool:
        return self.kind in CHECKABLE

    @property
    def polarity(self) -> Polarity:
        return polarity_of(self.kind)


@dataclass(frozen=True, slots=True)
class Approval:
    """Who stood by a drawn zone, and when."""

    staff_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """How a version came about. `corrects`: the version whose place it takes, where it names one.

    `respondent_present`: whether he was in court when it was made; None where nobody said.
    """

    kind: str = "made"
    corrects: int | None = None
    respondent_present: bool | None = None


@dataclass(frozen=True, slots=True)
class ServedVersion:
    """That he was given a version, by its number."""

    version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class VersionTerms:
    """One version and the time in which it was the one in force. `in_force` None: in force at no time.

    `runs` is the time that its own document gives it, whatever other versions there are.
    """

    number: int
    in_force: Period | None
    conditions: tuple[ConditionTerms, ...]
    approvals: dict[str, Approval] = field(default_factory=dict)
    runs: Period | None = None
    change: Change = Change()


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """Everything that judging one report needs of an order. `served_at`: first served; None: no service recorded.

    `services`: which version was served when; None where that was not asked yet (assessments before engine 3).
    `respondent`: by what he is recognised, once for each version that says so and once for each identifier that was
    `learned` of him: all count, whichever version is in force. `protected`: the key of everybody whom
    any version protects. `accounts`: whose account is whose key, as far as whoever asks may know. `restricted`: for
    named readers only (rule 81); no part of any verdict.
    """

    order_id: UUID
    reference: str
    force: str
    served_at: datetime | None
    versions: tuple[VersionTerms, ...]
    respondent: tuple[KnownPerson, ...] = ()
    restricted: bool = False
    protected: frozenset[str] = frozenset()
    accounts: Mapping[str, str] = field(default_factory=dict)
    services: tuple[ServedVersion, ...] | None = None
    learned: tuple[Learned, ...] = ()
