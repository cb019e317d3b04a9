"""The one seam for outbound HTTP: signed bytes to a public address, ten seconds in all, nothing followed.

Addresses are resolved, judged and pinned by microsoft-antissrf: it asks for the name once, refuses if any
answer is not public, and connects to the address that it judged, with the name kept for TLS. A `requests`
session is not used on purpose: it takes proxies and passwords from the environment, and even with redirects
off it reads the whole body of a redirect, unpacked, whatever its size.
"""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from email.utils import parsedate_to_datetime
from ipaddress import IPv6Address, ip_network
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any
from urllib.parse import urlsplit

from AntiSSRF import AntiSSRFError, AntiSSRFPolicy, IPAddressRanges, PolicyConfigOptions
from django.conf import settings
from requests import PreparedRequest, Request, RequestException, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from webhooks import rules
from webhooks.signing import Signed
from webhooks.types import Outcome

TOTAL_S = 10.0
MOST_BODY_BYTES = 64 * 1024
# Beyond the library's list: IPv4 addresses in the old "compatible" form, ::127.0.0.1.
_ALSO_REFUSED = ("::/96",)
_REFUSED = [ip_network(block) for block in (*IPAddressRanges.recommended_latest, *_ALSO_REFUSED)]
_FAILURES = (RequestException, HTTPError, AntiSSRFError, OSError, ValueError)
logger = logging.getLogger(__name__)


def is_public(address: rules.Address) -> bool:
    """Whether an address is public. For an early answer: what counts is what is asked when sending."""
    plain = (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
    return plain.is_global and not any(plain in block for block in _REFUSED)


def post(url: str, message: Signed, *, total_s: float = TOTAL_S) -> Outcome:
    """Send once. Never raises for anything the receiver or the network does, and is back after `total_s`.

    The time covers the name server, TLS and the last byte of the answer. It is kept from outside, since the
    socket's own timeout starts anew with every byte that drips in.
    """
    line, answers = _Line(), SimpleQueue[Outcome]()
    Thread(target=_exchange, args=(url, message, line, answers, total_s), daemon=True).start()
    try:
        return answers.get(timeout=total_s)
    except Empty:
        return Outcome(status=None)
    finally:
        line.cut()


def fetch(url: str, *, most: int, total_s: float = TOTAL_S) -> bytes | None:
    """What is at an address, on the same terms as `ask`."""
    return ask(url, None, most=most, total_s=total_s)


def ask(url: str, message: Signed | None, *, most: int, total_s: float = TOTAL_S) -> bytes | None:
    """Send once and give back what is answered with 200: at most so many bytes, None for anything else.

    The same road as `post`: public addresses only, nothing followed, back after `total_s`. No message: a GET.
    """
    line, answers = _Line(), SimpleQueue[bytes | None]()
    Thread(target=_ask, args=(url, message, line, answers, most), daemon=True).start()
    try:
        return answers.get(timeout=total_s)
    except Empty:
        return None
    finally:
        line.cut()


class _Line:
    """The one connection of a try, and the means to cut it from another thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: socket.socket | None = None
        self._is_cut = False

    def check(self) -> None:
        """An error where it is too late to begin: the name server may have been slow."""
        if self._is_cut:
            raise TimeoutError

    def hold(self, connection: socket.socket) -> None:
        """Keep a second handle, since TLS takes the first one away. An error where it is too late to send."""
        with self._lock:
            if self._is_cut:
                connection.close()
                raise TimeoutError
            self._held = connection.dup()

    def cut(self) -> None:
        """End the connection wherever it is, in a handshake or in the middle of a body. Again is harmless."""
        with self._lock:
            self._is_cut = True
            if self._held is None:
                return
            with suppress(OSError):  # the other side was faster
                self._held.shutdown(socket.SHUT_RDWR)
            self._held.close()
            self._held = None


_line: ContextVar[_Line] = ContextVar("_line")


class _Plain(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        _line.get().check()
        connection = super()._new_conn()
        _line.get().hold(connection)
        return connection


class _Tls(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        _line.get().check()
        connection = super()._new_conn()
        _line.get().hold(connection)
        return connection


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _Tls


class _Pinned(HTTPAdapter):
    """Connects where the policy's own adapter says, after it judged the addresses."""

    def __init__(self, policy: AntiSSRFPolicy) -> None:
        super().__init__()
        self._judge: HTTPAdapter = policy.get_antissrf_session().get_adapter("https://")
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}

    def build_connection_pool_key_attributes(self, request: PreparedRequest, verify: Any, cert: Any = None) -> Any:
        key = self._judge.build_connection_pool_key_attributes(request, verify, cert)
        # It names the host without its port.
        request.headers["Host"] = urlsplit(str(request.url)).netloc
        return key


def _policy(*, loopback: bool) -> AntiSSRFPolicy:
    if loopback:
        policy = AntiSSRFPolicy(PolicyConfigOptions.INTERNAL_ONLY)
        policy.add_allowed_addresses(["127.0.0.1/32"])
        policy.allow_plain_text_http = True
        return policy
    policy = AntiSSRFPolicy(PolicyConfigOptions.EXTERNAL_ONLY_LATEST)
    policy.add_denied_addresses(list(_ALSO_REFUSED))
    policy.add_xff_header = False
    return policy


def _exchange(url: str, message: Signed, line: _Line, answers: SimpleQueue[Outcome], total_s: float) -> None:
    _line.set(line)
    try:
        answers.put(_sent(url, message, total_s))
    except _FAILURES:
        logger.info("not sent", extra={"event": "webhook_try_failed"})
        answers.put(Outcome(status=None))


def _ask(url: str, message: Signed | None, line: _Line, answers: SimpleQueue[bytes | None], most: int) -> None:
    _line.set(line)
    try:
        with _answered(url, message, TOTAL_S) as response:
            read = _first(response, most + 1) if response is not None and response.status_code == 200 else b""
            answers.put(read if 0 < len(read) <= most else None)
    except _FAILURES:
        logger.info("not asked", extra={"event": "webhook_try_failed"})
        answers.put(None)


def _sent(url: str, message: Signed, total_s: float) -> Outcome:
    with _answered(url, message, total_s) as response:
        if response is None:
            return Outcome(status=None)
        _first(response, MOST_BODY_BYTES)
        return Outcome(response.status_code, _seconds_asked_for(response.headers.get("Retry-After")))


@contextmanager
def _answered(url: str, message: Signed | None, total_s: float) -> Iterator[Response | None]:
    """The head of an answer, its body still on the line; None where the address is not one to send to."""
    # Asked again at every try: what was allowed when the endpoint was made may be forbidden by now.
    allowed = rules.Destinations(is_public=is_public, loopback_allowed=settings.WEBHOOK_LOOPBACK_ALLOWED)
    if rules.problems_in_url(url, allowed):
        yield None
        return
    adapter = _Pinned(_policy(loopback=rules.is_loopback(urlsplit(url))))
    asked = Request("POST", url, headers=message.headers, data=message.body) if message else Request("GET", url)
    request = asked.prepare()
    try:
        yield adapter.send(request, stream=True, timeout=total_s, verify=True, proxies={})
    finally:
        adapter.close()


def _first(response: Response, most: int) -> bytes:
    """So far of a body and no further, packed as it came."""
    found = b""
    while len(found) < most and (read := response.raw.read(most - len(found), decode_content=False)):
        found += read
    return found


def _seconds_asked_for(value: str | None) -> float | None:
    """`Retry-After` in seconds, written as such or as a date; None where it is neither."""
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None
