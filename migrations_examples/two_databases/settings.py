"""Settings of the example: an empty `default`, users apart from everything else, a replica.

They are those of Django's guide to several databases.
"""

import os
from pathlib import Path

import dj_database_url

_HERE = Path(__file__).parent
_USERS = os.environ.get("USERS_URL") or f"sqlite:///{_HERE / 'users.sqlite3'}"
_PRIMARY = os.environ.get("PRIMARY_URL") or f"sqlite:///{_HERE / 'primary.sqlite3'}"

SECRET_KEY = "an example has no secrets"
INSTALLED_APPS = ["evolve", "people", "news"]
DATABASES = {
    "default": {},
    "auth_db": dj_database_url.parse(_USERS),
    "primary": dj_database_url.parse(_PRIMARY),
    "replica1": dj_database_url.parse(_PRIMARY),
}
DATABASE_ROUTERS = ["routers.AuthRouter", "routers.PrimaryReplicaRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
