"""What counts as a reason that somebody gives for what they do: it must say something. Pure."""

from __future__ import annotations

# Letters to Unicode, but nothing to a reader: the fillers of Hangul.
_UNSEEN = frozenset("\u115f\u1160\u3164\uffa0")


def says_something(text: str) -> bool:
    """Whether a text has at least one letter or digit, of any script, that can be seen."""
    return any(char.isalnum() and char not in _UNSEEN for char in text)
