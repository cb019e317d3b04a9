"""Have answers that were kept for retries forgotten after their 72 hours."""

from django.db import migrations

NAME = "forget answers kept for retries"


def schedule(apps, schema_editor):
    # By name, so that applying it again changes nothing.
    apps.get_model("django_q", "Schedule").objects.update_or_create(
        name=NAME, defaults={"func": "edge.tasks.forget_answers", "schedule_type": "H", "repeats": -1}
    )


def unschedule(apps, schema_editor):
    apps.get_model("django_q", "Schedule").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("edge", "0001_initial"),
        ("django_q", "0019_alter_task_options_alter_ormq_key_alter_ormq_lock_and_more"),
    ]
    operations = [migrations.RunPython(schedule, unschedule)]
