"""An OpenID Connect provider on loopback: discovery, keys, authorization with PKCE, tokens. Small, and a real one."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jwcrypto.jwk import JWK
from jwcrypto.jwt import JWT

from accounts.federation import Provider

SECRET = "the client's own, 32 characters or so"
REDIRECT = "https://app.force.example/signed-in"
PERSON = {"sub": "s-1", "staff_id": "7714", "name": "M. Hale", "roles": ["SPO.Officer"], "amr": ["pwd", "mfa"]}


class Fake:
    """`claims` are said of a person; `spoil` changes a token last, `algorithm` and `signs_with` how it is signed.

    `describes` is said of itself as well; `down` it fails, and it waits for `awake` before it says anything.
    """

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.issuer = f"http://127.0.0.1:{server.server_port}"
        self.claims: dict[str, Any] = dict(PERSON)
        self.spoil: dict[str, Any] = {}
        self.algorithm, self.key = "RS256", JWK.generate(kty="RSA", size=2048, kid="one")
        self.signs_with: JWK | None = None
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.describes: dict[str, Any] = {}
        self.down, self.awake = False, threading.Event()
        self.awake.set()

    @property
    def provider(self) -> Provider:
        roles: Any = {"SPO.Supervisor": "supervisor", "SPO.Officer": "officer", "SPO.Reviewer": "reviewer"}
        return Provider(self.issuer, "spo", SECRET, REDIRECT, roles)

    def visit(self, url: str) -> tuple[str, str]:
        """The person's browser: signs in, and comes back with a code and the state."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        wanted = {
            "response_type": "code",
            "client_id": "spo",
            "redirect_uri": REDIRECT,
            "code_challenge_method": "S256",
        }
        assert {name: asked[name] for name in wanted} == wanted
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return code, asked["state"]

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, Any]:
        self.asked.append(path)
        self.awake.wait(20)
        if self.down:
            return 500, {}
        if path == "/.well-known/openid-configuration":
            names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            named = {name: f"{self.issuer}/{at}" for name, at in names.items()}
            return 200, {"issuer": self.issuer, **named, **self.describes}
        if path == "/keys":
            return 200, {"keys": [json.loads(self.key.export_public())]}
        asked = self.codes.pop(form.get("code", ""), None) if path == "/token" else None
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if (
            asked is None
            or asked["code_challenge"] != challenge.decode().rstrip("=")
            or form["client_secret"] != SECRET
        ):
            return 400, {"error": "invalid_grant"}
        return 200, {"token_type": "Bearer", "id_token": self._token(asked)}

    def _token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        fresh = {"auth_time": now} if "max_age" in asked else {}
        claims = {"iss": self.issuer, "aud": "spo", "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        token = JWT(
            header={"alg": self.algorithm, "kid": "one"}, claims={**claims, **fresh, **self.claims, **self.spoil}
        )
        token.make_signed_token(self.signs_with or self.key)
        return str(token.serialize())


@contextmanager
def provider() -> Iterator[Fake]:
    class Handler(BaseHTTPRequestHandler):
        def _respond(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            sent = parse_qs(self.rfile.read(length).decode())
            status, body = fake.answer(urlsplit(self.path).path, {name: values[0] for name, values in sent.items()})
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _respond

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake = Fake(server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        fake.awake.set()
        server.shutdown()
        server.server_close()
        thread.join()
