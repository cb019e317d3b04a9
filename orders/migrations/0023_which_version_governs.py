"""Whose place a correction takes, and which orders say that they replace an interim one."""

from django.db import migrations, models

class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0022_references_as_typed'),
    ]

    operations = [
        migrations.AddField(
            model_name='orderversion',
            name='corrects',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name='orderversion',
            index=models.Index(condition=models.Q(('replaces_interim', ''), _negated=True), fields=['replaces_interim'], name='order_version_replacing'),
        ),
        migrations.AddConstraint(
            model_name='orderversion',
            constraint=models.CheckConstraint(condition=models.Q(('corrects__isnull', True), models.Q(('change_kind', 'correction'), ('corrects__gte', 1), ('corrects__lt', models.F('number'))), _connector='OR'), name='order_version_corrects_earlier'),
        ),
    ]
