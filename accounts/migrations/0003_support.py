"""Accounts of those who look after the service: a kind of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_forces'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='user',
            name='user_kind_known',
        ),
        migrations.AddField(
            model_name='user',
            name='is_staff',
            field=models.BooleanField(default=False),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['officer', 'victim', 'advocate', 'support'])), name='user_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('is_staff', models.Q(('kind', 'support')))), name='user_staff_are_support'),
        ),
    ]
