"""Does the django-q2 cluster in this container work? Exits 0 if it does, or says what is wrong. Standard library only.

Its heart beats into a cache that no other process sees, so it is looked at from outside, in /proc: every part must be
there, and the two that never rest (the guard looks round twice a second, the pusher asks the database five times)
must be doing so. A pusher that cannot reach the database rests for ten seconds: that shows too.
"""

import sys
import time
from pathlib import Path

PROC = Path("/proc")
LOOK_S = 3.0
LEAST_WAKES = 3


def titles() -> dict[int, str]:
    """The processes of clusters by their ids, with the titles that django-q2 gives them."""
    found = {}
    for folder in PROC.glob("[0-9]*"):
        try:
            title = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue  # ended just now
        if title.startswith("qcluster "):
            found[int(folder.name)] = title
    return found


def status(process: int) -> dict[str, str]:
    """What the kernel says of a process; nothing if it has ended."""
    try:
        lines = (PROC / str(process) / "status").read_text().splitlines()
    except OSError:
        return {}
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def wakes(process: int) -> int:
    """How often a process has come back from waiting."""
    return int(status(process).get("voluntary_ctxt_switches", "0"))


def parts() -> dict[str, int]:
    """One process id for each part of a cluster that is there."""
    clusters = titles()
    found: dict[str, int] = {}
    for process, title in clusters.items():
        last = title.split(" ")[-1]
        if last in {"pusher", "monitor"}:
            found[last] = process
        elif " MainProcess " not in title:
            found["worker"] = process  # its title ends with what it does
        elif int(status(process).get("PPid", "0")) in clusters:
            found["guard"] = process
    return found


def complaints() -> list[str]:
    """What is wrong, a sentence for each."""
    before = parts()
    missing = [f"no {part} is running" for part in ("guard", "monitor", "pusher", "worker") if part not in before]
    counted = {part: wakes(before[part]) for part in ("guard", "pusher") if part in before}
    time.sleep(LOOK_S)
    still = [part for part, count in counted.items() if wakes(before[part]) - count < LEAST_WAKES]
    return missing + [f"the {part} stands still" for part in still]


if __name__ == "__main__":
    sys.exit("; ".join(complaints()) or None)
