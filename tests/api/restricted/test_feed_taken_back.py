"""Line 24, rule 81: what a force read of a decision is taken back also once the order behind it is restricted."""

from __future__ import annotations

import pytest

from tests.api.test_feed_of_decisions import OTHERWISE, feed, verify
from tests.support.api import Apis
from tests.support.following import claimed, submitted
from tests.support.restricted import restrict


@pytest.mark.parametrize("read", [True, False])
def test_what_was_read_before_the_order_was_closed_is_taken_back_without_a_word_of_it(
    api: Apis, order: str, read: bool
) -> None:
    """Line 24, rule 81: whoever read that it was verified would keep that for ever."""
    report = str(submitted(api))
    verify(api, report, claimed(api, report).etag)
    first = feed(api.force) if read else []
    cursor = api.force.get("force/breaches").body["cursor"] if read else ""
    assert restrict(api).status == 201
    root = f"officer/reports/{report}"
    tag = api.supervisor.get(root).etag
    for verb, body in (("reopen", OTHERWISE), ("not-verified", OTHERWISE)):
        answer = api.supervisor.post(f"{root}/{verb}", body, If_Match=tag)
        assert answer.status == 200, answer.body
        tag = answer.etag
    rows = feed(api.force, cursor)
    assert [(row["decision"], row["sequence"], row["overturns"]) for row in rows] == [
        ("overturned", 2, row["id"]) for row in first
    ]
    for row in rows:
        assert (row["withheld"], row["state"], row["order"], row["order_force"]) == (
            "not_readable", "withheld", None, None,
        )  # fmt: skip
        assert (row["assessment"], row["findings"], row["offences"]) == (None, [], [])
