#!/usr/bin/env python
"""Django's command line."""

import os
import sys

from django.core.management import execute_from_command_line

from database.roles import worker_role


def set_up() -> None:
    """The settings, and for workers the role that they work as (docs/adr/0007); any other command is the owner's."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spo_service.settings")
    if sys.argv[1:2] == ["qcluster"]:
        os.environ.setdefault("DB_ROLE", worker_role(os.environ.get("Q_CLUSTER_NAME", "")))


if __name__ == "__main__":
    set_up()
    execute_from_command_line(sys.argv)
