from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("breaches", "0006_feed")]

    operations = []
