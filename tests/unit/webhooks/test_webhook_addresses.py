"""What an endpoint may look like."""

from __future__ import annotations

import pytest

from webhooks.client import is_public
from webhooks.rules import Destinations, problems_in, problems_in_url

PUBLIC = Destinations(is_public=is_public, loopback_allowed=False)
DEMO = Destinations(is_public=is_public, loopback_allowed=True)


def _codes(url: str, allowed: Destinations = PUBLIC) -> list[str]:
    return [problem.code for problem in problems_in_url(url, allowed)]


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.police.uk/spo",
        "https://hooks.example.police.uk:8443/spo?tenant=05",
        "https://8.8.8.8/",
        "https://[2a00:1450:4009:81f::200e]/",
        "https://a_b.example.com/",
    ],
)
def test_public_https_is_taken(url: str) -> None:
    assert _codes(url) == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example.com",
        "//hooks.example.com/",
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "https://",
        "https:///path",
        "https://user@hooks.example.com/",
        "https://user:secret@hooks.example.com/",
        "https://hooks.example.com/#part",
        "https://hooks.example.com\\@127.0.0.1/",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com:0/",
        "https://hooks.example.com:x/",
        "https://hooks example.com/",
        "https://hooks.example.com/\r\nX: y",
        "https://%31%32%37.0.0.1/",
        "https://h\u00f6ks.example.com/",
        "https://[::1/",
        "https://a..b.example.com/",
        "https://" + "a" * 64 + ".example.com/",
        "https://example.com/" + "a" * 2000,
        "javascript:alert(1)",
    ],
)
def test_what_is_no_plain_https_address_is_refused(url: str) -> None:
    assert _codes(url) == ["url_invalid"]


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "http://127.0.0.1/",
        "http://127.0.0.1:8000/",
        "https://127.1/",
        "https://127.0.0.1./",
        "https://0x7f000001/",
        "https://017700000001/",
        "https://2130706433/",
        "https://0/",
        "https://0.0.0.0/",
        "https://10.1.2.3/",
        "https://172.16.0.1/",
        "https://192.168.1.1/",
        "https://100.64.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://168.63.129.16/",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://[::1]/",
        "https://[::]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[fe80::1%25eth0]/",
        "https://[fd00::1]/",
        "https://[2002:7f00:1::]/",
        "https://localhost/",
        "https://LOCALHOST/",
        "https://localhost./",
        "https://db/",
        "https://metadata.google.internal/",
        "https://printer.local/",
    ],
)
def test_what_leads_inward_is_refused(url: str) -> None:
    assert _codes(url) == ["url_not_public"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/x", "http://127.0.0.1/"])
def test_this_machine_may_be_called_in_a_demonstration(url: str) -> None:
    assert _codes(url, DEMO) == []


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "http://localhost:9000/",
        "http://127.0.0.2/",
        "http://127.1/",
        "http://[::1]/",
        "http://0x7f000001/",
        "http://10.0.0.1/",
    ],
)
def test_a_demonstration_opens_no_other_way_in(url: str) -> None:
    assert _codes(url, DEMO) != []


def test_everything_wrong_is_told_at_once() -> None:
    found = problems_in("ftp://x", ["report.received", "report.lost", "webhook.test", "*"], PUBLIC)
    assert [(p.pointer, p.code) for p in found] == [
        ("/url", "url_invalid"),
        ("/events/1", "unknown_event"),
        ("/events/2", "unknown_event"),
    ]


def test_an_endpoint_must_want_something() -> None:
    assert [p.pointer for p in problems_in("https://a.example/", [], PUBLIC)] == ["/events"]


def test_no_problem_repeats_what_was_sent() -> None:
    for problem in problems_in("https://secret-place@example/", ["secret-name"], PUBLIC):
        assert "secret" not in problem.detail
