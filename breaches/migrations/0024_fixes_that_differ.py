"""Fixes are the same only if all of them says the same; visits that turn out to be one; devices never heard of."""

from uuid import UUID

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models

NOTHING = UUID(int=0)

# Of fixes that were kept before, an accuracy that was none was not: what is sent again of those counts as another.
_SAID = """
CREATE FUNCTION breaches_trackfix_said(
    longitude double precision, latitude double precision, accuracy double precision, basis text, status text
) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT md5(encode(float8send(longitude), 'hex') || encode(float8send(latitude), 'hex')
               || coalesce(encode(float8send(accuracy), 'hex'), '-') || '|' || basis || '|' || status)::uuid
$$;
"""
_FIXES = """
ALTER TABLE breaches_fixjudgement DROP CONSTRAINT fix_judged_of_fix;
ALTER TABLE breaches_trackfix
    ADD COLUMN said uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    ADD COLUMN accuracy_sent double precision CHECK (accuracy_sent <= 0 AND accuracy_sent > '-infinity'),
    ADD COLUMN receiver_status varchar(8) NOT NULL DEFAULT '' CHECK (receiver_status IN ('', 'void'));
ALTER TABLE breaches_trackfix DISABLE TRIGGER trackfix_kept;
UPDATE breaches_trackfix
   SET said = breaches_trackfix_said(longitude, latitude, accuracy_m, accuracy_basis, receiver_status);
ALTER TABLE breaches_trackfix ENABLE TRIGGER trackfix_kept;
ALTER TABLE breaches_trackfix DROP CONSTRAINT breaches_trackfix_pkey;
-- Where was this device, from when until when? And: what says the same of the same device and instant is the same fix.
ALTER TABLE breaches_trackfix ADD PRIMARY KEY (order_id, device, recorded_at, said);
"""
# Refused by the keys themselves once two fixes of one instant were kept, or two visits became one.
_FIXES_BACK = """
ALTER TABLE breaches_trackfix DROP CONSTRAINT breaches_trackfix_pkey;
ALTER TABLE breaches_trackfix ADD PRIMARY KEY (order_id, device, recorded_at);
ALTER TABLE breaches_trackfix DROP COLUMN said, DROP COLUMN accuracy_sent, DROP COLUMN receiver_status;
DROP FUNCTION breaches_trackfix_said(double precision, double precision, double precision, text, text);
ALTER TABLE breaches_fixjudgement ADD CONSTRAINT fix_judged_of_fix
    FOREIGN KEY (order_id, device, recorded_at) REFERENCES breaches_trackfix (order_id, device, recorded_at);
"""
_JUDGED_BACK = "ALTER TABLE breaches_fixjudgement DROP CONSTRAINT fix_judged_of_fix"
_NEVER_HEARD_OF_BACK = """
UPDATE breaches_trackeddevice
   SET last_recorded_at = coalesce(silent_told_at, now()), last_received_at = coalesce(silent_told_at, now())
 WHERE last_recorded_at IS NULL
"""
_JUDGED = """
ALTER TABLE breaches_fixjudgement DISABLE TRIGGER pgtrigger_append_only_eacff;
UPDATE breaches_fixjudgement AS j SET said = f.said FROM breaches_trackfix AS f
 WHERE (f.order_id, f.device, f.recorded_at) = (j.order_id, j.device, j.recorded_at);
ALTER TABLE breaches_fixjudgement ENABLE TRIGGER pgtrigger_append_only_eacff;
ALTER TABLE breaches_fixjudgement ADD CONSTRAINT fix_judged_of_fix
    FOREIGN KEY (order_id, device, recorded_at, said)
    REFERENCES breaches_trackfix (order_id, device, recorded_at, said);
"""


class Migration(migrations.Migration):

    dependencies = [("breaches", "0023_decisions_on_record")]

    operations = [
        migrations.RunSQL([_SAID, _FIXES], _FIXES_BACK),
        migrations.RemoveConstraint(model_name="fixjudgement", name="fix_judged_once_at_a_time"),
        migrations.RemoveConstraint(model_name="visit", name="visit_one_at_a_time"),
        migrations.AddField("fixjudgement", "said", models.UUIDField(default=NOTHING)),
        migrations.RunSQL(_JUDGED, _JUDGED_BACK),
        migrations.AddField(
            "visit",
            "joined_to",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="joined", to="breaches.visit"
            ),
        ),
        migrations.AlterField("trackeddevice", "last_received_at", models.DateTimeField(null=True)),
        migrations.AlterField("trackeddevice", "last_recorded_at", models.DateTimeField(null=True)),
        migrations.RunSQL(migrations.RunSQL.noop, _NEVER_HEARD_OF_BACK),
        migrations.AddConstraint(
            "fixjudgement",
            models.UniqueConstraint(
                name="fix_judged_once_at_a_time", fields=("order", "device", "recorded_at", "said", "judged_at")
            ),
        ),
        migrations.AddConstraint(
            "trackeddevice",
            models.CheckConstraint(
                name="tracked_device_heard_of",
                condition=models.Q(last_recorded_at__isnull=True, last_received_at__isnull=True)
                | models.Q(last_recorded_at__isnull=False, last_received_at__isnull=False),
            ),
        ),
        migrations.AddConstraint(
            "visit",
            django.contrib.postgres.constraints.ExclusionConstraint(
                name="visit_one_at_a_time",
                condition=models.Q(joined_to=None),
                expressions=[
                    ("order", "="),
                    ("device", "="),
                    ("zone", "="),
                    (
                        models.Func(
                            "entered_at",
                            "last_at",
                            django.contrib.postgres.fields.ranges.RangeBoundary(
                                inclusive_lower=True, inclusive_upper=True
                            ),
                            function="tstzrange",
                            output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                        ),
                        "&&",
                    ),
                ],
            ),
        ),
    ]
