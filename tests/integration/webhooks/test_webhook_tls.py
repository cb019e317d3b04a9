"""TLS to a pinned address: the name is what the certificate must be for."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.integration.webhooks.receiver import whole_request
from webhooks import client
from webhooks.signing import Signed
from webhooks.types import Outcome

HOST, PUBLIC = "hooks.example.com", "8.8.8.8"
MESSAGE = Signed(body=b"{}", headers={"webhook-id": "1"})


def _certificate(host: str, folder: Path) -> Path:
    """A certificate for a host, with its key, that is its own authority."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "certificate.pem"
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@dataclass
class TlsServer:
    """Stands at the public address of HOST, as far as the client can tell."""

    certificate: Path
    names: list[str | None] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(self.certificate)
        self._context.sni_callback = lambda _, name, __: self.names.append(name)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        try:
            with self._context.wrap_socket(connection, server_side=True) as secured:
                self.requests.append(whole_request(secured))
                secured.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        except OSError:
            connection.close()  # the certificate was not good enough

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self._thread.join()


def _stands_for_host(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    dial = socket.create_connection

    def connect(address: tuple[str, int], *_: Any, **__: Any) -> socket.socket:
        assert address == (PUBLIC, 443)
        return dial(("127.0.0.1", port), 5)

    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (PUBLIC, 0))]
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda h, *a, **k: answer if h == HOST else real(h, *a, **k))
    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[str], TlsServer]]:
    made: list[TlsServer] = []

    def make(host: str) -> TlsServer:
        made.append(TlsServer(_certificate(host, tmp_path)))
        _stands_for_host(monkeypatch, made[-1].listener.getsockname()[1])
        return made[-1]

    yield make
    for one in made:
        one.close()


def _trust(monkeypatch: pytest.MonkeyPatch, certificate: Path) -> None:
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(certificate))


def test_a_trusted_certificate_for_the_name_is_taken(
    server: Callable[[str], TlsServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    there = server(HOST)
    _trust(monkeypatch, there.certificate)
    assert client.post(f"https://{HOST}/spo", MESSAGE) == Outcome(204)
    assert there.names == [HOST]
    assert f"Host: {HOST}\r\n".encode() in there.requests[0]


def test_a_certificate_for_another_name_is_not(
    server: Callable[[str], TlsServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    there = server("elsewhere.example.com")
    _trust(monkeypatch, there.certificate)
    assert client.post(f"https://{HOST}/spo", MESSAGE) == Outcome(None)
    assert b"POST" not in b"".join(there.requests)


def test_a_certificate_of_nobody_known_is_not(server: Callable[[str], TlsServer]) -> None:
    there = server(HOST)
    assert client.post(f"https://{HOST}/spo", MESSAGE) == Outcome(None)
    assert b"POST" not in b"".join(there.requests)


def test_a_handshake_that_never_ends_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        _stands_for_host(monkeypatch, silent.getsockname()[1])
        began = time.monotonic()
        assert client.post(f"https://{HOST}/", MESSAGE, total_s=0.5) == Outcome(None)
        assert time.monotonic() - began < 1
        connection, _ = silent.accept()
        with connection:
            connection.settimeout(2)
            while connection.recv(65536):
                continue  # its greeting, and then the end: a timeout here is a connection left open
