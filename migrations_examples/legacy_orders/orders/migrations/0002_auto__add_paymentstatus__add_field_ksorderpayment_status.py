"""Add model orders.PaymentStatus, add field status on orders.KsOrderPayment

Revision ID: 4673b6251063
Revises: 46803d07567a (0001_initial)
Create Date: 2026-11-21 10:19:24+00:00
Digest: 849e10d25bb639e1
"""
import evolve.fields

from django.db import models
from evolve import SchemaMigration


class Migration(SchemaMigration):
    revision = "4673b6251063"
    down_revision = "46803d07567a"
    depends_on = []

    def forwards(self, orm):
        # Adding model 'PaymentStatus'
        self.db.create_model("PaymentStatus")
        # Adding field 'KsOrderPayment.status'
        self.db.add_field("KsOrderPayment", "status", models.ForeignKey(blank=True, null=True, on_delete=models.PROTECT, to="orders.paymentstatus"))

    def backwards(self, orm):
        # Deleting field 'KsOrderPayment.status'
        self.db.remove_field("KsOrderPayment", "status")
        # Deleting model 'PaymentStatus'
        self.db.delete_model("PaymentStatus")

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
            "status": models.ForeignKey(blank=True, null=True, on_delete=models.PROTECT, to="orders.paymentstatus"),
            "Meta": {
                "db_table": "ks_order_payment",
            },
        },
        "orders.PaymentStatus": {
            "id": models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
            "name": models.CharField(max_length=20, unique=True),
        },
    }
