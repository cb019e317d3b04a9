"""Signing in as an app does, over the real addresses."""

from __future__ import annotations

import json
import re
import time
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail

from accounts.letters import send_due
from demo.cast import OfficerAccount, PersonAccount
from tests.support.api import Answer, Client

BASE = "/_allauth/app/v1/"


def totp(secret: str, *, steps: int = 0) -> str:
    """What an authenticator app shows now, or so many half minutes from now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


class App:
    """An app with one session token, as it goes along, behind one address."""

    def __init__(self, *, address: str = "192.0.2.1", device: str = "") -> None:
        self.token, self.address, self.device = "", address, device
        self._client = Client(REMOTE_ADDR=address)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent.setdefault("X-Session-Token", self.token)
        if self.device:
            sent.setdefault("X-Device-Token", self.device)
        where = path if path.startswith("/") else BASE + path
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        response: Any = self._client.generic(method, where, data, content_type="application/json", headers=sent)
        is_json = "json" in response.headers.get("Content-Type", "")
        found = response.json() if is_json and response.content else None
        if path.startswith(("auth/", "account/")) and isinstance(found, dict):
            self.token = found.get("meta", {}).get("session_token") or self.token
        self.device = response.headers.get("X-Device-Token", self.device)
        return Answer(response.status_code, found, dict(response.headers))

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.call("POST", path, body, **headers)

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, None, **headers)

    def api(self, method: str, path: str, body: Any = None) -> Answer:
        """One call of the API as whoever is signed in."""
        return self.call(method, f"/api/v1/{path}", body)

    def password(self, account: OfficerAccount, password: str | None = None) -> Answer:
        return self.post("auth/login", {"username": account.username, "password": password or account.password})

    def officer(self, account: OfficerAccount, *, steps: int = 0) -> App:
        """Sign in with both factors."""
        assert self.password(account).status == 401
        answer = self.post("auth/2fa/authenticate", {"code": totp(account.totp_secret, steps=steps)})
        assert answer.status == 200, answer.body
        return self

    def passphrase(self, account: PersonAccount) -> App:
        answer = self.post("auth/login", {"email": account.email, "password": account.passphrase})
        assert answer.status == 200, answer.body
        return self

    def mailbox(self, email: str) -> App:
        """Sign in with a code from a mail, and nothing else."""
        assert self.post("auth/code/request", {"email": email}).status == 401
        answer = self.post("auth/code/confirm", {"code": code_sent_to(email)})
        assert answer.status == 200, answer.body
        return self


def code_sent_to(email: str) -> str:
    """The code in the last mail to an address, once the worker has sent what is owed."""
    send_due()
    body = [str(one.body) for one in mail.outbox if one.to == [email]][-1]
    return str(re.findall(r"code is (\S+)", body)[0])
