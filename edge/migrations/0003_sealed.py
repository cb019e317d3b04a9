"""Answers kept for a retry hold what was answered: sealed."""

from django.db import migrations

from database.sealed import SealedText
from database.sealing import seal_column, unseal_column


def seal(apps, editor):
    seal_column(editor, "edge_idempotentanswer", "body", kind="text", null=True)


def unseal(apps, editor):
    unseal_column(editor, "edge_idempotentanswer", "body", kind="text", null=True)


class Migration(migrations.Migration):
    dependencies = [("edge", "0002_forget_answers")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(seal, unseal)],
            state_operations=[migrations.AlterField("idempotentanswer", "body", SealedText(null=True))],
        ),
    ]
