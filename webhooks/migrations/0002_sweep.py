"""Have the outbox swept every minute. The scheduler looks every 30 seconds, so it is a minute and a half at most."""

from django.db import migrations

NAME = "webhooks sweep"


def schedule(apps, schema_editor):
    # By name, so that applying it again changes nothing.
    apps.get_model("django_q", "Schedule").objects.update_or_create(
        name=NAME,
        defaults={"func": "webhooks.tasks.sweep", "schedule_type": "I", "minutes": 1, "repeats": -1, "cluster": "outbox"},
    )


def unschedule(apps, schema_editor):
    apps.get_model("django_q", "Schedule").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("webhooks", "0001_initial"),
        ("django_q", "0019_alter_task_options_alter_ormq_key_alter_ormq_lock_and_more"),
    ]
    operations = [migrations.RunPython(schedule, unschedule)]
