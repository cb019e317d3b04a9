"""Evidence: items, their continuity, what was found in them; looked after every five minutes and each night."""

from datetime import timedelta

import common.ids
import django.contrib.gis.db.models.fields
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

SWEEP, NIGHT = "evidence sweep", "evidence night"


def schedule(apps, schema_editor):
    # By name, so that applying it again changes nothing.
    rows = apps.get_model("django_q", "Schedule").objects
    rows.update_or_create(
        name=SWEEP,
        defaults={
            "func": "breaches.evidence.tasks.sweep", "schedule_type": "I", "minutes": 5, "repeats": -1,
            "cluster": "evidence",
        },
    )
    tonight = (timezone.now() + timedelta(days=1)).replace(hour=3, minute=30, second=0, microsecond=0)
    rows.update_or_create(
        name=NIGHT,
        defaults={
            "func": "breaches.evidence.tasks.night", "schedule_type": "D", "repeats": -1, "next_run": tonight,
            "cluster": "evidence",
        },
    )


def unschedule(apps, schema_editor):
    apps.get_model("django_q", "Schedule").objects.filter(name__in=[SWEEP, NIGHT]).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('breaches', '0002_intake'),
        ('django_q', '0019_alter_task_options_alter_ormq_key_alter_ormq_lock_and_more'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EvidenceItem',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('exhibit', models.CharField(max_length=32)),
                ('filename', models.TextField(blank=True)),
                ('size', models.BigIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('sender_sha256', models.CharField(blank=True, max_length=64)),
                ('key', models.CharField(max_length=64)),
                ('wrapped_key', models.BinaryField()),
                ('state', models.CharField(default='quarantined', max_length=12)),
                ('received_at', models.DateTimeField()),
                ('received_from_kind', models.CharField(max_length=20)),
                ('received_from', models.CharField(max_length=64)),
                ('derived_from', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='derivatives', to='breaches.evidenceitem')),
                ('report', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='items', to='breaches.report')),
            ],
        ),
        migrations.CreateModel(
            name='EvidenceExamination',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('examined_at', models.DateTimeField()),
                ('media_type', models.CharField(max_length=127)),
                ('scanner', models.CharField(max_length=120)),
                ('holds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
                ('notes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
                ('metadata', models.JSONField(default=dict)),
                ('point', django.contrib.gis.db.models.fields.PointField(geography=True, null=True, spatial_index=False, srid=4326)),
                ('taken_at', models.DateTimeField(null=True)),
                ('place', models.CharField(default='absent', max_length=12)),
                ('time', models.CharField(default='absent', max_length=12)),
                ('metres', models.FloatField(null=True)),
                ('minutes', models.FloatField(null=True)),
                ('platform', models.CharField(blank=True, max_length=20)),
                ('item', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='examination', to='breaches.evidenceitem')),
            ],
        ),
        migrations.CreateModel(
            name='EvidenceEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('kind', models.CharField(max_length=12)),
                ('at', models.DateTimeField()),
                ('actor_kind', models.CharField(max_length=20)),
                ('actor', models.CharField(max_length=64)),
                ('organisation', models.CharField(blank=True, max_length=8)),
                ('recipient', models.CharField(blank=True, max_length=64)),
                ('reason', models.TextField(blank=True)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('previous', models.CharField(blank=True, max_length=64)),
                ('digest', models.CharField(max_length=64)),
                ('item', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='continuity', to='breaches.evidenceitem')),
            ],
        ),
        migrations.CreateModel(
            name='EvidenceLink',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=8)),
                ('purpose', models.TextField(blank=True)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links', to='breaches.evidenceitem')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='EvidenceMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('index', models.PositiveIntegerField()),
                ('part', models.TextField(blank=True)),
                ('offset', models.BigIntegerField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('sender', models.TextField(blank=True)),
                ('text', models.TextField(blank=True)),
                ('item', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='breaches.evidenceitem')),
            ],
        ),
        migrations.CreateModel(
            name='EvidenceUpload',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('filename', models.TextField(blank=True)),
                ('size', models.BigIntegerField()),
                ('sender_sha256', models.CharField(blank=True, max_length=64)),
                ('started_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('started_by_kind', models.CharField(max_length=20)),
                ('started_by', models.CharField(max_length=64)),
                ('organisation', models.CharField(blank=True, max_length=8)),
                ('refused', models.CharField(blank=True, max_length=40)),
                ('item', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='upload', to='breaches.evidenceitem')),
                ('report', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='uploads', to='breaches.report')),
            ],
        ),
        migrations.CreateModel(
            name='EvidencePiece',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('start', models.BigIntegerField()),
                ('size', models.BigIntegerField()),
                ('key', models.CharField(max_length=64)),
                ('wrapped_key', models.BinaryField()),
                ('upload', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='pieces', to='breaches.evidenceupload')),
            ],
        ),
        migrations.AddIndex(
            model_name='evidenceitem',
            index=models.Index(condition=models.Q(('state', 'quarantined')), fields=['received_at'], name='evidence_waiting'),
        ),
        migrations.AddConstraint(
            model_name='evidenceitem',
            constraint=models.UniqueConstraint(fields=('exhibit',), name='evidence_exhibit_once'),
        ),
        migrations.AddConstraint(
            model_name='evidenceitem',
            constraint=models.UniqueConstraint(fields=('report', 'number'), name='evidence_number_once'),
        ),
        migrations.AddConstraint(
            model_name='evidenceitem',
            constraint=models.UniqueConstraint(fields=('key',), name='evidence_key_once'),
        ),
        migrations.AddConstraint(
            model_name='evidenceitem',
            constraint=models.UniqueConstraint(condition=models.Q(('derived_from__isnull', False)), fields=('derived_from',), name='evidence_viewable_once'),
        ),
        migrations.AddConstraint(
            model_name='evidenceitem',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['held', 'locked', 'quarantined', 'released'])), name='evidence_state_known'),
        ),
        migrations.AddConstraint(
            model_name='evidenceitem',
            constraint=models.CheckConstraint(condition=models.Q(('size__gte', 0)), name='evidence_size'),
        ),
        migrations.AddConstraint(
            model_name='evidenceitem',
            constraint=models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='evidence_digest'),
        ),
        migrations.AddConstraint(
            model_name='evidenceitem',
            constraint=models.CheckConstraint(condition=models.Q(('sender_sha256', ''), ('sender_sha256', models.F('sha256')), _connector='OR'), name='evidence_digest_agreed'),
        ),
        migrations.AddConstraint(
            model_name='evidenceitem',
            constraint=models.CheckConstraint(condition=models.Q(('derived_from__isnull', True), models.Q(('derived_from', models.F('id')), _negated=True), _connector='OR'), name='evidence_not_from_itself'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidenceitem',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='2bba08b810c58f33952e69b6c89293ddb19833bf', operation='DELETE', pgid='pgtrigger_never_deleted_1ff71', table='breaches_evidenceitem', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidenceitem',
            trigger=pgtrigger.compiler.Trigger(name='moves', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{quarantined:released,quarantined:held,quarantined:locked,released:locked,held:locked}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='aa2969b3898ee25e661dd788a1ab840ba1806cef', operation='UPDATE', pgid='pgtrigger_moves_b9924', table='breaches_evidenceitem', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidenceitem',
            trigger=pgtrigger.compiler.Trigger(name='as_received', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."report_id" IS DISTINCT FROM (NEW."report_id") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."exhibit" IS DISTINCT FROM (NEW."exhibit") OR OLD."filename" IS DISTINCT FROM (NEW."filename") OR OLD."size" IS DISTINCT FROM (NEW."size") OR OLD."sha256" IS DISTINCT FROM (NEW."sha256") OR OLD."sender_sha256" IS DISTINCT FROM (NEW."sender_sha256") OR OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."received_at" IS DISTINCT FROM (NEW."received_at") OR OLD."received_from_kind" IS DISTINCT FROM (NEW."received_from_kind") OR OLD."received_from" IS DISTINCT FROM (NEW."received_from") OR OLD."derived_from_id" IS DISTINCT FROM (NEW."derived_from_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='0a130b8524e30b729facfcab952a97f9cc477144', operation='UPDATE', pgid='pgtrigger_as_received_7b8e3', table='breaches_evidenceitem', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='evidenceexamination',
            constraint=models.CheckConstraint(condition=models.Q(('place__in', ['absent', 'consistent', 'inconsistent']), ('time__in', ['absent', 'consistent', 'inconsistent'])), name='evidence_examination_agreement'),
        ),
        migrations.AddConstraint(
            model_name='evidenceexamination',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('metres__isnull', True), ('place', 'absent')), models.Q(models.Q(('place', 'absent'), _negated=True), ('metres__gte', 0), ('metres__isnull', False)), _connector='OR'), models.Q(models.Q(('minutes__isnull', True), ('time', 'absent')), models.Q(models.Q(('time', 'absent'), _negated=True), ('minutes__gte', 0), ('minutes__isnull', False)), _connector='OR')), name='evidence_examination_measured'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidenceexamination',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e152f802826492092525b01c692eaec7dc383ba0', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b36ed', table='breaches_evidenceexamination', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='evidenceentry',
            constraint=models.UniqueConstraint(fields=('item', 'number'), name='evidence_entry_once'),
        ),
        migrations.AddConstraint(
            model_name='evidenceentry',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['checked', 'exported', 'held', 'locked', 'received', 'released', 'sealed', 'transferred', 'viewed'])), name='evidence_entry_kind'),
        ),
        migrations.AddConstraint(
            model_name='evidenceentry',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('number', 1), ('previous', '')), models.Q(('number__gt', 1), ('previous__regex', '^[0-9a-f]{64}$')), _connector='OR'), name='evidence_entry_chained'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidenceentry',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d178965117bdc81fc8c45632d643df9365b874ae', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a4132', table='breaches_evidenceentry', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='evidencelink',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['original', 'viewable'])), name='evidence_link_kind'),
        ),
        migrations.AddConstraint(
            model_name='evidencelink',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('made_at'))), name='evidence_link_expires'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidencelink',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ac670cd9e4806eb58dd3e4e2158d7a308200313e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_ea2f3', table='breaches_evidencelink', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='evidencemessage',
            constraint=models.UniqueConstraint(fields=('item', 'index'), name='evidence_message_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidencemessage',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='12153dbf9c6d2fcf7812c3e52dcbdd68c08ca686', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_1d3be', table='breaches_evidencemessage', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='evidenceupload',
            index=models.Index(fields=['report', 'started_at'], name='evidence_uploads'),
        ),
        migrations.AddConstraint(
            model_name='evidenceupload',
            constraint=models.CheckConstraint(condition=models.Q(('size__gte', 0)), name='evidence_upload_size'),
        ),
        migrations.AddConstraint(
            model_name='evidenceupload',
            constraint=models.CheckConstraint(condition=models.Q(('item__isnull', True), ('refused', ''), _connector='OR'), name='evidence_upload_ended_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidenceupload',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='4b1712faa8e5002d9d4b94a8eba2087c38b354ad', operation='DELETE', pgid='pgtrigger_never_deleted_1ccde', table='breaches_evidenceupload', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidenceupload',
            trigger=pgtrigger.compiler.Trigger(name='as_asked', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."report_id" IS DISTINCT FROM (NEW."report_id") OR OLD."filename" IS DISTINCT FROM (NEW."filename") OR OLD."size" IS DISTINCT FROM (NEW."size") OR OLD."sender_sha256" IS DISTINCT FROM (NEW."sender_sha256") OR OLD."started_by" IS DISTINCT FROM (NEW."started_by"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='4c40560d38cceee6c01d40d05eb57d9a1345fb3b', operation='UPDATE', pgid='pgtrigger_as_asked_cdddd', table='breaches_evidenceupload', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='evidencepiece',
            constraint=models.UniqueConstraint(fields=('upload', 'start'), name='evidence_piece_once'),
        ),
        migrations.AddConstraint(
            model_name='evidencepiece',
            constraint=models.UniqueConstraint(fields=('key',), name='evidence_piece_key_once'),
        ),
        migrations.AddConstraint(
            model_name='evidencepiece',
            constraint=models.CheckConstraint(condition=models.Q(('size__gt', 0), ('start__gte', 0)), name='evidence_piece_size'),
        ),
        migrations.RunPython(schedule, unschedule),
    ]
