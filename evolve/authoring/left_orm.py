"""The module that data migrations need when an app leaves evolve: written beside them."""

MODULE = "_orm"

TEXT = '''\
"""What data migrations that were written for evolve need: `orm` and `self.db`, on Django alone."""

from django.db import router


class Orm:
    """Historical models: orm.Model, orm["app.Model"], orm["app.Model:field"], iteration."""

    def __init__(self, apps, app, alias):
        self._apps = apps
        self._app = app
        for model in apps.get_models(include_auto_created=True):
            model.migrated_alias = alias

    def __getattr__(self, name):
        return self._apps.get_model(self._app, name)

    def __getitem__(self, label):
        path, _, field = label.partition(":")
        app, _, name = path.rpartition(".")
        model = self._apps.get_model(app or self._app, name)
        return model._meta.get_field(field) if field else model

    def __iter__(self):
        return iter(self._apps.get_models())


class Db:
    """The database: alias, vendor, execute."""

    def __init__(self, schema_editor):
        self._connection = schema_editor.connection
        self.alias = self._connection.alias
        self.vendor = self._connection.vendor

    def execute(self, sql, params=None):
        with self._connection.cursor() as cursor:
            cursor.execute(sql, params)
            return list(cursor.fetchall()) if cursor.description else []


class ToItsDatabase:
    """Sends historical models to the database that is migrated."""

    def db_for_read(self, model, **hints):
        return getattr(model, "migrated_alias", None)

    db_for_write = db_for_read


def run(app, code, method, apps, schema_editor):
    """Run a method of a data migration of an app."""
    code.db = Db(schema_editor)
    ours = ToItsDatabase()
    router.routers.insert(0, ours)
    try:
        getattr(code, method)(Orm(apps, app, code.db.alias))
    finally:
        router.routers.remove(ours)
'''
