"""Users, in a database of their own."""

from django.db import models


class User(models.Model):
    """Somebody who writes."""

    username = models.CharField(max_length=50, unique=True)
    name = models.CharField(max_length=100)
