"""A condition in plain words, for the person whom it protects or whoever speaks for her. Pure.

Made of what is told apart in the document, and of nothing that somebody wrote: the court's own words may name a place,
or somebody else whom the order protects (rule 83). Zones are said by their codes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from orders.types import DAYS

Json = Mapping[str, Any]
_HE = "The respondent"
_DAY_NAMES = dict(
    zip(DAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True)
)
_CHANNELS = {
    "in_person": "in person",
    "phone_call": "by telephone call",
    "sms": "by text message",
    "post": "by post",
    "email": "by e-mail",
    "messaging_app": "by a messaging app",
    "social_media": "on social media",
    "gift_or_delivery": "by a gift or a delivery",
    "other": "in another way that the order names",
}
# Whatever else a platform is called stays unsaid: it is text that somebody wrote.
_PLATFORMS = {
    "facebook": "Facebook", "instagram": "Instagram", "tiktok": "TikTok", "x": "X", "twitter": "Twitter",
    "snapchat": "Snapchat", "whatsapp": "WhatsApp", "youtube": "YouTube", "linkedin": "LinkedIn", "reddit": "Reddit",
    "telegram": "Telegram", "discord": "Discord", "threads": "Threads", "bluesky": "Bluesky",
}  # fmt: skip
_EXCEPTIONS = {
    "travel_through": "while travelling through",
    "court": "to go to court",
    "solicitor": "to see a solicitor",
    "police_station": "to go to a police station",
    "medical": "for medical treatment",
    "child_contact": "for contact with a child as the order allows it",
    "prior_written_consent": "where consent was given in writing before",
    "other": "in one more case that the order describes",
}
_REQUIREMENTS = {
    "assessment": "must let himself or herself be assessed",
    "attend_programme": "must attend a programme",
    "mental_health": "must attend treatment for mental health",
    "substance_programme": "must attend treatment for alcohol or drugs",
    "surrender_devices": "must hand over devices",
    "device_access": "must let the police look at devices",
    "sign_on": "must sign on at a police station",
    "other": "must do something more that the order describes",
}


def plain_words(condition: Json, *, whom: str = "you") -> list[str]:
    """What a condition forbids or asks for, when it counts and when not. `whom` it protects, as one says it."""
    return [
        _say_what(condition, whom),
        *_say_period(condition),
        *_say_times(condition.get("windows") or ()),
        *(["It counts only in a part of the country that the order describes."] if condition.get("locality") else []),
        *_say_exceptions(condition.get("exceptions") or ()),
    ]


def _say_what(condition: Json, whom: str) -> str:
    kind, by_others = condition["kind"], " or through anybody else" if condition.get("indirect") else ""
    if kind == "exclusion_zone":
        codes = [f"zone {zone['code']}" for zone in condition.get("zones") or ()]
        return f"{_HE} must not go into {_join_with(codes, 'or') or 'an area that the order describes'}."
    if kind == "no_contact":
        return f"{_HE} must not contact {whom} {_say_channels(condition)}{by_others}."
    if kind == "no_social_reference":
        return f"{_HE} must not write or post about {whom} {_say_platforms(condition)}{by_others}."
    if kind == "no_approach":
        distance = condition.get("distance_m")
        return f"{_HE} must not {f'come within {_say_metres(distance)} of' if distance else 'approach'} {whom}."
    if kind == "no_images":
        return f"{_HE} must not take, keep or share pictures or recordings of {whom}."
    if kind == "no_surveillance":
        return f"{_HE} must not watch, follow or track {whom}."
    if kind == "requirement":
        return f"{_HE} {_REQUIREMENTS.get(condition.get('requirement') or 'other', _REQUIREMENTS['other'])}."
    return f"{_HE} must not do something more that the order describes; the police can tell you what it is."


def _say_channels(condition: Json) -> str:
    channels = condition.get("channels") or ["any"]
    if "any" in channels:
        return "in any way"
    return _join_with([_CHANNELS[name] for name in dict.fromkeys(channels) if name in _CHANNELS], "or")


def _say_platforms(condition: Json) -> str:
    names = [name.casefold() for name in condition.get("platforms") or ["any"]]
    if "any" in names:
        return "on any social media"
    known = [f"on {_PLATFORMS[name]}" for name in dict.fromkeys(names) if name in _PLATFORMS]
    unknown = ["on another platform that the order names"] if set(names) - _PLATFORMS.keys() else []
    return _join_with([*known, *unknown], "or")


def _say_metres(distance: float) -> str:
    return f"{distance:,.10g} {'metre' if distance == 1 else 'metres'}"


def _say_period(condition: Json) -> list[str]:
    starts, ends = condition.get("starts_on"), condition.get("ends_on")
    said = [f"from {_say_day(starts)}"] if starts else []
    said += [f"until the end of {_say_day(ends)}"] if ends else []
    return [f"It counts {' '.join(said)}."] if said else []


def _say_times(windows: Sequence[Json]) -> list[str]:
    """Each window by itself: London's clock, the end not counted."""
    return [f"It counts {_say_window(window)}." for window in windows]


def _say_window(window: Json) -> str:
    begins, ends = window["from"], window["to"]
    if begins == ends:
        hours = f"for 24 hours from {begins}"
    else:
        hours = f"from {begins} to {ends}" + (" the next day" if ends < begins else "")
    dates = [f"from {_say_day(span['from'])} to {_say_day(span['to'])}" for span in window.get("dates") or ()]
    return f"{_say_days(window.get('days'))} {hours}" + (f", {_join_with(dates, 'and')}" if dates else "")


def _say_days(days: Sequence[str] | None) -> str:
    named = [day for day in DAYS if day in (days or DAYS)]
    if len(named) == len(DAYS):
        return "every day"
    return f"on {_join_with([_DAY_NAMES[day] for day in named], 'and')}"


def _say_exceptions(exceptions: Sequence[Json]) -> list[str]:
    kinds = dict.fromkeys(exception.get("kind") or "other" for exception in exceptions)
    return [f"It does not count {_EXCEPTIONS.get(kind, _EXCEPTIONS['other'])}." for kind in kinds]


def _say_day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.day} {day:%B %Y}"


def _join_with(parts: Sequence[str], word: str) -> str:
    return " ".join([", ".join(parts[:-1]), word, parts[-1]]) if len(parts) > 1 else "".join(parts)
