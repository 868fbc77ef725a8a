"""Initial

Revision ID: b0393f1e8707
Revises:
Create Date: 2026-11-21 05:09:12+00:00
"""
from django.db import models
from evolve import SchemaMigration


class Migration(SchemaMigration):
    revision = "b0393f1e8707"
    down_revision = None
    depends_on = []

    def forwards(self, orm):
        # Adding model 'User'
        self.db.create_model("User")

    def backwards(self, orm):
        # Deleting model 'User'
        self.db.delete_model("User")

    frozen = {
        "southtut2.User": {
            "id": models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
            "username": models.CharField(max_length=255),
            "password": models.CharField(max_length=60),
            "name": models.TextField(),
        },
    }
