"""Hash passwords

Revision ID: b20177233aa5
Revises: 53f291fa1387 (0002_auto__add_field_user_password_salt__add_field_user_password_hash)
Create Date: 2026-11-21 05:09:13+00:00
"""
import secrets
from hashlib import sha256

from django.db import models
from evolve import DataMigration


class Migration(DataMigration):
    revision = "b20177233aa5"
    down_revision = "53f291fa1387"
    depends_on = []

    def forwards(self, orm):
        for user in orm.User.objects.all():
            user.password_salt = secrets.token_hex(4)
            user.password_hash = sha256((user.password_salt + user.password).encode()).hexdigest()
            user.save()

    def backwards(self, orm):
        raise RuntimeError("Cannot reverse this migration.")

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
