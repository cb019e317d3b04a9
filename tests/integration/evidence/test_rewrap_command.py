"""manage.py rewrap_evidence."""

from __future__ import annotations

import io

from django.conf import LazySettings
from django.core.management import call_command

from common.envelope import Keyring
from tests.integration.evidence.conftest import Send
from tests.support.evidence import picture


def test_every_key_is_wrapped_anew_once(looked_at: Send, settings: LazySettings) -> None:
    looked_at(picture())
    settings.MASTER_KEYS = Keyring((("v2", b"2" * 32), *settings.MASTER_KEYS.keys))
    said = []
    for _ in range(2):
        out = io.StringIO()
        call_command("rewrap_evidence", stdout=out)
        said.append(out.getvalue())
    assert said == ["2 keys are wrapped anew.\n", "0 keys are wrapped anew.\n"]
