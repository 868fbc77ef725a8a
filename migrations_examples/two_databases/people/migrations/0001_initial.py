"""Initial

Revision ID: dae90a60f3c3
Revises:
Create Date: 2026-11-21 10:55:40+00:00
Digest: 928c826870990e81
"""
from django.db import models
from evolve import SchemaMigration


class Migration(SchemaMigration):
    revision = "dae90a60f3c3"
    down_revision = None
    depends_on = []

    def forwards(self, orm):
        # Adding model 'User'
        self.db.create_model("User")

    def backwards(self, orm):
        # Deleting model 'User'
        self.db.delete_model("User")

    frozen = {
        "people.User": {
            "id": models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
            "username": models.CharField(max_length=50, unique=True),
            "name": models.CharField(max_length=100),
        },
    }
