"""Which account a pasted link is about, from its text alone: nothing is ever fetched. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote

import ada_url

from orders.rules.identifiers import bare, lower_plain_letters, skeleton, visible

# Longer than any that a browser takes from its address bar.
_LONGEST = 4_000

# Each platform with the hosts that are its own, and what else people call it.
_HOSTS: dict[str, tuple[str, ...]] = {
    "instagram": ("instagram.com", "instagr.am", "ig.me"),
    "facebook": ("facebook.com", "fb.com", "fb.me", "fb.watch", "messenger.com", "m.me"),
    "x": ("x.com", "twitter.com", "t.co"),
    "tiktok": ("tiktok.com",),
    "snapchat": ("snapchat.com",),
    "youtube": ("youtube.com", "youtu.be"),
    "linkedin": ("linkedin.com", "lnkd.in"),
    "reddit": ("reddit.com", "redd.it"),
    "threads": ("threads.net", "threads.com"),
    "telegram": ("t.me", "telegram.me", "telegram.dog"),
    "whatsapp": ("wa.me", "whatsapp.com"),
}
_OTHERWISE = {
    "insta": "instagram", "ig": "instagram", "fb": "facebook", "meta": "facebook", "messenger": "facebook",
    "facebookmessenger": "facebook", "twitter": "x", "xtwitter": "x", "twitterx": "x", "xformerlytwitter": "x",
    "tweet": "x", "snap": "snapchat", "yt": "youtube", "wa": "whatsapp", "whatsappbusiness": "whatsapp",
    "tg": "telegram", "tt": "tiktok",
}  # fmt: skip
# Known by name only: the links of these are not read.
_MORE = frozenset({"signal", "viber", "discord", "twitch", "pinterest", "tumblr", "bluesky", "mastodon", "imessage"})
PLATFORMS = frozenset(_HOSTS) | _MORE
# On these an account is a telephone number, or can be found by one.
NUMBERED = frozenset({"whatsapp", "signal", "viber", "telegram", "imessage"})

# First parts of a path that are the platform's own pages, never an account.
_PAGES = frozenset({
    "about", "accounts", "add", "addlist", "addstickers", "ads", "boost", "business", "c", "compose", "contact",
    "developer", "dialog", "direct", "discover", "dm", "download", "events", "explore", "feed", "friends", "gaming",
    "group", "groups", "hashtag", "help", "home", "i", "intent", "invoice", "jobs", "joinchat", "l.php", "legal",
    "live", "locations", "login", "marketplace", "media", "message", "messages", "notifications", "p", "pages",
    "permalink.php", "photo", "photo.php", "photos", "policies", "policy", "privacy", "proxy", "qr", "r", "reel",
    "reels", "resources", "s", "search", "setlanguage", "settings", "share", "share.php", "sharer", "sharer.php",
    "shorts", "socks", "spotlight", "stories", "story.php", "t", "terms", "tos", "tv", "video", "videos", "watch",
    "web",
})  # fmt: skip
# A name as platforms make them; anything else in its place is not one.
_NAME = re.compile(r"[^\x00-\x20\x7f-\x9f\s/?#@:&=<>\"'\\]{1,100}")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)
# Where the host of a link ends, behind its scheme.
_AUTHORITY = re.compile(r"(?<![:/\\])[/\\?#](?![/\\])")
_HOST_PORT = re.compile(r"[^\s/?#:]+\.[^\s/?#:]+:\d+(?:[/?#]|$)")


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says of itself. `handle` is "" where it names no account.

    `folded`: its host leads to the platform only once its letters are made into others, as browsers do.
    `imitates`: its host is none of a platform's own but is made to look like one; `platform` is then "".
    """

    platform: str
    handle: str = field(default="", repr=False)
    imitates: bool = False
    folded: bool = False


@dataclass(frozen=True, slots=True)
class _Parts:
    host: str
    path: tuple[str, ...]
    query: dict[str, str]
    folded: bool = False


def platform_name(value: str) -> str:
    """The platform by the one name that is used here: Twitter is `x`. Unknown ones in one case."""
    plain = bare(value)
    known = _OTHERWISE.get(plain, plain)
    return known if known in PLATFORMS else visible(value).casefold()


def read_link(text: str) -> Link | None:
    """What a link leads to; None where the text is no link of the web.

    Takes links without a scheme, and hosts in any alphabet: they are compared as DNS has them (punycode), so
    a host in look-alike letters is never taken for the platform's.
    """
    parts = _parts(text)
    if parts is None:
        return None
    platform = _platform_of(parts.host)
    if not platform:
        return Link("", imitates=_imitates(parts.host))
    name = _READERS[platform](parts)
    return Link(platform, name if _NAME.fullmatch(name) else "", folded=parts.folded)


def _parts(text: str) -> _Parts | None:
    written = text.strip()[: _LONGEST + 1]
    if len(written) > _LONGEST or not written or any(c.isspace() for c in written):
        return None
    if not _SCHEME.match(written) or _HOST_PORT.match(written):
        written = f"https://{written.lstrip('/')}"
    try:
        found = ada_url.URL(written)
        query = {name: values[-1] for name, values in ada_url.parse_search_params(found.search[1:]).items()}
    except (ValueError, UnicodeError):
        return None
    if found.protocol == "whatsapp:":
        return _Parts("api.whatsapp.com", ("send",), query)
    if found.protocol not in ("http:", "https:") or "." not in found.hostname:
        return None
    path = tuple(unquote(part) for part in found.pathname.split("/") if part)
    host = found.hostname.rstrip(".")
    # In ASCII nothing is folded but the case of plain letters.
    folded = not written.isascii() and host not in lower_plain_letters(_AUTHORITY.split(written, maxsplit=1)[0])
    return _Parts(host, path, query, folded)


def _platform_of(host: str) -> str:
    """By the host or any parent of it: m., www., de-de., vm. and the like lead to the same platform."""
    labels = host.split(".")
    for start in range(max(0, len(labels) - 3), len(labels) - 1):
        found = _BY_HOST.get(".".join(labels[start:]))
        if found:
            return found
    return ""


def _imitates(host: str) -> bool:
    """Whether a reader would take one of the host's names for a platform's."""
    try:
        shown = ada_url.idna_to_unicode(host)
    except (ValueError, UnicodeError):
        shown = host
    return any(skeleton(label) in _LOOKS for name in (host, shown) for label in re.split(r"[.-]", name))


def _first(path: tuple[str, ...]) -> str:
    """The account that a path begins with, unless that is one of the platform's own pages."""
    name = path[0] if path else ""
    return "" if lower_plain_letters(name) in _PAGES else name.removeprefix("@")


def _after(path: tuple[str, ...], *words: str) -> str:
    """The account that follows one of these words at a path's beginning."""
    return path[1].removeprefix("@") if len(path) > 1 and lower_plain_letters(path[0]) in words else ""


def _at(path: tuple[str, ...]) -> str:
    """The account that a path begins with, where the platform writes it with its sign."""
    return path[0][1:] if path and path[0].startswith("@") else ""


def _instagram(parts: _Parts) -> str:
    return _after(parts.path, "stories", "m") or _first(parts.path)


def _facebook(parts: _Parts) -> str:
    path = parts.path
    first = lower_plain_letters(path[0]) if path else ""
    if first in ("profile.php", "story.php", "permalink.php"):
        return parts.query.get("id", "")
    if first in ("people", "pages") and len(path) > 2:
        return path[2]
    if first == "groups":
        return path[3] if len(path) > 3 and path[2].casefold() == "user" else ""
    return _after(path, "t") or _first(path)


def _x(parts: _Parts) -> str:
    if parts.path[:1] == ("intent",):
        return parts.query.get("screen_name", "")
    return "" if parts.host == "t.co" else _first(parts.path)


def _snapchat(parts: _Parts) -> str:
    return _after(parts.path, "add", "u") or _at(parts.path)


def _youtube(parts: _Parts) -> str:
    return _at(parts.path) or _after(parts.path, "user", "c", "channel")


def _telegram(parts: _Parts) -> str:
    own = parts.host.removesuffix(".t.me")
    if own not in (parts.host, "www"):
        return own
    name = _after(parts.path, "s") or _first(parts.path)
    return "" if name.startswith("+") and not name[1:].isdecimal() else name


def _whatsapp(parts: _Parts) -> str:
    if parts.path[:1] == ("send",):
        return parts.query.get("phone", "").strip().removeprefix("+")
    name = _first(parts.path) if parts.host.removeprefix("www.") == "wa.me" else ""
    return name.removeprefix("+") if name.removeprefix("+").isdecimal() else ""


_READERS: dict[str, Callable[[_Parts], str]] = {
    "instagram": _instagram,
    "facebook": _facebook,
    "x": _x,
    "tiktok": lambda parts: _at(parts.path),
    "snapchat": _snapchat,
    "youtube": _youtube,
    "linkedin": lambda parts: _after(parts.path, "in", "pub"),
    "reddit": lambda parts: _after(parts.path, "user", "u"),
    "threads": lambda parts: _at(parts.path),
    "telegram": _telegram,
    "whatsapp": _whatsapp,
}
_BY_HOST = {host: platform for platform, hosts in _HOSTS.items() for host in hosts}
# Short names (x, t, m) are in every second host: only the long ones can be imitated.
_LOOKS = frozenset(skeleton(host.split(".")[0]) for host in _BY_HOST if len(host.split(".")[0]) > 4)
