"""The documents that are made from the code: docs/openapi.json, docs/states.md and the table in docs/evidence.md.

python scripts/generated.py           make them
python scripts/generated.py --check   are they what the code says now?
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spo_service.settings")
django.setup()

from drf_spectacular.generators import SchemaGenerator  # noqa: E402 - needs Django set up

from breaches.workflow import ADDED, MOVES, OWNER, TOLD, Move  # noqa: E402
from scripts.evidence_corpus import fill_document  # noqa: E402


def openapi() -> str:
    """The API's description, as /api/v1/schema/ gives it."""
    document = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return json.dumps(document, indent=1, sort_keys=True, default=str) + "\n"


def _describe_who(move: Move) -> str:
    if move.decider_only:
        return "a supervisor; whoever decided it, unless another officer holds it"
    return "the holder" if move.holder_only else ", ".join(sorted(move.roles))


def states() -> str:
    """The table of moves and a picture of it."""
    lines = [
        "# States of a report",
        "",
        "Made from `breaches/workflow.py` by `scripts/generated.py`; PostgreSQL keeps the same table by a trigger.",
        "",
        "| state | owner | what the reporter is told |",
        "|---|---|---|",
        *(f"| `{state}` | {owner} | `{TOLD[state]}` |" for state, owner in OWNER.items()),
        "",
        "| verb | from | to | who |",
        "|---|---|---|---|",
        *(f"| {move.verb} | `{move.source}` | `{move.target}` | {_describe_who(move)} |" for move in MOVES),
        *(f"| add | `{source}` | `{target}` | the reporter, by saying more |" for source, target in ADDED.items()),
        "",
        "```mermaid",
        "stateDiagram-v2",
        "    [*] --> received",
        *(f"    {move.source} --> {move.target}: {move.verb}" for move in MOVES),
        *(f"    {source} --> {target}: add" for source, target in ADDED.items()),
        "```",
        "",
    ]
    return "\n".join(lines)


def evidence() -> str:
    """What is written of evidence, with the table of its corpus."""
    return fill_document((ROOT / "docs" / "evidence.md").read_text("utf-8"))


FILES = {
    ROOT / "docs" / "openapi.json": openapi,
    ROOT / "docs" / "states.md": states,
    ROOT / "docs" / "evidence.md": evidence,
}


def main(arguments: list[str]) -> int:
    stale = [path for path, make in FILES.items() if not path.exists() or path.read_text("utf-8") != make()]
    if arguments == ["--check"]:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not what the code says: run python scripts/generated.py")
        return 1 if stale else 0
    for path in stale:
        path.write_text(FILES[path](), encoding="utf-8")
        print(f"made {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
