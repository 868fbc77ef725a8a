"""Add field byline on news.Article

Revision ID: ab99067c31db
Revises: 294c8d992cab (0001_initial)
Create Date: 2026-11-21 10:55:41+00:00
Digest: 3e6cc3dda66eae2e
"""
from django.db import models
from evolve import SchemaMigration


class Migration(SchemaMigration):
    revision = "ab99067c31db"
    down_revision = "294c8d992cab"
    depends_on = []

    def forwards(self, orm):
        # Adding field 'Article.byline'
        self.db.add_field("Article", "byline", models.CharField(default="", max_length=100))

    def backwards(self, orm):
        # Deleting field 'Article.byline'
        self.db.remove_field("Article", "byline")

    frozen = {
        "news.Article": {
            "id": models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
            "title": models.CharField(max_length=100),
            "author": models.CharField(max_length=50),
            "byline": models.CharField(default="", max_length=100),
        },
    }
