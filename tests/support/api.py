"""Calling the API as one of the cast."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import django.test
from django.http import HttpResponse
from django.test.client import ClientHandler

from demo.cast import System


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: `body` is its JSON, or None where it has none."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def code(self) -> str:
        return str(self.body["code"])

    @property
    def codes(self) -> set[tuple[str, str]]:
        """Every problem told, as (pointer, code)."""
        return {(e["pointer"], e["code"]) for e in self.body["errors"]}

    @property
    def etag(self) -> str:
        return self.headers["ETag"]


@cache
def _handler() -> ClientHandler:
    """One for the whole run: each would look through every static file for itself."""
    return ClientHandler(enforce_csrf_checks=False)


class Client(django.test.Client):
    """Django's test client, with the middleware that another one has loaded."""

    def __init__(self, *, enforce_csrf_checks: bool = False, **defaults: Any) -> None:
        super().__init__(enforce_csrf_checks=enforce_csrf_checks, **defaults)
        if not enforce_csrf_checks:
            self.handler = _handler()


class Api:
    """The API under /api/v1, called with one bearer token (or None)."""

    def __init__(self, token: str | None) -> None:
        self.token = token
        self._client = Client()

    def get(self, path: str, **headers: str) -> Answer:
        return self._call("GET", path, None, headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self._call("POST", path, body, headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self._call("PUT", path, body, headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self._call("PATCH", path, body, headers)

    def head(self, path: str, **headers: str) -> Answer:
        return self._call("HEAD", path, None, headers)

    def options(self, path: str, **headers: str) -> Answer:
        return self._call("OPTIONS", path, None, headers)

    def delete(self, path: str, **headers: str) -> Answer:
        return self._call("DELETE", path, None, headers)

    def raw(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """The answer as it came, for one that is not JSON."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        where = path if path.startswith("/") else f"/api/v1/{path}"
        response: Any = self._client.generic(
            method, where, data, content_type=sent.pop("Content-Type", "application/json"), headers=sent
        )
        return cast(HttpResponse, response)

    def _call(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
        response: Any = self.raw(method, path, body, **headers)
        is_json = "json" in response.headers.get("Content-Type", "")
        return Answer(
            response.status_code, response.json() if is_json and response.content else None, dict(response.headers)
        )


@dataclass(frozen=True, slots=True)
class Apis:
    """One caller of each kind."""

    force: Api
    other_force: Api
    officer: Api
    reviewer: Api
    supervisor: Api
    auditor: Api
    other_officer: Api
    victim: Api
    other_victim: Api
    advocate: Api
    insider: Api
    nobody: Api


def token_of(system: System) -> str:
    """A token by client credentials, over the real endpoint."""
    response = Client().post(
        "/oauth/token/",
        {
            "grant_type": "client_credentials",
            "client_id": system.client_id,
            "client_secret": system.client_secret,
        },
    )
    assert response.status_code == 200, response.content
    return str(response.json()["access_token"])
