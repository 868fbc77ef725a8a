"""Bylines

Revision ID: a6557220cf5f
Revises: ab99067c31db (0002_auto__add_field_article_byline)
Create Date: 2026-11-21 10:55:41+00:00
"""
from django.db import models
from evolve import DataMigration


class Migration(DataMigration):
    revision = "a6557220cf5f"
    down_revision = "ab99067c31db"
    depends_on = ["people:dae90a60f3c3"]

    # It has something to do on one database only, and says so to the routers.
    hints = {"only_on": "primary"}

    def forwards(self, orm):
        # Read from the other database, written to the one that is migrated.
        users = orm["people.User"].objects.using("auth_db")
        names = dict(users.values_list("username", "name"))
        for article in orm.Article.objects.all():
            article.byline = names.get(article.author, article.author)
            article.save()

    def backwards(self, orm):
        orm.Article.objects.update(byline="")

    frozen = {
        "news.Article": {
            "id": models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
            "title": models.CharField(max_length=100),
            "author": models.CharField(max_length=50),
            "byline": models.CharField(default="", max_length=100),
        },
        "people.User": {
            "id": models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
            "username": models.CharField(max_length=50, unique=True),
            "name": models.CharField(max_length=100),
        },
    }
