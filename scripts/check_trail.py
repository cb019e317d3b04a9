"""Is an exported trail what was chained, and are its days those that were published? For anybody: Python is enough.

python scripts/check_trail.py TRAIL [PUBLISHED]

TRAIL is what `manage.py export_trail` wrote. PUBLISHED holds a day and a digest a line, as you kept them from
/api/v1/public/trail-seals or from `trail.sealed` events: not as somebody hands them to you together with TRAIL.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from audit.chain import check_export, read_digests


def main(arguments: list[str]) -> int:
    trail, *published = (Path(name) for name in arguments)
    try:
        with trail.open(encoding="utf-8") as lines:
            found = check_export(lines)
    except (ValueError, LookupError, TypeError):
        print("this is no exported trail, or a part of it")
        return 1
    known = read_digests(published[0].read_text("utf-8").splitlines()) if published else {}
    if found.broken:
        print(f"broken: {found.broken}")
        return 1
    print(f"{found.rows} rows follow one another; the first {found.sealed} of them are under a seal.")
    for day, digest in found.days.items():
        said = {None: "not among those published", digest: "as published"}.get(known.get(day), "NOT the one published")
        print(f"{day}  {digest}  {said}")
    return 1 if any(known.get(day, digest) != digest for day, digest in found.days.items()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
