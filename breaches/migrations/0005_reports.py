"""What is said about a report afterwards; receipts, diaries and safe contact; and the moves that go with them."""

import common.ids
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_forces'),
        ('breaches', '0004_tracks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Addition',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=12)),
                ('text', models.TextField(blank=True)),
                ('corrects', models.TextField(blank=True)),
                ('body_sent', models.TextField(blank=True)),
                ('immediate_danger', models.BooleanField(default=False)),
                ('sent_at', models.DateTimeField()),
                ('sender_kind', models.CharField(max_length=16)),
                ('sender', models.CharField(max_length=64)),
                ('staff_id', models.CharField(blank=True, max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name='DiaryEntry',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('written_at', models.DateTimeField()),
                ('sealed', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='LinkAct',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('act', models.CharField(max_length=8)),
                ('reason', models.TextField()),
                ('grounds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=24), default=list, size=None)),
                ('at', models.DateTimeField()),
                ('staff_id', models.CharField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('text', models.TextField()),
                ('written_at', models.DateTimeField()),
                ('staff_id', models.CharField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name='Outcome',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=32)),
                ('crime_reference', models.CharField(blank=True, max_length=64)),
                ('reason', models.TextField()),
                ('recorded_at', models.DateTimeField()),
                ('staff_id', models.CharField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('text', models.TextField()),
                ('due', models.DateTimeField()),
                ('asked_at', models.DateTimeField()),
                ('staff_id', models.CharField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('report', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='receipt', serialize=False, to='breaches.report')),
                ('fingerprint', models.BinaryField(max_length=32, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='SafeContact',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('said_at', models.DateTimeField()),
                ('said_by', models.CharField(max_length=64)),
                ('sealed', models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name='Withdrawal',
            fields=[
                ('report', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='withdrawal', serialize=False, to='breaches.report')),
                ('reason', models.TextField(blank=True)),
                ('withdrawn_at', models.DateTimeField()),
                ('withdrawn_by', models.CharField(max_length=64)),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='report',
            name='moves',
        ),
        migrations.AlterField(
            model_name='move',
            name='moved_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(condition=models.Q(('order__isnull', True)), fields=['force', 'incident_from'], name='report_without_order'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='report',
            trigger=pgtrigger.compiler.Trigger(name='moves', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{received:in_review,in_review:received,in_review:verified,in_review:not_verified,in_review:needs_information,needs_information:in_review,verified:in_follow_up,in_follow_up:verified,in_follow_up:closed,not_verified:in_review,closed:in_review}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='02d5328d12a6959b6e7a8c8058808938c76bfae0', operation='UPDATE', pgid='pgtrigger_moves_53e29', table='breaches_report', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='addition',
            name='report',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='additions', to='breaches.report'),
        ),
        migrations.CreateModel(
            name='DiaryReport',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='reported', serialize=False, to='breaches.diaryentry')),
            ],
        ),
        migrations.AddField(
            model_name='diaryentry',
            name='person',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='linkact',
            name='by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='linkact',
            name='first',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='breaches.report'),
        ),
        migrations.AddField(
            model_name='linkact',
            name='second',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='breaches.report'),
        ),
        migrations.AddField(
            model_name='note',
            name='report',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='breaches.report'),
        ),
        migrations.AddField(
            model_name='note',
            name='written_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='outcome',
            name='force',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.force'),
        ),
        migrations.AddField(
            model_name='outcome',
            name='recorded_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='outcome',
            name='report',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='outcomes', to='breaches.report'),
        ),
        migrations.AddField(
            model_name='question',
            name='asked_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='question',
            name='report',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='breaches.report'),
        ),
        migrations.AddField(
            model_name='addition',
            name='question',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='answer', to='breaches.question'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='receipt',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f2537e09607229c0e8275efd746548245565792f', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a5714', table='breaches_receipt', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='safecontact',
            name='person',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='withdrawal',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2a0e2009518c3ef19176eba3756cffe24269a622', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_4c492', table='breaches_withdrawal', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='diaryreport',
            name='report',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='breaches.report'),
        ),
        migrations.AddIndex(
            model_name='diaryentry',
            index=models.Index(fields=['person', 'written_at', 'id'], name='diary_of_person'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='diaryentry',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3f1a3ed11ab269e5ba3e61cfdcd5448c8fa09a77', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_db0a0', table='breaches_diaryentry', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='linkact',
            index=models.Index(fields=['first', 'second', '-at'], name='link_of_first'),
        ),
        migrations.AddIndex(
            model_name='linkact',
            index=models.Index(fields=['second', 'first', '-at'], name='link_of_second'),
        ),
        migrations.AddConstraint(
            model_name='linkact',
            constraint=models.CheckConstraint(condition=models.Q(('act__in', ['linked', 'unlinked'])), name='link_act_known'),
        ),
        migrations.AddConstraint(
            model_name='linkact',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='link_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='linkact',
            constraint=models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='link_pair_ordered'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='linkact',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='163f384924baaad587df641fb92709a241ac7591', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9d758', table='breaches_linkact', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='note',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='note_not_empty'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='note',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5a20276b6a07749746ab3090fec8a278237428f8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_4c5dc', table='breaches_note', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='outcome',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['cautioned', 'charged', 'community_resolution', 'evidential_difficulties', 'no_further_action', 'other', 'recorded_elsewhere', 'summonsed', 'victim_does_not_support'])), name='outcome_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='outcome',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='outcome_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='outcome',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('crime_reference', ''), _negated=True), expressions=[('force', '='), ('crime_reference', '='), ('report', '<>')], name='outcome_crime_reference_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='outcome',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7bd55a327fc07ff4c58d72e67b409a18a90dfe68', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_bb90b', table='breaches_outcome', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='question',
            index=models.Index(fields=['report', 'asked_at'], name='question_of_report'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='question_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(('due__gt', models.F('asked_at'))), name='question_due_later'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='question',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9e4edcfcf1c9292783451b9dfa4afe3454287e7e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_31876', table='breaches_question', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='addition',
            index=models.Index(fields=['report', 'sent_at'], name='addition_of_report'),
        ),
        migrations.AddConstraint(
            model_name='addition',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['answer', 'correction', 'message'])), name='addition_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='addition',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'answer'), ('question__isnull', False)), models.Q(models.Q(('kind', 'answer'), _negated=True), ('question__isnull', True)), _connector='OR'), name='addition_answer_paired'),
        ),
        migrations.AddConstraint(
            model_name='addition',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'correction'), models.Q(('body_sent', ''), _negated=True)), models.Q(models.Q(('kind', 'correction'), _negated=True), ('body_sent', ''), ('corrects', '')), _connector='OR'), name='addition_correction_as_sent'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='addition',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='089796931aeef291d2de179a71ce4094c3404ef2', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_33825', table='breaches_addition', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='safecontact',
            index=models.Index(fields=['person', '-said_at', '-id'], name='safe_contact_newest'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='safecontact',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='32c56521379ffdeaa11cb07b3447c21e07b9bce8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_56928', table='breaches_safecontact', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='diaryreport',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5615729e0f460ac571c466cd7a9a436305d74bb0', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_ab682', table='breaches_diaryreport', when='BEFORE')),
        ),
    ]
