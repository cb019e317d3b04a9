"""Verdicts are worked out again each night, some of them."""

from datetime import timedelta

from django.db import migrations
from django.utils import timezone

NAME = "breaches replay"


def schedule(apps, schema_editor):
    # By name, so that applying it again changes nothing.
    tonight = (timezone.now() + timedelta(days=1)).replace(hour=2, minute=30, second=0, microsecond=0)
    apps.get_model("django_q", "Schedule").objects.update_or_create(
        name=NAME,
        defaults={"func": "breaches.tasks.replay_sample", "schedule_type": "D", "repeats": -1, "next_run": tonight},
    )


def unschedule(apps, schema_editor):
    apps.get_model("django_q", "Schedule").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("breaches", "0003_evidence"),
        ("django_q", "0019_alter_task_options_alter_ormq_key_alter_ormq_lock_and_more"),
    ]

    operations = [migrations.RunPython(schedule, unschedule)]
