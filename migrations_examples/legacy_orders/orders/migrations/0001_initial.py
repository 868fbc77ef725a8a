"""Initial

Revision ID: 46803d07567a
Revises:
Create Date: 2026-11-21 10:19:09+00:00
Digest: 550ec880b4a58424
"""
import evolve.fields

from django.db import models
from evolve import SchemaMigration


class Migration(SchemaMigration):
    revision = "46803d07567a"
    down_revision = None
    depends_on = []

    def forwards(self, orm):
        # Adding model 'KsOrderPayment'
        self.db.create_model("KsOrderPayment")

    def backwards(self, orm):
        # Deleting model 'KsOrderPayment'
        self.db.delete_model("KsOrderPayment")

    frozen = {
        "orders.KsOrderPayment": {
            "web_atm_url": models.CharField(blank=True, max_length=250, null=True),
            "tsno": evolve.fields.FixedCharField(blank=True, max_length=14, null=True),
            "pay_type": evolve.fields.InternalCharField(blank=True, null=True),
            "pay_token": models.CharField(blank=True, max_length=100, null=True),
            "pay_status": models.CharField(blank=True, max_length=20, null=True),
            "otp_url": models.CharField(blank=True, max_length=250, null=True),
            "order_no": evolve.fields.FixedCharField(max_length=13, primary_key=True, serialize=False),
            "create_time": models.DateField(blank=True, null=True),
            "card_pay_url": models.CharField(blank=True, max_length=250, null=True),
            "atm_pay_no": evolve.fields.FixedCharField(blank=True, max_length=14, null=True),
            "amount": models.IntegerField(blank=True, null=True),
            "lm_time": models.DateField(blank=True, null=True),
            "Meta": {
                "db_table": "ks_order_payment",
            },
        },
    }
