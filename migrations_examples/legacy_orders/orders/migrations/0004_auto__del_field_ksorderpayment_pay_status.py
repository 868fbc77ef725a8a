"""Delete field pay_status on orders.KsOrderPayment

Revision ID: 4d9cc0a67cff
Revises: 51ae0e566f60 (0003_fill_payment_status)
Create Date: 2026-11-21 10:19:44+00:00
Digest: 93eb0ef30dd9eefb
"""
import evolve.fields

from django.db import models
from evolve import SchemaMigration


class Migration(SchemaMigration):
    revision = "4d9cc0a67cff"
    down_revision = "51ae0e566f60"
    depends_on = []

    def forwards(self, orm):
        # Deleting field 'KsOrderPayment.pay_status'
        self.db.remove_field("KsOrderPayment", "pay_status")

    def backwards(self, orm):
        # Adding field 'KsOrderPayment.pay_status'
        self.db.add_field("KsOrderPayment", "pay_status", models.CharField(blank=True, max_length=20, null=True))

    frozen = {
        "orders.KsOrderPayment": {
            "web_atm_url": models.CharField(blank=True, max_length=250, null=True),
            "tsno": evolve.fields.FixedCharField(blank=True, max_length=14, null=True),
            "pay_type": evolve.fields.InternalCharField(blank=True, null=True),
            "pay_token": models.CharField(blank=True, max_length=100, null=True),
            "otp_url": models.CharField(blank=True, max_length=250, null=True),
            "order_no": evolve.fields.FixedCharField(max_length=13, primary_key=True, serialize=False),
            "create_time": models.DateField(blank=True, null=True),
            "card_pay_url": models.CharField(blank=True, max_length=250, null=True),
            "atm_pay_no": evolve.fields.FixedCharField(blank=True, max_length=14, null=True),
            "amount": models.IntegerField(blank=True, null=True),
            "lm_time": models.DateField(blank=True, null=True),
            "status": models.ForeignKey(blank=True, null=True, on_delete=models.PROTECT, to="orders.paymentstatus"),
            "Meta": {
                "db_table": "ks_order_payment",
            },
        },
    }
