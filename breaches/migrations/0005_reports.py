from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("breaches", "0004_tracks")]

    operations = []
