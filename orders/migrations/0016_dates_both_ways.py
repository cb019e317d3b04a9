"""How many dates of a file are other dates where the month is written first."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0015_invited_advocates'),
    ]

    operations = [
        migrations.AddField(
            model_name='orderimport',
            name='dates_both_ways',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
    ]
