"""Positions of devices, one part of the table a month; the visits found in them; devices that fall silent."""

import common.ids
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

_TABLE = """
CREATE TABLE breaches_trackfix (
    order_id uuid NOT NULL REFERENCES orders_order (id),
    device varchar(64) NOT NULL,
    recorded_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    longitude double precision NOT NULL CHECK (longitude BETWEEN -180 AND 180),
    latitude double precision NOT NULL CHECK (latitude BETWEEN -90 AND 90),
    accuracy_m double precision CHECK (accuracy_m > 0 AND accuracy_m < 'infinity'),
    accuracy_basis varchar(8) NOT NULL CHECK (accuracy_basis IN ('', 'p95', 'p68', 'rms', 'unknown')),
    r95_m double precision NOT NULL CHECK (r95_m > 0 AND r95_m < 'infinity'),
    near varchar(5) NOT NULL CHECK (near IN ('none', 'ring', 'touch')),
    version integer CHECK (version > 0),
    zone varchar(16),
    distance_m double precision,
    probability double precision CHECK (probability BETWEEN 0 AND 1),
    zones jsonb,
    held boolean NOT NULL,
    -- Where was this device, from when until when? And: the same device and instant again is the same fix.
    PRIMARY KEY (order_id, device, recorded_at),
    CONSTRAINT trackfix_judged_where_near CHECK (
        CASE WHEN near = 'none' THEN num_nonnulls(version, zone, distance_m, probability, zones) = 0
             ELSE num_nulls(version, zone, distance_m, probability, zones) = 0 END)
) PARTITION BY RANGE (recorded_at);
-- Which fixes are near nothing, and may go by now?
CREATE INDEX trackfix_far ON breaches_trackfix (received_at) WHERE near = 'none' AND NOT held;
"""
# One row is one measurement, never edited; only what lies near no zone, and is not held, may go.
_TRIGGER = """
CREATE FUNCTION breaches_trackfix_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'held' = to_jsonb(OLD) - 'held' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' AND OLD.near = 'none' AND NOT OLD.held THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'a fix is never edited, and one near a zone or held is never deleted';
END $$;
CREATE TRIGGER trackfix_kept BEFORE UPDATE OR DELETE ON breaches_trackfix
    FOR EACH ROW EXECUTE FUNCTION breaches_trackfix_kept();
"""
# Two transactions that miss the same month: the second waits, and then finds it.
_MONTH = """
CREATE FUNCTION breaches_trackfix_month(at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    first timestamptz := date_trunc('month', at, 'UTC');
    part text := 'breaches_trackfix_' || to_char(first AT TIME ZONE 'UTC', 'YYYY_MM');
BEGIN
    IF to_regclass(part) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('breaches_trackfix', 0));
    EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF breaches_trackfix FOR VALUES FROM (%L) TO (%L)',
                   part, first, (first AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC');
END $$;
"""
_UNDO = """
DROP TABLE breaches_trackfix;
DROP FUNCTION breaches_trackfix_month(timestamptz);
DROP FUNCTION breaches_trackfix_kept();
"""
_TASKS = {
    "breaches silent devices": ("breaches.tasks.tell_silent_devices", "I", 5),
    "breaches far positions": ("breaches.tasks.forget_far_positions", "H", None),
}


def schedule(apps, schema_editor):
    # By name, so that applying it again changes nothing.
    schedules = apps.get_model("django_q", "Schedule").objects
    for name, (func, kind, minutes) in _TASKS.items():
        schedules.update_or_create(
            name=name, defaults={"func": func, "schedule_type": kind, "minutes": minutes, "repeats": -1}
        )


def unschedule(apps, schema_editor):
    apps.get_model("django_q", "Schedule").objects.filter(name__in=_TASKS).delete()


class Migration(migrations.Migration):

    dependencies = [
        ("breaches", "0005_reports"),
        ("orders", "0009_people"),
        ("django_q", "0019_alter_task_options_alter_ormq_key_alter_ormq_lock_and_more"),
    ]

    operations = [
        migrations.RunSQL([_TABLE, _TRIGGER, _MONTH], _UNDO),
        migrations.CreateModel(
            name='TrackFix',
            fields=[
                ('pk', models.CompositePrimaryKey('order_id', 'device', 'recorded_at', blank=True, editable=False, primary_key=True, serialize=False)),
                ('order', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.order')),
                ('device', models.CharField(max_length=64)),
                ('recorded_at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('longitude', models.FloatField()),
                ('latitude', models.FloatField()),
                ('accuracy_m', models.FloatField(null=True)),
                ('accuracy_basis', models.CharField(max_length=8)),
                ('r95_m', models.FloatField()),
                ('near', models.CharField(max_length=5)),
                ('version', models.PositiveIntegerField(null=True)),
                ('zone', models.CharField(max_length=16, null=True)),
                ('distance_m', models.FloatField(null=True)),
                ('probability', models.FloatField(null=True)),
                ('zones', models.JSONField(null=True)),
                ('held', models.BooleanField(default=False)),
            ],
            options={
                'db_table': 'breaches_trackfix',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('device', models.CharField(max_length=64)),
                ('zone', models.CharField(max_length=16)),
                ('entered_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('order', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='orders.order')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='breaches.report')),
            ],
        ),
        migrations.CreateModel(
            name='TrackedDevice',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('device', models.CharField(max_length=64)),
                ('last_recorded_at', models.DateTimeField()),
                ('last_received_at', models.DateTimeField()),
                ('silent_told_at', models.DateTimeField(null=True)),
                ('order', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='tracked_devices', to='orders.order')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('silent_told_at__isnull', True)), fields=['last_recorded_at'], name='tracked_device_unheard')],
                'constraints': [models.UniqueConstraint(fields=('order', 'device'), name='tracked_device_once')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trackeddevice',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='a266d09fcae963d564f30bef3dc051f14e191d7f', operation='DELETE', pgid='pgtrigger_never_deleted_98a2b', table='breaches_trackeddevice', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trackeddevice',
            trigger=pgtrigger.compiler.Trigger(name='whose', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."order_id" IS DISTINCT FROM (NEW."order_id") OR OLD."device" IS DISTINCT FROM (NEW."device"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='b4c96b6c6a36afc632d7c8a3e53fd1ca924b183a', operation='UPDATE', pgid='pgtrigger_whose_fbec3', table='breaches_trackeddevice', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(fields=['order', 'device', 'entered_at'], name='visit_of_device'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.CheckConstraint(condition=models.Q(('last_at__gte', models.F('entered_at'))), name='visit_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('order', '='), ('device', '='), ('zone', '='), (models.Func('entered_at', 'last_at', django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True), function='tstzrange', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&')], name='visit_one_at_a_time'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visit',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='435ebfab1faa5aaf72c7088efbf361fef02f4e2e', operation='DELETE', pgid='pgtrigger_never_deleted_376fe', table='breaches_visit', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='visit',
            trigger=pgtrigger.compiler.Trigger(name='as_raised', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."order_id" IS DISTINCT FROM (NEW."order_id") OR OLD."device" IS DISTINCT FROM (NEW."device") OR OLD."zone" IS DISTINCT FROM (NEW."zone") OR OLD."report_id" IS DISTINCT FROM (NEW."report_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='56f7595d08a07406abd8e14b45cee6733cca5ccb', operation='UPDATE', pgid='pgtrigger_as_raised_1752f', table='breaches_visit', when='BEFORE')),
        ),
        migrations.RunPython(schedule, unschedule),
    ]
