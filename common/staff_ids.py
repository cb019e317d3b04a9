"""Staff ids as people read them: by this the service asks whether two persons are two people. Pure.

Forces write one id in several ways: `7714`, `07714`, `PC 7714`, `pc-7714`. Two ids are the same where a reader would
take them for the same. Where somebody is wrongly taken for the first person, a third one steps in; where not, one
person approves their own work.
"""

from __future__ import annotations

import re
import unicodedata

# A rank or role before a collar number: it changes in a career, the number stays.
_RANK = re.compile(
    r"^(?:w|t|a)?(?:pc|dc|sc|ps|ds|sgt|sergeant|pi|di|insp|inspector|ci|dci|supt|det|tdc|pcso|cso|constable|officer|no)"
    r"(?=[0-9]+$)"
)
_LEADING_NOUGHTS = re.compile(r"(?<![0-9])0+(?=[0-9])")


def normalize_staff_id(text: str) -> str:
    """The id without what readers overlook: case, width, punctuation, blanks, a rank, leading noughts of a number.

    Digits of any script count as 0 to 9. An id of nothing but punctuation stays as it is, without blanks around it.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(_plain_digit(char) for char in unicodedata.normalize("NFKC", folded) if char.isalnum())
    return _LEADING_NOUGHTS.sub("", _RANK.sub("", kept)) or text.strip()


def is_same_staff_id(one: str, other: str) -> bool:
    """Whether two staff ids are one person's, as people read them."""
    return normalize_staff_id(one) == normalize_staff_id(other)


def _plain_digit(char: str) -> str:
    value = unicodedata.decimal(char, None)
    return char if value is None else str(value)
