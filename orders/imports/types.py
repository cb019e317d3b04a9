"""Words for the state of an import and for what became of an order in it. Pure."""

from __future__ import annotations

from typing import Literal

# `receiving` is never shown: nobody knows the import before all of its file is there.
ImportState = Literal["receiving", "queued", "running", "done", "failed"]
Outcome = Literal["created", "versioned", "duplicate", "bad"]
Severity = Literal["error", "warning"]
