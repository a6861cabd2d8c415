"""Encrypt the content of papers already made; the next migration changes the field."""

from django.db import migrations

from mpp.kit.keys import decrypt, encrypt


def forwards(apps, schema_editor):
    """Read and written as plain text: the old field knows nothing of encryption."""
    papers = apps.get_model("kit", "Paper").objects
    for pk, text in papers.values_list("pk", "payload").iterator():
        papers.filter(pk=pk).update(payload=encrypt(text))


def backwards(apps, schema_editor):
    papers = apps.get_model("kit", "Paper").objects
    for pk, token in papers.values_list("pk", "payload").iterator():
        papers.filter(pk=pk).update(payload=decrypt(token))


class Migration(migrations.Migration):
    dependencies = [("kit", "0001_ground_tables")]

    operations = [migrations.RunPython(forwards, backwards)]
