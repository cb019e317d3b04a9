"""Words of the position feed, as frozen values. Pure: no Django."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

# touch: the error circle touches a zone. ring: it touches the ring around one. none: neither, soon forgotten.
Near = Literal["none", "ring", "touch"]
# How well a visit is founded: what an officer reads first.
Support = Literal["single_position", "consecutive_positions"]
NEAR: tuple[Near, ...] = ("none", "ring", "touch")


class SentFix(NamedTuple):
    """One row of a batch that could be read. Degrees WGS84; `r95_m` holds 95 % of the error, in metres.

    `accuracy_m` and `accuracy_basis` are as sent; None and "" where a usual accuracy was assumed instead.
    `accuracy_sent` is then the nought, or the number below it, that was sent; `receiver_status` is "void" or "".
    """

    order: str
    device: str
    at: datetime
    longitude: float
    latitude: float
    accuracy_m: float | None
    accuracy_basis: str
    r95_m: float
    accuracy_sent: float | None = None
    receiver_status: str = ""

    @property
    def disowned(self) -> bool:
        """Whether the device itself says that this is no position (rule 52)."""
        return is_disowned(self.accuracy_sent, self.receiver_status)


def is_disowned(accuracy_sent: float | None, receiver_status: str) -> bool:
    return bool(receiver_status) or (accuracy_sent is not None and accuracy_sent < 0)


class Seen(NamedTuple):
    """How a fix lies to one zone of the order. `counts`: the zone was forbidden at that instant."""

    zone: str
    distance_m: float
    probability: float
    counts: bool


class Looked(NamedTuple):
    """How a fix lies to the order: every zone of the version then in force, where it lies near one.

    `nearest` is None, and `seen` empty, for a fix that is near none.
    """

    near: Near
    seen: tuple[Seen, ...] = ()
    version: int | None = None

    @property
    def nearest(self) -> Seen | None:
        return min(self.seen, key=lambda seen: seen.distance_m, default=None)


FAR = Looked("none")


class TrackPoint(NamedTuple):
    """A stored fix in its place in a track, as it is judged now. `at_first`: where it was judged otherwise before.

    `said` tells it from others of the same instant.
    """

    at: datetime
    longitude: float
    latitude: float
    accuracy_m: float | None
    accuracy_basis: str
    r95_m: float
    near: Near
    seen: tuple[Seen, ...]
    at_first: Looked | None = None
    said: UUID = UUID(int=0)
    accuracy_sent: float | None = None
    receiver_status: str = ""

    @property
    def disowned(self) -> bool:
        """Whether the device itself says that this is no position (rule 52)."""
        return is_disowned(self.accuracy_sent, self.receiver_status)


@dataclass(frozen=True, slots=True)
class Stay:
    """A visit to one zone: from the first fix in it to the last known. `id` None: not on record yet.

    `hits` are the instants in this stay of the fixes that were looked at now. `joins`: other visits on record that it
    turns out to be one with.
    """

    zone: str
    entered_at: datetime
    last_at: datetime
    hits: tuple[datetime, ...]
    id: UUID | None = None
    joins: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row of a batch that was not taken: where it stood, and why in a word."""

    index: int
    code: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch. `reports`: those that entering a zone raised. `warnings`: of rows that were kept."""

    received: int
    accepted: int
    duplicates: int
    rejected: tuple[Rejected, ...]
    reports: tuple[UUID, ...]
    warnings: tuple[Rejected, ...] = ()
