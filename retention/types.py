"""Words of keeping and of letting go: review groups, grounds for withholding, decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

# Groups of the College of Policing's APP on retention, review and disposal ("MoPI groups"), and after how many years
# each is looked at again. 1: public protection and the gravest; 2: other sexual, violent and serious offending,
# stalking among it; 3: all other; 4: what is kept for another reason.
Group = Literal[1, 2, 3, 4]
YEARS: dict[Group, int] = {1: 10, 2: 10, 3: 6, 4: 6}
UNREVIEWED: Group = 2  # where nobody has said otherwise

SubjectKind = Literal["protected_person", "respondent", "other"]
RecordKind = Literal["order", "order_version", "report"]
Choice = Literal["disclose", "withhold"]
# Data Protection Act 2018, section 45(4), (a) to (e).
Ground = Literal[
    "obstructing_an_inquiry",
    "prejudicing_prevention_or_prosecution",
    "public_security",
    "national_security",
    "rights_of_others",
]


@dataclass(frozen=True, slots=True)
class Keeping:
    """How a report stands: its group, the day of its next review, whether it is held."""

    group: Group
    review_on: date
    held: bool
    reviewed: bool
