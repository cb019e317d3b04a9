"""A day's seal is told to the forces with it: the task that chains the trail is one of this app from now on."""

from django.db import migrations

NAME = "audit chain"


def _run(func):
    def change(apps, schema_editor):
        apps.get_model("django_q", "Schedule").objects.filter(name=NAME).update(func=func)

    return change


class Migration(migrations.Migration):
    dependencies = [
        ("webhooks", "0006_client_events"),
        ("audit", "0004_note"),
    ]
    operations = [migrations.RunPython(_run("webhooks.tasks.chain_trail"), _run("audit.tasks.chain_trail"))]
