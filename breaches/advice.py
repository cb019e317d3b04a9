"""What everyone who reports is told first (rules 37, 38 and 88), with the help there is where they are."""

from __future__ import annotations

from functools import cache

from breaches.support import Service, directory

NOT_A_999_CALL = "This report is not a 999 call. Nobody is being sent because of it."
_DANGER = "If you are in danger now, call {phone}."
_SILENT = (
    "If you cannot speak, call {phone} from a mobile, listen, and press 55 when asked. 55 works on mobile phones"
    " only and does not tell the police where you are."
)
_NOT_URGENT = "If it is not an emergency, you can call {phone}."
KEEP = "Keep messages, call logs and pictures. Do not reply, and do not put yourself at risk to get more."


def advice(*, immediate_danger: bool, area: str | None) -> list[str]:
    """Sentences in the order in which they must be read: with immediate danger 999 and 55 come before all else.

    `area` is the force whose commissioned services are named beside the nation's.
    """
    known = directory()
    danger = [text.format(phone=known.emergency.phone) for text in (_DANGER, _SILENT)]
    if immediate_danger:
        return [*danger, NOT_A_999_CALL, KEEP, *_help(area)]
    return [NOT_A_999_CALL, *danger, _NOT_URGENT.format(phone=known.non_emergency.phone), KEEP, *_help(area)]


@cache  # in every answer, and there are as many as there are forces
def _help(area: str | None) -> tuple[str, ...]:
    return tuple(_line(service) for service in directory().for_area(area)[2:] if service.phone)


def _line(service: Service) -> str:
    free = ", free to call" if service.free_to_call else ""
    return f"{service.name} ({service.what_for}): {service.phone}{free}."
