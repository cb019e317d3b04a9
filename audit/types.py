"""Words of the trail. The actions are those that section 62 of the Data Protection Act 2018 names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Action = Literal["collection", "alteration", "consultation", "disclosure", "combination", "erasure"]
ActorKind = Literal["force_system", "officer", "victim", "advocate", "support", "public", "service"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: `id` is stable and says nothing by itself, `organisation` is a force code or empty."""

    kind: ActorKind
    id: str
    organisation: str = ""


SERVICE = Actor("service", "spo-service")
