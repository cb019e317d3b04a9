"""Whose certificate is believed, and its thumbprint (RFC 8705 section 3.1)."""

from __future__ import annotations

import base64
from ipaddress import ip_network
from urllib.parse import quote

import pytest
from pytest_django import Settings

from accounts.certificates import NoCertificate, shown_certificate, thumbprint
from tests.support.certificates import a_certificate

SHOWN, OTHER = a_certificate(), a_certificate("another")
PROXY = "10.0.0.7"


@pytest.fixture
def behind_proxy(settings: Settings) -> None:
    settings.CLIENT_CERTIFICATE_HEADER = "Client-Cert"
    settings.CLIENT_CERTIFICATE_PROXIES = [ip_network("10.0.0.0/29"), ip_network("fd00::/64")]


def shown(header: str, address: str = PROXY) -> str:
    return shown_certificate({"REMOTE_ADDR": address, "HTTP_CLIENT_CERT": header})


@pytest.mark.parametrize("header", [SHOWN.in_colons, SHOWN.escaped, f" {SHOWN.in_colons} "])
def test_a_certificate_is_read_as_proxies_pass_it_on(behind_proxy: None, header: str) -> None:
    assert shown(header) == SHOWN.thumbprint != OTHER.thumbprint


@pytest.mark.parametrize("address", ["10.0.0.8", "127.0.0.1", "", "fd01::1", "10.0.0.7, 1.2.3.4", "unix"])
def test_it_is_believed_from_the_proxies_only(behind_proxy: None, address: str) -> None:
    """Anybody can send a header."""
    assert (shown(SHOWN.in_colons, "fd00::5"), shown(SHOWN.in_colons, address)) == (SHOWN.thumbprint, "")


def test_it_is_believed_only_where_it_was_asked_for() -> None:
    assert shown(SHOWN.in_colons) == ""


@pytest.mark.parametrize(
    "header",
    [
        "",
        ":",
        "::",
        ":AAAA:",
        ":A:",
        ":é:",
        f"{SHOWN.in_colons}, {SHOWN.in_colons}",
        SHOWN.in_colons[:-40] + ":",
        "%",
        "%ff%fe",
        quote("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        "-----BEGIN",
        base64.b64encode(SHOWN.der).decode(),
    ],
)
def test_what_is_no_certificate_shows_none(behind_proxy: None, header: str) -> None:
    assert shown(header) == ""


def test_both_forms_of_a_file_have_one_thumbprint() -> None:
    assert thumbprint(SHOWN.pem) == thumbprint(SHOWN.der) == SHOWN.thumbprint
    with pytest.raises(NoCertificate):
        thumbprint(b"neither")
