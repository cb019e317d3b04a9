"""Notification duties, reviews, and telling forces of what is coming: looked for every ten minutes."""

import common.ids
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models
from django.db.models import Min

from common.london import civil_date
from orders.rules.duties import duties


def draw_duties(apps, schema_editor):
    """Orders served before: the one duty that was known of them, to notify within three days of service."""
    Service, NotificationDuty = apps.get_model("orders", "Service"), apps.get_model("orders", "NotificationDuty")
    InForce, OrderVersion = apps.get_model("orders", "InForce"), apps.get_model("orders", "OrderVersion")
    known = NotificationDuty.objects.values("order")
    first = Service.objects.exclude(order__in=known).values("order").annotate(served_at=Min("served_at"))
    for order, served_at in first.values_list("order", "served_at").iterator():
        kind, replaces = (
            OrderVersion.objects.filter(order=order).order_by("-number").values_list("kind", "body__replaces_interim")[0]
        )
        times = InForce.objects.filter(order=order, known__upper_inf=True)
        ends = list(times.values_list("during__endswith", flat=True))
        found = duties(
            served_on=civil_date(served_at),
            replaces_interim=kind == "full" and bool(replaces),
            ends_at=None if not ends or None in ends else max(ends),
            events=[],
            notified=[],
        )
        NotificationDuty.objects.bulk_create(
            NotificationDuty(
                order_id=order,
                kind=duty.kind,
                event_on=duty.event_on,
                due_on=duty.due_on,
                until=duty.until,
                lapses_at=duty.lapses_at,
            )
            for duty in found
        )


NAME = "orders coming"


def schedule(apps, schema_editor):
    # By name, so that applying it again changes nothing.
    apps.get_model("django_q", "Schedule").objects.update_or_create(
        name=NAME,
        defaults={"func": "orders.tasks.tell_what_is_coming", "schedule_type": "I", "minutes": 10, "repeats": -1},
    )


def unschedule(apps, schema_editor):
    apps.get_model("django_q", "Schedule").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_forces'),
        ('orders', '0005_times'),
        ('django_q', '0019_alter_task_options_alter_ormq_key_alter_ormq_lock_and_more'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=20)),
                ('event_on', models.DateField(null=True)),
                ('notified_at', models.DateTimeField()),
                ('station', models.CharField(max_length=120)),
                ('home_force', models.CharField(blank=True, max_length=2)),
                ('received_by', models.CharField(max_length=120)),
                ('acknowledgement', models.CharField(max_length=64)),
                ('told', models.JSONField(default=dict)),
                ('identity_check', models.CharField(max_length=12)),
                ('false_information', models.BooleanField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('recorded_by', models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='NotificationDuty',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('event_on', models.DateField()),
                ('due_on', models.DateField()),
                ('until', models.DateTimeField()),
                ('met_at', models.DateTimeField(null=True)),
                ('lapses_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='NotificationEvent',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=20)),
                ('event_on', models.DateField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('recorded_by', models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='OrderReview',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('staff_id', models.CharField(max_length=32)),
                ('reviewed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('reason', models.TextField()),
                ('next_review_on', models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name='Told',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.CharField(max_length=32)),
                ('about', models.CharField(max_length=48)),
                ('told_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.AddIndex(
            model_name='inforce',
            index=models.Index(models.Func(models.F('during'), function='upper'), condition=models.Q(('known__upper_inf', True)), name='in_force_until'),
        ),
        migrations.AddField(
            model_name='notification',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notifications', to='orders.order'),
        ),
        migrations.AddField(
            model_name='notification',
            name='station_force',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.force'),
        ),
        migrations.AddField(
            model_name='notificationduty',
            name='order',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='duties', to='orders.order'),
        ),
        migrations.AddField(
            model_name='notificationevent',
            name='order',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='notification_events', to='orders.order'),
        ),
        migrations.AddField(
            model_name='orderreview',
            name='order',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='orders.order'),
        ),
        migrations.AddField(
            model_name='orderreview',
            name='reviewed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='told',
            name='order',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.order'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('initial', 'new_name', 'new_address', 'after_registration'))), name='notification_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('event_on__isnull', True), ('kind', 'initial')), models.Q(models.Q(('kind', 'initial'), _negated=True), ('event_on__isnull', False)), _connector='OR'), name='notification_of_a_change_names_its_day'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(('acknowledgement', ''), _negated=True), name='notification_acknowledged'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(('identity_check__in', ('not_asked', 'allowed', 'refused'))), name='notification_identity_check_known'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='notification',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7b3e032570b75004d2a6ab089e1c8d70fd8dca12', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_f3874', table='orders_notification', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='notificationduty',
            index=models.Index(condition=models.Q(('met_at__isnull', True)), fields=['until', 'id'], name='notification_duty_open'),
        ),
        migrations.AddConstraint(
            model_name='notificationduty',
            constraint=models.UniqueConstraint(fields=('order', 'kind', 'event_on'), name='notification_duty_once'),
        ),
        migrations.AddConstraint(
            model_name='notificationduty',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('initial', 'new_name', 'new_address', 'after_registration'))), name='notification_duty_known'),
        ),
        migrations.AddConstraint(
            model_name='notificationduty',
            constraint=models.CheckConstraint(condition=models.Q(('due_on__gt', models.F('event_on'))), name='notification_duty_days'),
        ),
        migrations.AddConstraint(
            model_name='notificationduty',
            constraint=models.CheckConstraint(condition=models.Q(('met_at__isnull', True), ('lapses_at__isnull', True), _connector='OR'), name='notification_duty_met_or_lapsed'),
        ),
        migrations.AddConstraint(
            model_name='notificationevent',
            constraint=models.UniqueConstraint(fields=('order', 'kind', 'event_on'), name='notification_event_once'),
        ),
        migrations.AddConstraint(
            model_name='notificationevent',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('new_name', 'new_address', 'registration_began', 'registration_ended', 'false_information'))), name='notification_event_known'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='notificationevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='453ead72f4a82f980169802dac48583fd1a5c26d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_f7419', table='orders_notificationevent', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='orderreview',
            index=models.Index(fields=['order', '-reviewed_at'], name='order_review_latest'),
        ),
        migrations.AddConstraint(
            model_name='orderreview',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='order_review_has_reason'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='orderreview',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d417e132b1eb71f590d23b72bada37cdbf4ef262', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_48f01', table='orders_orderreview', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='told',
            constraint=models.UniqueConstraint(fields=('order', 'event', 'about'), name='told_once'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='told',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b5f86a27159887b22ee2e39960f3760ea177589c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_6e6e9', table='orders_told', when='BEFORE')),
        ),
        migrations.RunPython(schedule, unschedule),
        migrations.RunPython(draw_duties, migrations.RunPython.noop),
    ]
