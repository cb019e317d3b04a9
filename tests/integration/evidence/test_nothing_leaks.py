"""A canary in a file's name, place and words: not in events, queue, trail, logs or refusals (rules 71 to 73)."""

from __future__ import annotations

import json
import logging

import pytest
from django.conf import LazySettings
from django.forms.models import model_to_dict
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from audit.models import Entry
from tests.integration.evidence.conftest import Send
from tests.support.api import Apis
from tests.support.evidence import begin, form, post_form, send, sha256
from tests.support.pictures import CANARY, with_place
from webhooks.models import Event


def test_nothing_of_it_is_in_what_leaves_or_is_written_about(
    api: Apis, report: str, looked_at: Send, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    name = f"{CANARY}.jpg"
    looked_at(with_place(), name)
    looked_at(f"20/11/2026, 18:31 - {CANARY}: {CANARY}\n".encode(), name)
    where = f"victim/reports/{report}/evidence"
    refusals = [
        send(api.victim, where, b"x", name, sha256=sha256(b"y")).body,
        post_form(api.victim, where, form((name, b"x"), sha256=CANARY, other=CANARY)).body,
        post_form(api.victim, where, form((name, b"x" * 100))[:-50]).body,
        begin(api.victim, "victim", 5, report=report, filename=name, sha256=CANARY).body,
        begin(api.victim, "victim", 5, report=CANARY).body,
    ]
    places = {
        "events": [model_to_dict(row) for row in Event.objects.all()],
        "queue": [SignedPackage.loads(row.payload) for row in OrmQ.objects.all()],
        "refusals": refusals,
        "logs": [record.getMessage() for record in caplog.records],
        "traces": [model_to_dict(row, exclude=["reason"]) for row in Entry.objects.all()],
    }
    for place, content in places.items():
        text = json.dumps(content, default=str)
        assert not any(secret in text for secret in (CANARY, "53.40", "2.978")), place
