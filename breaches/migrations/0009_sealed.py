"""What was said, in a report and after it, is sealed, and so is what it was judged by."""

from django.db import migrations, models
from django.db.models import Q

from database.sealed import SealedJSON, SealedText
from database.sealing import seal_column, unseal_column

_COLUMNS = [
    ("breaches_report", "body_sent", "text"),
    ("breaches_assessment", "question", "jsonb"),
    ("breaches_assessment", "answer", "jsonb"),
    ("breaches_consultation", "question", "jsonb"),
    ("breaches_consultation", "answer", "jsonb"),
    ("breaches_question", "text", "text"),
    ("breaches_addition", "text", "text"),
    ("breaches_addition", "corrects", "text"),
    ("breaches_addition", "body_sent", "text"),
    ("breaches_withdrawal", "reason", "text"),
    ("breaches_note", "text", "text"),
]


def seal(apps, editor):
    for table, column, kind in _COLUMNS:
        seal_column(editor, table, column, kind=kind)


def unseal(apps, editor):
    for table, column, kind in reversed(_COLUMNS):
        unseal_column(editor, table, column, kind=kind)


class Migration(migrations.Migration):
    dependencies = [("breaches", "0009_evidence_timestamps")]

    operations = [
        migrations.RemoveConstraint("question", "question_not_empty"),
        migrations.RemoveConstraint("addition", "addition_correction_as_sent"),
        migrations.RemoveConstraint("note", "note_not_empty"),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(seal, unseal)],
            state_operations=[
                migrations.AlterField("report", "body_sent", SealedText()),
                migrations.AlterField("assessment", "question", SealedJSON()),
                migrations.AlterField("assessment", "answer", SealedJSON()),
                migrations.AlterField("consultation", "question", SealedJSON()),
                migrations.AlterField("consultation", "answer", SealedJSON()),
                migrations.AlterField("question", "text", SealedText()),
                migrations.AlterField("addition", "text", SealedText(blank=True)),
                migrations.AlterField("addition", "corrects", SealedText(blank=True)),
                migrations.AlterField("addition", "body_sent", SealedText(blank=True)),
                migrations.AlterField("withdrawal", "reason", SealedText(blank=True)),
                migrations.AlterField("note", "text", SealedText()),
            ],
        ),
        migrations.AddConstraint(
            "question", models.CheckConstraint(condition=~Q(text=b""), name="question_not_empty")
        ),
        migrations.AddConstraint(
            "addition",
            models.CheckConstraint(
                condition=Q(kind="correction") & ~Q(body_sent=b"")
                | ~Q(kind="correction") & Q(body_sent=b"", corrects=b""),
                name="addition_correction_as_sent",
            ),
        ),
        migrations.AddConstraint("note", models.CheckConstraint(condition=~Q(text=b""), name="note_not_empty")),
    ]
