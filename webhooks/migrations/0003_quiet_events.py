"""Events of which the force is not told, and what an event belongs to."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_support'),
        ('webhooks', '0002_sweep'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='event',
            name='event_unnumbered',
        ),
        migrations.AddField(
            model_name='event',
            name='about',
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='event',
            name='quiet',
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('quiet', False), ('sequence__isnull', True), models.Q(('type', 'webhook.test'), _negated=True)), fields=['force', 'id'], name='event_unnumbered'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(condition=models.Q(('quiet', True)), fields=['about', 'id'], name='event_quiet'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('quiet', False), ('about__isnull', False), _connector='OR'), name='event_quiet_about_something'),
        ),
    ]
