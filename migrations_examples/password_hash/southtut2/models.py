"""The user as it is at the end of the story: a salt and a hash, and no password.

It began with `password = models.CharField(max_length=60)` in place of the two columns.
"""

from hashlib import sha256

from django.db import models


class User(models.Model):
    username = models.CharField(max_length=255)
    password_salt = models.CharField(max_length=8, null=True)
    password_hash = models.CharField(max_length=64, null=True)
    name = models.TextField()

    def check_password(self, password):
        """Tell whether `password` is this user's."""
        return sha256((self.password_salt + password).encode()).hexdigest() == self.password_hash
