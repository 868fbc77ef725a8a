"""Settings of the example: one app, and the database that DATABASE_URL names."""

import dj_database_url

SECRET_KEY = "an example has no secrets"
INSTALLED_APPS = ["evolve", "orders"]
DATABASES = {"default": dj_database_url.config()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
