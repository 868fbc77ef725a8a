"""Fill payment status

Revision ID: 51ae0e566f60
Revises: 4673b6251063 (0002_auto__add_paymentstatus__add_field_ksorderpayment_status)
Create Date: 2026-11-21 10:19:24+00:00
"""
import evolve.fields

from django.db import models
from evolve import DataMigration


class Migration(DataMigration):
    revision = "51ae0e566f60"
    down_revision = "4673b6251063"
    depends_on = []

    def forwards(self, orm):
        payments = orm.KsOrderPayment.objects.exclude(pay_status=None)
        for name in payments.order_by("pay_status").values_list("pay_status", flat=True).distinct():
            status = orm.PaymentStatus.objects.create(name=name)
            payments.filter(pay_status=name).update(status=status)

    def backwards(self, orm):
        for status in orm.PaymentStatus.objects.all():
            payments = orm.KsOrderPayment.objects.filter(status=status)
            payments.update(pay_status=status.name, status=None)
            status.delete()

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
