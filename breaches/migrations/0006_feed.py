from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("breaches", "0005_reports")]

    operations = []
