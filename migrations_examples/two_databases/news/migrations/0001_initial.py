"""Initial

Revision ID: 294c8d992cab
Revises:
Create Date: 2026-11-21 10:55:40+00:00
Digest: 3671ea8b37a935e3
"""
from django.db import models
from evolve import SchemaMigration


class Migration(SchemaMigration):
    revision = "294c8d992cab"
    down_revision = None
    depends_on = []

    def forwards(self, orm):
        # Adding model 'Article'
        self.db.create_model("Article")

    def backwards(self, orm):
        # Deleting model 'Article'
        self.db.delete_model("Article")

    frozen = {
        "news.Article": {
            "id": models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
            "title": models.CharField(max_length=100),
            "author": models.CharField(max_length=50),
        },
    }
