"""Real processes: what is owed survives a worker that dies, and fifty at once are one."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any

import pytest
import requests
from django.db import connections
from django_q.models import OrmQ

from breaches.models import Report
from demo.cast import Cast
from demo.processes import bound, start_web, start_worker, wait_until_ready
from demo.receiver import Receiver
from tests.support.api import Api, Apis
from tests.support.orders import a_report, an_order, register

pytestmark = pytest.mark.usefixtures("own_database")


@dataclass(frozen=True, slots=True)
class Service:
    """The service as real processes on this test's own database, and an order in it."""

    base_url: str
    environment: dict[str, str]
    cast: Cast
    force: Api

    def report(self, **headers: str) -> requests.Response:
        return requests.post(
            f"{self.base_url}/api/v1/victim/reports",
            data=json.dumps(a_report()),
            headers={
                "Authorization": f"Bearer {self.cast.victim.token}",
                "Content-Type": "application/json",
                **headers,
            },
            timeout=30,
        )


@pytest.fixture
def service(own_database: str, committed_cast: tuple[Cast, Apis]) -> Iterator[Service]:
    cast, apis = committed_cast
    register(apis, cast, an_order())
    connections.close_all()
    environment = {"DATABASE_URL": own_database, "SPO_ENV": "demo"}
    with ExitStack() as stack:
        listening: socket.socket = stack.enter_context(bound(0))
        web = start_web(listening, environment=environment)
        stack.callback(web.end)
        base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        wait_until_ready(base_url, web)
        yield Service(base_url, environment, cast, apis.force)


def subscribe(service: Service, receiver: Receiver) -> None:
    made = service.force.post("force/webhooks", {"url": receiver.url, "events": ["report.received"]})
    assert made.status == 201, made.body
    receiver.secret = made.body["secret"]
    connections.close_all()


def test_a_worker_killed_between_report_and_delivery_loses_nothing(service: Service) -> None:
    """The first worker is killed while the receiver holds its first try; a second one delivers with the same id."""
    trying, go_on = threading.Event(), threading.Event()

    def answer(number: int) -> int:
        if number == 1:
            trying.set()
            go_on.wait(60)
            return 500
        return 204

    receiver = Receiver(answer)
    subscribe(service, receiver)
    with ExitStack() as stack:
        first = start_worker("outbox", environment=service.environment)
        stack.callback(first.end)
        report = service.report().json()
        assert trying.wait(30)
        first.kill()
        go_on.set()
        second = start_worker("outbox", environment=service.environment)
        stack.callback(second.end)
        message = receiver.wait_for("report.received", about=report["id"], seconds=60, tries=2)
    ids = {headers["webhook-id"] for headers, _ in receiver.tries}
    assert ids == {message["id"]}
    receiver.close()


def test_a_report_made_while_no_worker_runs_is_delivered_once_one_does(service: Service) -> None:
    receiver = Receiver()
    subscribe(service, receiver)
    report = service.report().json()
    worker = start_worker("outbox", environment=service.environment)
    try:
        message = receiver.wait_for("report.received", about=report["id"])
    finally:
        worker.end()
    assert message["data"] == {"id": report["id"], "reference": report["reference"], "state": "received"}
    receiver.close()


def test_the_worker_judges_again_what_an_approval_changes(service: Service) -> None:
    """In a worker forked from a checked process: transformations do not hang there (docs/adr/0006)."""
    report = service.report().json()
    requests.post(
        f"{service.base_url}/api/v1/force/orders/SPO-05-0001-26/service",
        json={"served_at": "2026-03-02T14:00:00Z", "method": "in_person", "served_by": "PC 2"},
        headers={"Authorization": f"Bearer {service.force.token}"},
        timeout=30,
    ).raise_for_status()
    worker = start_worker("spo", environment=service.environment)
    try:
        assert _emptied("spo")
    finally:
        worker.end()
    assert Report.objects.get(id=report["id"]).verdict == "breach_indicated"


def _emptied(cluster: str, seconds: float = 30) -> bool:
    until = monotonic() + seconds
    while monotonic() < until:
        if not OrmQ.objects.filter(key=cluster).exists():
            return True
        sleep(0.1)
    return False


def test_fifty_identical_submissions_at_once_are_one_report(service: Service) -> None:
    """Rule 39: a telephone that tries again and again."""
    answers: list[requests.Response] = []

    def send() -> None:
        answers.append(service.report(**{"Idempotency-Key": "one-key"}))

    threads = [threading.Thread(target=send) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert Report.objects.count() == 1


def test_a_body_over_the_limit_is_read_away_and_refused(service: Service) -> None:
    """The sender sees the 413, also over a real socket and also without a length."""
    headers = {"Authorization": f"Bearer {service.cast.victim.token}", "Content-Type": "application/json"}
    url = f"{service.base_url}/api/v1/victim/reports"
    with_length = requests.post(url, data=b"x" * (6 << 20), headers=headers, timeout=60)
    chunked = requests.post(url, data=(b"x" * (1 << 20) for _ in range(6)), headers=headers, timeout=60)
    assert (with_length.status_code, chunked.status_code) == (413, 413)


def test_a_chunked_report_is_read(service: Service) -> None:
    text = json.dumps(a_report()).encode()
    headers = {"Authorization": f"Bearer {service.cast.victim.token}", "Content-Type": "application/json"}
    answer: Any = requests.post(
        f"{service.base_url}/api/v1/victim/reports", data=iter([text[:50], text[50:]]), headers=headers, timeout=30
    )
    assert answer.status_code == 201


def test_ending_leaves_no_process(service: Service) -> None:
    worker = start_worker("spo", environment=service.environment)
    group = worker.process.pid
    worker.end()
    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)


def test_a_broken_chunk_is_the_senders_fault(service: Service) -> None:
    host, _, port = service.base_url.removeprefix("http://").partition(":")
    head = f"POST /api/v1/victim/reports HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
    head += f"Authorization: Bearer {service.cast.victim.token}\r\nContent-Type: application/json\r\n"
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\nzz\r\n{{}}\r\n".encode())
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 400 ")
