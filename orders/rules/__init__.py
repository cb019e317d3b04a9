"""What makes an order document one that a court could have made. Pure and total: finds all, raises nothing.

Rules are numbered as in the design's list; sections are of the Stalking Protection Act 2019.
"""

from orders.rules.checking import Setting, Verdict, check
from orders.rules.periods import (
    determined,
    discharge_needs_consents,
    in_force_periods,
    period_of,
    status_in,
    two_years_from,
)
from orders.rules.required import REQUIRED
from orders.rules.succession import Earlier, terms_before
from orders.rules.usable import NEVER_FOUND, find_unusable, find_unusable_identifier

__all__ = [
    "NEVER_FOUND",
    "REQUIRED",
    "Earlier",
    "Setting",
    "Verdict",
    "check",
    "determined",
    "discharge_needs_consents",
    "find_unusable",
    "find_unusable_identifier",
    "in_force_periods",
    "period_of",
    "status_in",
    "terms_before",
    "two_years_from",
]
