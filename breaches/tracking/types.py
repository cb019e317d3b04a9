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
    """

    order: str
    device: str
    at: datetime
    longitude: float
    latitude: float
    accuracy_m: float | None
    accuracy_basis: str
    r95_m: float


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
    """A stored fix in its place in a track, as it is judged now. `at_first`: where it was judged otherwise before."""

    at: datetime
    longitude: float
    latitude: float
    accuracy_m: float | None
    accuracy_basis: str
    r95_m: float
    near: Near
    seen: tuple[Seen, ...]
    at_first: Looked | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """A visit to one zone: from the first fix in it to the last known. `id` None: not on record yet.

    `hits` are the instants in this stay of the fixes that were looked at now.
    """

    zone: str
    entered_at: datetime
    last_at: datetime
    hits: tuple[datetime, ...]
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row of a batch that was not taken: where it stood, and why in a word."""

    index: int
    code: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch. `reports`: those that entering a zone raised."""

    received: int
    accepted: int
    duplicates: int
    rejected: tuple[Rejected, ...]
    reports: tuple[UUID, ...]
