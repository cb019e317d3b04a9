"""What was reported, as the rules take it, and what they find. Pure: no Django."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from geo.gazetteer import Mentioned
from geo.types import Fix

Outcome = Literal["indicated", "possible", "needs_officer", "not_indicated", "not_applicable"]
VerdictName = Literal["breach_indicated", "possible_breach", "needs_officer", "not_indicated", "no_order_in_force"]
State = Literal["received", "in_review", "needs_information", "verified", "not_verified", "in_follow_up", "closed"]
# How well a place is founded: what an officer reads first.
Support = Literal["single_position", "consecutive_positions", "independent_positions"]
VictimStatus = Literal["received", "being_reviewed", "question_for_you", "with_officers", "closed", "withdrawn"]

# Of several, the highest decides.
RANK: dict[Outcome, int] = {
    "indicated": 4,
    "possible": 3,
    "needs_officer": 2,
    "not_indicated": 1,
    "not_applicable": 0,
}
# An officer gives a view on each of these before deciding.
NEEDS_VIEW: frozenset[str] = frozenset({"indicated", "possible", "needs_officer"})

KINDS = frozenset({"exclusion_zone", "contact", "social", "approach", "images", "surveillance", "other"})
BEHAVIOURS = frozenset({
    "following", "uninvited_at_home", "loitering", "watching", "identity_theft", "posting_online",
    "monitoring_devices", "intimate_images", "account_access", "spam_or_virus", "impersonation",
    "threat_to_share", "tracking_software", "recording_images", "abusive_message", "abusive_call",
    "third_party_contact", "damage", "other",
})  # fmt: skip
SUBJECTS = frozenset({"respondent", "respondent_vehicle", "protected_person", "reporter", "item", "unknown"})
TESTED_SUBJECTS = frozenset({"respondent", "respondent_vehicle"})
METHODS = frozenset({
    "gnss", "wifi", "cell", "exif", "map_pin", "address", "postcode", "grid_reference", "tag", "road", "w3w",
    "witness_estimate",
})  # fmt: skip
BASES = frozenset({"p95", "p68", "rms", "unknown"})
CERTAINTIES = frozenset({"exact", "about", "unknown"})
ABOUT_ME = frozenset({"direct", "indirect", "not_sure"})
SENDER_KINDS = frozenset({"phone", "email", "social", "vehicle", "address", "other", "withheld", "unknown"})
CHANNELS = frozenset({
    "in_person", "phone_call", "sms", "post", "email", "messaging_app", "social_media", "gift_or_delivery", "other",
})  # fmt: skip
ROLES = frozenset({"protected_person", "advocate", "witness", "officer"})
# What anybody may say of themselves; that one is an officer is for an officer's account to say.
ROLES_TO_CLAIM = ROLES - {"officer"}
ADDITIONS = frozenset({"message", "answer", "correction"})
# What somebody had proved who added to a report: all that is asked of her, her mailbox alone, or its receipt.
ASSURANCES = frozenset({"full", "mailbox", "receipt"})
WITHDRAWAL_ACTS = frozenset({"withdrawn", "resumed"})
# Why a force reads a report that another force works on (rule 47).
COPY_REASONS = frozenset({"order_force", "home_force", "reviewing_force"})
TRANSFER_ENDS = frozenset({"accepted", "returned", "taken_back"})
LINK_ACTS = frozenset({"linked", "unlinked"})
OUTCOMES = frozenset({
    "charged", "summonsed", "cautioned", "community_resolution", "recorded_elsewhere", "evidential_difficulties",
    "victim_does_not_support", "no_further_action", "other",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Interval:
    """When something happened: `start` counts, `end` does not, unless they are one and the same instant.

    `ahead`: it was said to begin more than 15 minutes after it was told, which nobody can know. `ends_ahead`: only to
    end then; `end` is when it was told.
    """

    start: datetime
    end: datetime
    ahead: bool = False
    ends_ahead: bool = False


@dataclass(frozen=True, slots=True)
class ReportedPosition:
    """One place in a report. `fix` is None where it cannot be judged; `at` None: at the time of the incident.

    `time_unreadable`: a time was sent that nobody can read, so that nothing about it is certain. `accuracy_assumed`:
    nobody said how accurate it is. `evidence`: the id of the item whose place it is, where an officer took it from one.
    `ahead`: recorded more than 15 minutes after it was told.
    `disowned`: its own receiver says that it is none (rule 52). `candidates`: what words that read two ways may mean.
    """

    index: int
    subject: str
    method: str
    fix: Fix | None
    at: datetime | None
    transformation: str | None = None
    time_unreadable: bool = False
    accuracy_assumed: bool = False
    evidence: str = ""
    ahead: bool = False
    disowned: bool = False
    candidates: tuple[Mentioned, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportedContact:
    """One call, message or gift. `kind` and `value` are how its sender showed, as it was sent.

    `to`: the key of the protected person whom it was to, as it was sent, or "". `ahead`: as of a position.
    """

    index: int
    channel: str
    at: datetime | None
    kind: str
    value: str
    platform: str
    third_party: bool
    to: str = ""
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class ReportedMention:
    """One thing seen on social media. `url` is text, never opened; what was kept before it was has none.

    `about`: the key of the protected person whom it is about, as it was sent, or "". `ahead`: as of a position.
    """

    index: int
    platform: str
    handle: str
    text: str
    about_me: str
    seen_at: datetime | None
    url: str = ""
    about: str = ""
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything in a report that a rule may look at. `interval` None: nobody can say when.

    `left_out`: of which lists more was sent than is judged (positions, contacts, social). `protected_person`: the key,
    as it was sent, of the one whom it is about. `accounts`: the ids of the accounts for whom it is told; whose key each
    has is for the order to say.
    """

    interval: Interval | None
    kinds: frozenset[str] = frozenset()
    behaviours: frozenset[str] = frozenset()
    positions: tuple[ReportedPosition, ...] = ()
    contacts: tuple[ReportedContact, ...] = ()
    social: tuple[ReportedMention, ...] = ()
    left_out: frozenset[str] = frozenset()
    protected_person: str = ""
    accounts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a stable code and a sentence for the officer. No address, number or narrative in it."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Location:
    """How one position lies to one zone, or why it could not be tested. Metres; distance negative inside."""

    result: Literal["inside", "outside", "indeterminate", "not_testable"]
    zone: str
    zone_version: int
    position: int
    position_subject: str
    position_method: str
    distance_m: float | None = None
    r95_m: float | None = None
    probability_inside: float | None = None
    transformation: str | None = None
    zone_transformation: str | None = None
    reasons: tuple[str, ...] = ()
    disclaimer: str = ""


@dataclass(frozen=True, slots=True)
class Touch:
    """One reported thing that touches a condition.

    `outcome` is what it amounts to if every gate is open; `stops` are gates of its own that are shut, each of
    which leaves it to an officer. `when` None: at an unknown time. `about`: the key of the protected person whom this
    one thing is about, where it says so itself. `zone`: the code of the zone that it is about.
    """

    outcome: Outcome
    reasons: tuple[Reason, ...]
    when: Interval | None
    stops: tuple[Reason, ...] = ()
    location: Location | None = None
    about: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What the report amounts to under one condition. `outcome_otherwise`: were it not for the officer's part.

    `support`: whether `location` rests on one position alone; None where no position was tested.
    """

    clause: str
    condition_kind: str
    wording: str
    order_version: int
    outcome: Outcome
    reasons: tuple[Reason, ...]
    outcome_otherwise: Outcome | None = None
    location: Location | None = None
    locations: tuple[Location, ...] = ()
    support: Support | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the machine says. It assesses; a named person verifies (rule 46)."""

    name: VerdictName
    order_version: int | None
    findings: tuple[Finding, ...]
    reasons: tuple[Reason, ...] = ()
