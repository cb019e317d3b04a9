"""The worker of the import benchmark, in a process of its own: `python -m bench.import_worker JOB`.

Prints seconds and the most memory that the process ever held, in megabytes.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spo_service.settings")
django.setup()

from orders.models import OrderImport  # noqa: E402 - models can be imported only once Django is set up
from orders.services.importing import work_off  # noqa: E402


def main(job_id: UUID) -> None:
    """One task after the other, as a worker takes them from the queue, until nothing is left."""
    started = time.perf_counter()
    while OrderImport.objects.filter(pk=job_id, state__in=["queued", "running"]).exists():
        work_off(job_id=job_id)
    seconds = time.perf_counter() - started
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mb": round(peak_mb)}))


if __name__ == "__main__":
    main(UUID(sys.argv[1]))
