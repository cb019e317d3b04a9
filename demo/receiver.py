"""A force's end of a webhook: takes messages on loopback and checks who sent them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook


class Receiver:
    """Listens on a free port. `answer` decides the status of each try; `secret` is set once it is known."""

    def __init__(self, answer: Callable[[int], int] = lambda number: 204) -> None:
        self.secret = ""
        self.tries: list[tuple[dict[str, str], bytes]] = []
        self._arrived = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                with receiver._arrived:
                    receiver.tries.append(({k.lower(): v for k, v in self.headers.items()}, body))
                    number = len(receiver.tries)
                    receiver._arrived.notify_all()
                self.send_response(answer(number))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing: the story is told elsewhere."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/spo"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def verified(self) -> list[dict[str, Any]]:
        """Every message that arrived, its signature checked; raises where one is false."""
        hook = Webhook(self.secret)
        with self._arrived:
            tries = list(self.tries)
        for headers, body in tries:
            hook.verify(body, headers)
        return [{**json.loads(body), "id": headers["webhook-id"]} for headers, body in tries]

    def wait_for(self, wanted: str, *, about: str, seconds: float = 30, tries: int = 1) -> dict[str, Any]:
        """A message of a type about a report or order, once it came `tries` times; TimeoutError otherwise."""
        deadline = time.monotonic() + seconds
        while True:
            found = [m for m in self.verified() if m["type"] == wanted and m["data"]["id"] == about]
            if len(found) >= tries:
                return found[0]
            with self._arrived:
                if not self._arrived.wait(deadline - time.monotonic()) and time.monotonic() > deadline:
                    raise TimeoutError(f"no {wanted} arrived")

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
