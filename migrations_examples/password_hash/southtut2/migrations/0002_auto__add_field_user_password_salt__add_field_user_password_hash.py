"""Add field password_salt on southtut2.User, add field password_hash on southtut2.User

Revision ID: 53f291fa1387
Revises: b0393f1e8707 (0001_initial)
Create Date: 2026-11-21 05:09:13+00:00
"""
from django.db import models
from evolve import SchemaMigration


class Migration(SchemaMigration):
    revision = "53f291fa1387"
    down_revision = "b0393f1e8707"
    depends_on = []

    def forwards(self, orm):
        # Adding field 'User.password_salt'
        self.db.add_field("User", "password_salt", models.CharField(max_length=8, null=True))
        # Adding field 'User.password_hash'
        self.db.add_field("User", "password_hash", models.CharField(max_length=64, null=True))

    def backwards(self, orm):
        # Deleting field 'User.password_hash'
        self.db.remove_field("User", "password_hash")
        # Deleting field 'User.password_salt'
        self.db.remove_field("User", "password_salt")

    frozen = {
        "southtut2.User": {
            "id": models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
            "username": models.CharField(max_length=255),
            "password": models.CharField(max_length=60),
            "password_salt": models.CharField(max_length=8, null=True),
            "password_hash": models.CharField(max_length=64, null=True),
            "name": models.TextField(),
        },
    }
