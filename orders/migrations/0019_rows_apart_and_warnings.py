"""Where rows of each order stand in a file, and warnings beside mistakes."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_officer_identity'),
        ('orders', '0018_whose_key'),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64)),
                ('row', models.BigIntegerField()),
                ('start', models.BigIntegerField()),
                ('end', models.BigIntegerField()),
            ],
        ),
        migrations.AddField(
            model_name='importproblem',
            name='severity',
            field=models.CharField(db_default='error', default='error', max_length=7),
        ),
        migrations.AddField(
            model_name='orderimport',
            name='looked_byte',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='orderimport',
            name='looked_row',
            field=models.BigIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name='orderimport',
            name='ownerless',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, db_default=[], default=list, size=None),
        ),
        migrations.AddField(
            model_name='orderimport',
            name='scattered',
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name='orderimport',
            name='warnings',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name='importproblem',
            constraint=models.CheckConstraint(condition=models.Q(('severity__in', ('error', 'warning'))), name='import_problem_severity_known'),
        ),
        migrations.AddConstraint(
            model_name='orderimport',
            constraint=models.CheckConstraint(condition=models.Q(('looked_byte__gte', 0), ('looked_byte__lte', models.F('size')), ('looked_row__gte', 1)), name='import_looked_inside_file'),
        ),
        migrations.AddField(
            model_name='importrun',
            name='job',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='orders.orderimport'),
        ),
        migrations.AddIndex(
            model_name='importrun',
            index=models.Index(fields=['job', 'key', 'row'], name='import_run_of_order'),
        ),
        migrations.AddConstraint(
            model_name='importrun',
            constraint=models.UniqueConstraint(fields=('job', 'row'), name='import_run_once'),
        ),
        migrations.AddConstraint(
            model_name='importrun',
            constraint=models.CheckConstraint(condition=models.Q(('end__gt', models.F('start')), ('start__gte', 0)), name='import_run_has_bytes'),
        ),
    ]
