"""An authority for timestamps (RFC 3161) on loopback: openssl's, which comes with PostgreSQL's packages."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

_CONFIG = """
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[stamper]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/stamper.pem
signer_key = {folder}/stamper.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def _openssl(*words: str, sent: bytes = b"") -> bytes:
    done = subprocess.run(["openssl", *words], check=True, input=sent, capture_output=True)  # noqa: S603, S607 - ours
    return done.stdout


class Authority:
    """One with a root of its own in a folder. `spoilt` makes every answer that of another question."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder, self.roots, self.asked, self.spoilt = folder, folder / "root.pem", 0, False
        self._config = folder / "openssl.cnf"
        self._config.write_text(_CONFIG.format(folder=folder))
        (folder / "serial").write_text("01")
        new = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
               "-config", str(self._config))  # fmt: skip
        root = folder / "root.key"
        _openssl(*new, "-subj", "/CN=root", "-extensions", "root", "-keyout", str(root), "-out", str(self.roots))
        signed = ("-CA", str(self.roots), "-CAkey", str(root), "-extensions", "stamper")
        _openssl(*new, "-subj", "/CN=stamper", *signed, "-keyout", str(folder / "stamper.key"),
                 "-out", str(folder / "stamper.pem"))  # fmt: skip

    def answer(self, query: bytes) -> bytes:
        self.asked += 1
        if self.spoilt:
            query = query[:24] + bytes(32) + query[56:]  # where a query of SHA-256 has its digest
        (self.folder / "query").write_bytes(query)
        config = ("-config", str(self._config), "-section", "here")
        return _openssl("ts", "-reply", "-queryfile", str(self.folder / "query"), *config)


@contextmanager
def serving(authority: Authority) -> Iterator[str]:
    """Its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = authority.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/tsa"
        finally:
            server.shutdown()
            thread.join()
