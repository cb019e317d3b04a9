"""The worker of the import benchmark, in a process of its own: `python -m bench.import_worker JOB`.

Prints seconds, and the most memory that the process held, in megabytes: by the time the first orders were stored,
and in all. The two are alike where memory does not grow with the file.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spo_service.settings")
django.setup()

from orders.models import OrderImport  # noqa: E402 - models can be imported only once Django is set up
from orders.services.importing import work_off  # noqa: E402

# By then it has seen everything that there is to do, and a piece of the file is long forgotten.
EARLY = 1_000


def main(job_id: UUID) -> None:
    """One task after the other, as a worker takes them from the queue, until nothing is left."""
    started, cpu, early = time.perf_counter(), time.process_time(), 0
    while job := OrderImport.objects.filter(pk=job_id, state__in=["queued", "running"]).first():
        if not early and job.rows >= EARLY:
            early = peak_mb()
        work_off(job_id=job_id)
    seconds = time.perf_counter() - started
    cpu_seconds = time.process_time() - cpu
    print(
        json.dumps(
            {"seconds": seconds, "cpu_seconds": cpu_seconds, "early_mb": early or peak_mb(), "peak_mb": peak_mb()}
        )
    )


def peak_mb() -> int:
    """The most that this process held so far. `getrusage` would tell of the process that started this one too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return round(int(status.partition("VmHWM:")[2].split()[0]) / 1024)


if __name__ == "__main__":
    main(UUID(sys.argv[1]))
