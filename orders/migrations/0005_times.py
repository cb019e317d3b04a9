"""Which version is the one in force, kept by the database; and what ends an order before its time."""

import common.ids
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from datetime import timedelta
from itertools import groupby

from django.db import migrations, models
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from orders.rules.periods import in_force_periods
from orders.types import Period


STEP = timedelta(microseconds=1)


def draw_times(apps, schema_editor):
    """Orders registered before: what was in force when, as it became known version by version."""
    OrderVersion, InForce = apps.get_model("orders", "OrderVersion"), apps.get_model("orders", "InForce")
    drawn = InForce.objects.values("order")
    rows = OrderVersion.objects.exclude(order__in=drawn).order_by("order", "number")
    columns = ("order_id", "id", "effective_from", "in_force_until", "recorded_at")
    for order, versions in groupby(rows.values_list(*columns).iterator(), key=lambda row: row[0]):
        InForce.objects.bulk_create(
            InForce(order_id=order, version_id=version, during=DateTimeTZRange(*period), known=DateTimeTZRange(*known))
            for version, period, known in times_known([row[1:] for row in versions])
        )


def times_known(versions):
    """(version, (from, until), (known from, known until)), of (version, from, until, recorded at) by number."""
    open_rows, closed, last = {}, [], None
    for count in range(1, len(versions) + 1):
        recorded = versions[count - 1][3] if last is None else max(versions[count - 1][3], last + STEP)
        last = recorded
        periods = in_force_periods([Period(start, end) for _, start, end, _ in versions[:count]])
        wanted = {row[0]: (p.start, p.end) for row, p in zip(versions, periods) if p is not None}
        for version, (period, since) in list(open_rows.items()):
            if wanted.get(version) != period:
                closed.append((version, period, (since, recorded)))
                del open_rows[version]
        for version, period in wanted.items():
            open_rows.setdefault(version, (period, recorded))
    return closed + [(version, period, (since, None)) for version, (period, since) in open_rows.items()]


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0004_pairs_kept_by_the_database'),
    ]

    operations = [
        migrations.CreateModel(
            name='Determination',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('recorded_at', models.DateTimeField()),
                ('recorded_by', models.CharField(max_length=64)),
                ('result', models.CharField(max_length=12)),
                ('at', models.DateTimeField()),
                ('order', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='determination', to='orders.order')),
            ],
        ),
        migrations.CreateModel(
            name='Discharge',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('recorded_at', models.DateTimeField()),
                ('recorded_by', models.CharField(max_length=64)),
                ('discharged_at', models.DateTimeField()),
                ('defendant_consents', models.BooleanField()),
                ('applying_officer_consents', models.BooleanField()),
                ('residence_force', models.CharField(blank=True, max_length=2)),
                ('residence_officer_consents', models.BooleanField()),
                ('order', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='discharge', to='orders.order')),
            ],
        ),
        migrations.CreateModel(
            name='InForce',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('during', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ('known', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ('order', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='times', to='orders.order')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='times', to='orders.orderversion')),
            ],
        ),
        migrations.CreateModel(
            name='Appeal',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('recorded_at', models.DateTimeField()),
                ('recorded_by', models.CharField(max_length=64)),
                ('lodged_on', models.DateField()),
                ('outcome', models.CharField(blank=True, max_length=12)),
                ('at', models.DateTimeField(null=True)),
                ('order', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='appeals', to='orders.order')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('outcome', '')), fields=('order', 'lodged_on'), name='appeal_lodged_once'), models.UniqueConstraint(condition=models.Q(('outcome', ''), _negated=True), fields=('order', 'lodged_on'), name='appeal_decided_once'), models.CheckConstraint(condition=models.Q(('outcome__in', ['', 'dismissed', 'abandoned', 'varied', 'quashed'])), name='appeal_outcome_known'), models.CheckConstraint(condition=models.Q(models.Q(('at__isnull', True), ('outcome', '')), models.Q(models.Q(('outcome', ''), _negated=True), ('at__isnull', False)), _connector='OR'), name='appeal_outcome_dated')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='appeal',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5cfa7de681993bc594b3720c3efcba265117b255', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b866d', table='orders_appeal', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='determination',
            constraint=models.CheckConstraint(condition=models.Q(('result__in', ('granted', 'refused', 'withdrawn'))), name='determination_result_known'),
        ),
        migrations.AddConstraint(
            model_name='determination',
            constraint=models.CheckConstraint(condition=models.Q(('recorded_at__gte', models.F('at'))), name='determination_recorded_after'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='determination',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7a4891dd458a6bc8e85142d4637c1f9313bfbfba', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_42378', table='orders_determination', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='discharge',
            constraint=models.CheckConstraint(condition=models.Q(('recorded_at__gte', models.F('discharged_at'))), name='discharge_recorded_after'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='discharge',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='bebbdb1105bd2e38187b9504c6e748ca5a966d19', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_8edbb', table='orders_discharge', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='inforce',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('order', '='), ('during', '&&'), ('known', '&&')], name='one_version_in_force_at_once'),
        ),
        migrations.AddConstraint(
            model_name='inforce',
            constraint=models.UniqueConstraint(condition=models.Q(('known__upper_inf', True)), fields=('version',), name='version_in_force_once'),
        ),
        migrations.AddConstraint(
            model_name='inforce',
            constraint=models.CheckConstraint(condition=models.Q(('during__isempty', False), ('during__lower_inc', True), ('during__lower_inf', False), ('during__upper_inc', False), ('known__isempty', False), ('known__lower_inc', True), ('known__lower_inf', False), ('known__upper_inc', False)), name='in_force_half_open'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='inforce',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='9791314b0b2bae7ce1f4b264e35a02fbc0b4b628', operation='DELETE', pgid='pgtrigger_never_deleted_f588e', table='orders_inforce', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='inforce',
            trigger=pgtrigger.compiler.Trigger(name='only_closed', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                IF (OLD.id, OLD.order_id, OLD.version_id, OLD.during, lower(OLD.known))\n                   IS DISTINCT FROM (NEW.id, NEW.order_id, NEW.version_id, NEW.during, lower(NEW.known))\n                   OR NOT upper_inf(OLD.known) OR upper_inf(NEW.known) THEN\n                    RAISE EXCEPTION 'what was known of an order is closed, never changed';\n                END IF;\n                RETURN NEW;\n                ", hash='e94bc48b4486e73d6cfea00eb8ba82f96a472a72', operation='UPDATE', pgid='pgtrigger_only_closed_f4730', table='orders_inforce', when='BEFORE')),
        ),
        migrations.RunPython(draw_times, migrations.RunPython.noop),
    ]
