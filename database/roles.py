"""The roles that processes work as: they own nothing, so every policy binds them (docs/adr/0007)."""

from __future__ import annotations

# What each may do is in `spo_service.tenancy.roles`.
APP, WORKER, OUTBOX, SUPPORT = "spo_app", "spo_worker", "spo_outbox", "spo_support"
ERASER = "spo_eraser"  # erases what two people let go; its rights are in retention's migrations
ROLES = (APP, WORKER, OUTBOX, SUPPORT)


def worker_role(cluster: str) -> str:
    """The role of a django-q2 cluster by its name: what speaks to other people's servers may read least."""
    return OUTBOX if cluster == "outbox" else WORKER
