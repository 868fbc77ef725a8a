"""Delete field password on southtut2.User

Revision ID: 28c9885c0de0
Revises: b20177233aa5 (0003_hash_passwords)
Create Date: 2026-11-21 05:09:13+00:00
"""
from django.db import models
from evolve import SchemaMigration


class Migration(SchemaMigration):
    revision = "28c9885c0de0"
    down_revision = "b20177233aa5"
    depends_on = []

    def forwards(self, orm):
        # Deleting field 'User.password'
        self.db.remove_field("User", "password")

    def backwards(self, orm):
        # Adding field 'User.password'
        self.db.add_field("User", "password", models.CharField(default="", max_length=60), preserve_default=False)

    frozen = {
        "southtut2.User": {
            "id": models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
            "username": models.CharField(max_length=255),
            "password_salt": models.CharField(max_length=8, null=True),
            "password_hash": models.CharField(max_length=64, null=True),
            "name": models.TextField(),
        },
    }
