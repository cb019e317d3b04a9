"""`./dev bench [name ...]`: every benchmark beside its floor, printed as a ratio and written as JSON.

Each runs in a process and a database of its own; `--list` names those that run where none is named.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spo_service.settings")
django.setup()

# Models can be imported only once Django is set up.
from bench import (  # noqa: E402
    archives,
    chats,
    evidence,
    feed,
    identifiers,
    imports,
    intake,
    oracle,
    photographs,
    signing_in,
    tenancy,
    terms,
    trail,
    verdicts,
    zones,
)

BENCHES: dict[str, Callable[[], dict[str, Any]]] = {
    "archives": archives.run,
    "chats": chats.run,
    "evidence": evidence.bench,
    "feed": feed.bench,
    "identifiers": identifiers.run,
    "imports": imports.run,
    "intake": intake.bench,
    "photographs": photographs.run,
    "signing_in": signing_in.bench,
    "tenancy": tenancy.bench,
    "terms": terms.run,
    "trail": trail.bench,
    "verdicts": verdicts.run,
    "zones": zones.run,
    "oracle": oracle.run,
}
# Minutes long, and no measure of speed: only where it is named.
ON_REQUEST = frozenset({"oracle"})
RESULTS = Path(__file__).resolve().parent.parent / "var" / "bench"


def main(wanted: list[str]) -> int:
    if wanted == ["--list"]:
        print(*(name for name in BENCHES if name not in ON_REQUEST))
        return 0
    unknown = set(wanted) - set(BENCHES)
    if unknown:
        print(f"there is no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    RESULTS.mkdir(parents=True, exist_ok=True)
    for name in wanted or [name for name in BENCHES if name not in ON_REQUEST]:
        result = BENCHES[name]()
        (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        print(f"{name}: {json.dumps(result)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
