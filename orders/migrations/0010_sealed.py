"""What an order says of people and places is sealed; of its body two things that queries ask for stay open."""

from django.db import migrations, models

from database.sealed import SealedJSON, SealedText
from database.sealing import seal_column, unseal_column

_COLUMNS = [
    ("orders_orderversion", "body", "jsonb"),
    ("orders_orderversion", "body_sent", "text"),
    ("orders_zone", "restricted_name", "text"),
    ("orders_notification", "told", "jsonb"),
]
_COPY = """
ALTER TABLE orders_orderversion DISABLE TRIGGER USER;
UPDATE orders_orderversion SET restricted = (body->>'restricted')::boolean,
       replaces_interim = coalesce(body->>'replaces_interim', '');
ALTER TABLE orders_orderversion ENABLE TRIGGER USER;
"""


def seal(apps, editor):
    for table, column, kind in _COLUMNS:
        seal_column(editor, table, column, kind=kind)


def unseal(apps, editor):
    for table, column, kind in reversed(_COLUMNS):
        unseal_column(editor, table, column, kind=kind)


class Migration(migrations.Migration):
    dependencies = [("orders", "0009_people")]

    operations = [
        migrations.AddField("orderversion", "restricted", models.BooleanField(null=True)),
        migrations.AddField("orderversion", "replaces_interim", models.CharField(max_length=64, blank=True, default=""), preserve_default=False),
        migrations.RunSQL(_COPY, migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(seal, unseal)],
            state_operations=[
                migrations.AlterField("orderversion", "body", SealedJSON()),
                migrations.AlterField("orderversion", "body_sent", SealedText()),
                migrations.AlterField("zone", "restricted_name", SealedText(blank=True)),
                migrations.AlterField("notification", "told", SealedJSON(default=dict)),
            ],
        ),
    ]
