"""The certificate that a force system showed to the TLS proxy in front (RFC 8705, certificate-bound access tokens).

The proxy proves in its handshake that the caller holds the certificate's key, and passes the certificate on in a
header. Anybody can send such a header, so it is believed only where `CLIENT_CERTIFICATE_HEADER` names it, and only
from the addresses in `CLIENT_CERTIFICATE_PROXIES`: that proxy must set it itself and drop what the caller sent.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

_IN_COLONS = re.compile(r":([A-Za-z0-9+/=]*):")  # a byte sequence of RFC 9651, as RFC 9440 passes certificates on


class NoCertificate(ValueError):
    """The bytes are no X.509 certificate in DER or PEM."""


def shown_certificate(meta: Mapping[str, Any]) -> str:
    """The thumbprint of the certificate shown, from the WSGI names of a request; empty where none is to be believed."""
    if not settings.CLIENT_CERTIFICATE_HEADER or not _from_proxy(str(meta.get("REMOTE_ADDR", ""))):
        return ""
    sent = str(meta.get(f"HTTP_{settings.CLIENT_CERTIFICATE_HEADER.upper().replace('-', '_')}", ""))
    try:
        return thumbprint(_passed_on(sent)) if sent else ""
    except NoCertificate:
        return ""


def thumbprint(certificate: bytes) -> str:
    """`x5t#S256` (RFC 8705 section 3.1): SHA-256 of the DER, base64url without padding. Raises `NoCertificate`."""
    pem = certificate.lstrip().startswith(b"-----BEGIN")
    try:
        found = x509.load_pem_x509_certificate(certificate) if pem else x509.load_der_x509_certificate(certificate)
    except ValueError:
        raise NoCertificate from None
    digest = hashlib.sha256(found.public_bytes(Encoding.DER)).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _from_proxy(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in settings.CLIENT_CERTIFICATE_PROXIES)


def _passed_on(sent: str) -> bytes:
    """Base64 of the DER between colons (RFC 9440), or PEM with its line ends escaped, as nginx and Apache send it."""
    colons = _IN_COLONS.fullmatch(sent.strip())
    try:
        return base64.b64decode(colons[1], validate=True) if colons else unquote(sent).encode()
    except binascii.Error:
        raise NoCertificate from None
