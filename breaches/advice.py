"""What everyone who reports is told first (rules 37, 38 and 88)."""

from __future__ import annotations

NOT_A_999_CALL = "This report is not a 999 call. Nobody is being sent because of it."
DANGER = (
    "If you are in danger now, call 999.",
    "If you cannot speak, call 999 from a mobile, listen, and press 55 when asked. 55 works on mobile phones"
    " only and does not tell the police where you are.",
)
NOT_URGENT = "If it is not an emergency, you can call 101."
KEEP = "Keep messages, call logs and pictures. Do not reply, and do not put yourself at risk to get more."


def advice(*, immediate_danger: bool) -> list[str]:
    """Sentences in the order in which they must be read: with immediate danger 999 and 55 come before all else."""
    if immediate_danger:
        return [*DANGER, NOT_A_999_CALL, KEEP]
    return [NOT_A_999_CALL, *DANGER, NOT_URGENT, KEEP]
