"""What is agreed with a force's provider, as it is read at the start."""

from __future__ import annotations

import json
from typing import Any

import pytest

from accounts.federation import read_providers

GOOD = {"issuer": "https://a.example", "client_id": "spo", "client_secret": "s", "redirect_uri": "https://b.example"}


def test_two_forces_do_not_share_where_the_browser_comes_back_to() -> None:
    """By it the app knows whose answer it is (RFC 9700, section 4.4)."""
    entry = {**GOOD, "roles": {"x": "officer"}}
    with pytest.raises(ValueError, match="redirect_uri"):
        read_providers(json.dumps({"05": entry, "06": entry}))
    assert read_providers(json.dumps({"05": entry, "06": {**entry, "redirect_uri": "https://c.example"}})).keys()


@pytest.mark.parametrize(
    "changes",
    [{"roles": {}}, {"roles": {"x": "chief"}}, {"issuer": "http://a.example"}, {"more": 1}, {"client_id": None}],
)
def test_a_setting_that_does_not_fit_is_refused_at_the_start(changes: dict[str, Any]) -> None:
    entry = {**GOOD, "roles": {"x": "officer"}, **changes}
    entry = {name: value for name, value in entry.items() if value is not None}
    with pytest.raises(ValueError, match=r"."):
        read_providers(json.dumps({"05": entry}))
    assert read_providers(json.dumps({"05": {**GOOD, "roles": {"x": "officer"}}}))["05"].client_id == "spo"
