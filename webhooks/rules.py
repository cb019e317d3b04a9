"""What an endpoint may look like. Pure, and asks no name server: that is done when something is sent."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

from common.problems import Problem, pointer
from webhooks.types import EVENT_TYPES, EVERYTHING

Address = IPv4Address | IPv6Address
MOST_URL_CHARACTERS = 2000
_PRINTABLE = re.compile(r"[\x21-\x7e]+")
_NAME = re.compile(r"(?=.{1,253}\Z)([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_-]{1,63}\.?")
# Names that resolve inside a house or a cloud, never for the public: RFC 6761, 6762, 8375 and custom.
_INWARD = (
    "localhost",
    "local",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "private",
    "localdomain",
    "home.arpa",
)
_INVALID = Problem("/url", "url_invalid", "This is not an absolute https address without credentials or fragment.")
_NOT_PUBLIC = Problem("/url", "url_not_public", "This address does not lead to the public internet.")


@dataclass(frozen=True, slots=True)
class Destinations:
    """What counts as reachable: the judge of an address, and whether this machine itself may be called."""

    is_public: Callable[[Address], bool]
    loopback_allowed: bool


def problems_in(url: str, events: Sequence[str], allowed: Destinations) -> list[Problem]:
    """Everything wrong with an endpoint at once; empty where nothing is."""
    return [*problems_in_url(url, allowed), *problems_in_events(events)]


def problems_in_events(events: Sequence[str]) -> list[Problem]:
    if not events:
        return [Problem("/events", "too_few", "Name at least one event, or *.")]
    return [
        Problem(pointer("events", index), "unknown_event", "There is no event of this name.")
        for index, name in enumerate(events)
        if name not in EVENT_TYPES and name != EVERYTHING
    ]


def problems_in_url(url: str, allowed: Destinations) -> list[Problem]:
    parts = _split(url)
    if parts is None:
        return [_INVALID]
    if is_loopback(parts):
        return [] if allowed.loopback_allowed else [_NOT_PUBLIC]
    host = parts.hostname or ""
    address = _literal(host)
    # Judged before the scheme, so that http://10.0.0.1 is told what is really wrong with it.
    if address is not None and not allowed.is_public(address):
        return [_NOT_PUBLIC]
    if parts.scheme != "https" or (address is None and not _NAME.fullmatch(host)):
        return [_INVALID]
    return [_NOT_PUBLIC] if address is None and _leads_inward(host) else []


def is_loopback(parts: SplitResult) -> bool:
    """Plain http to 127.0.0.1 written exactly so: the only way in which a demonstration may call itself."""
    return parts.scheme == "http" and parts.hostname == "127.0.0.1"


def _split(url: str) -> SplitResult | None:
    # The backslash: browsers read it as a slash and others as part of the user name, so hosts would differ.
    if len(url) > MOST_URL_CHARACTERS or not _PRINTABLE.fullmatch(url) or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("https", "http") or not parts.hostname or port == 0:
        return None
    return None if "@" in parts.netloc or "#" in url else parts


def _literal(host: str) -> Address | None:
    """The address that a host means in any notation: 127.1, 0x7f000001, 017700000001, 2130706433, ::1."""
    return _standard_address(host.partition("%")[0]) or _lax_address(host.rstrip("."))


def _standard_address(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _lax_address(host: str) -> Address | None:
    # No network: inet_aton reads the forms that resolvers accept although no standard lists them.
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def _leads_inward(host: str) -> bool:
    labels = host.rstrip(".").lower()
    return "." not in labels or any(labels == name or labels.endswith("." + name) for name in _INWARD)
