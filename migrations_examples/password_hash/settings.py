"""Settings of the example: one app, and the database that DATABASE_URL names."""

from pathlib import Path

import dj_database_url

SECRET_KEY = "an example has no secrets"
INSTALLED_APPS = ["evolve", "southtut2"]
DATABASES = {
    "default": dj_database_url.config(
        default=f"sqlite:///{Path(__file__).with_name('password_hash.sqlite3')}"
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
