from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pejl', '0002_indexes'),
    ]

    operations = [
        migrations.AddField(
            model_name='workspace',
            name='id_mask',
            field=models.BigIntegerField(default=0),
        ),
    ]
