"""The payments as they are at the end of the story: their status is a table of its own.

The rest is as `evolve inspect` wrote it; it began with
`pay_status = models.CharField(blank=True, max_length=20, null=True)`.
"""

from django.db import models

from evolve import fields


class PaymentStatus(models.Model):
    name = models.CharField(max_length=20, unique=True)

    def __str__(self):
        return self.name


class KsOrderPayment(models.Model):
    web_atm_url = models.CharField(blank=True, max_length=250, null=True)
    tsno = fields.FixedCharField(blank=True, max_length=14, null=True)
    pay_type = fields.InternalCharField(blank=True, null=True)
    pay_token = models.CharField(blank=True, max_length=100, null=True)
    otp_url = models.CharField(blank=True, max_length=250, null=True)
    order_no = fields.FixedCharField(max_length=13, primary_key=True)
    create_time = models.DateField(blank=True, null=True)
    card_pay_url = models.CharField(blank=True, max_length=250, null=True)
    atm_pay_no = fields.FixedCharField(blank=True, max_length=14, null=True)
    amount = models.IntegerField(blank=True, null=True)
    lm_time = models.DateField(blank=True, null=True)
    status = models.ForeignKey(PaymentStatus, models.PROTECT, blank=True, null=True)

    class Meta:
        db_table = "ks_order_payment"
