"""Apps without migrations, by MIGRATION_MODULES or because they have none, beside apps that do."""

THING = """\
class Thing(models.Model):
    owner = models.ForeignKey("auth.User", models.CASCADE, null=True)
    name = models.CharField(max_length=9)
"""
NOTE = """\
class Note(models.Model):
    thing = models.ForeignKey("shop.Thing", models.CASCADE)
    user = models.ForeignKey("auth.User", models.CASCADE, null=True)
"""
RECEIVER = """\
from django.apps import AppConfig
from django.db.models.signals import post_migrate


def fill(sender, apps, using, **kwargs):
    try:
        Note = apps.get_model("other", "Note")
    except LookupError:
        return
    thing = apps.get_model("shop", "Thing").objects.using(using).first()
    if thing and not Note.objects.using(using).filter(thing=thing, user__groups=None).exists():
        Note.objects.using(using).create(thing=thing)


class Config(AppConfig):
    name = "shop"

    def ready(self):
        post_migrate.connect(fill, sender=self)
"""
FILL = """\
group = orm["auth.Group"].objects.create(name="makers")
        user = orm["auth.User"].objects.create(username="ann")
        user.groups.add(group)
        orm.Thing.objects.create(name="made", owner=user)"""


def begin(site):
    """A project whose auth, contenttypes and sessions have no migrations, nor has `other`."""
    unmigrated = ("auth", "contenttypes", "sessions", "other")
    site.setting(f"MIGRATION_MODULES = {dict.fromkeys(unmigrated)}")
    site.setting("INSTALLED_APPS.append('django.contrib.sessions')")
    (site.root / "shop" / "apps.py").write_text(RECEIVER)
    site.models("shop", THING)
    site.must("schemamigration", "shop", "--initial")
    site.must("datamigration", "shop", "fill", "--freeze", "auth")
    site.filled("shop", "0002", FILL)


def test_every_kind_of_run_leaves_permissions_and_what_receivers_make(everywhere):
    begin(everywhere)
    out = everywhere.must("migrate", "--run-syncdb")
    assert "auth_permission" in out
    assert "django_session" in out
    names = everywhere.rows("SELECT codename FROM auth_permission WHERE codename LIKE '%thing'")
    assert sorted(names) == [(f"{verb}_thing",) for verb in ("add", "change", "delete", "view")]
    assert everywhere.rows(
        "SELECT t.name, u.username, g.name FROM shop_thing t JOIN auth_user u ON u.id = t.owner_id"
        " JOIN auth_user_groups x ON x.user_id = u.id JOIN auth_group g ON g.id = x.group_id"
    ) == [("made", "ann", "makers")]
    everywhere.must("migrate")
    everywhere.must("migrate", "shop", "0001")
    everywhere.must("migrate", "shop", "zero")


def test_an_unmigrated_app_may_point_to_a_migrated_one(everywhere):
    begin(everywhere)
    everywhere.must("migrate", "--run-syncdb")
    everywhere.models("other", NOTE)
    everywhere.must("migrate", "--run-syncdb")
    assert everywhere.rows("SELECT user_id FROM other_note") == [(None,)]
    everywhere.models("shop", THING.replace("9", "12"))
    everywhere.must("schemamigration", "shop", "--auto")
    everywhere.must("migrate", "shop")
    assert len(everywhere.rows("SELECT thing_id FROM other_note")) == 1
    everywhere.must("check", "shop")


def test_django_s_migrate_runs_the_same_files(site):
    begin(site)
    ran = site.python("manage.py", "migrate", "--run-syncdb", "-v0")
    assert ran.code == 0, ran
    assert "(*) 0002_fill" in site.must("list", "shop")
    assert site.python("manage.py", "migrate", "shop", "zero", "-v0").code == 0


def test_an_app_that_is_a_module_and_no_package_has_no_migrations(site):
    site.models("shop", "class Thing(models.Model):\n    name = models.CharField(max_length=9)\n")
    (site.root / "tools.py").write_text(
        "from django.apps import AppConfig\n\n\n"
        "class Tools(AppConfig):\n    name = 'tools'\n    label = 'gadgets'\n"
    )
    (site.root / "shop" / "extra.py").write_text(
        "from django.apps import AppConfig\n\n\nclass Extra(AppConfig):\n    name = 'shop.extra'\n"
    )
    site.setting("INSTALLED_APPS += ['tools.Tools', 'shop.extra.Extra']")
    site.must("schemamigration", "shop", "--initial")
    site.must("migrate")
    site.must("check")
    site.must("adopt")
    assert "gadgets" not in site.must("list")
    assert "has no revisions" in site.refused("schemamigration", "gadgets", "--auto")
    site.must("schemamigration", "gadgets", "--initial")
    refused = site.refused("schemamigration", "gadgets", "--empty", "more")
    assert "The app 'gadgets' cannot have migrations" in refused
    assert "cannot have migrations" in site.refused("schemamigration", "extra", "--empty", "more")
    site.setting("MIGRATION_MODULES = {'shop': 'nowhere.migrations'}")
    assert "MIGRATION_MODULES puts the migrations of 'shop' into" in site.refused("list")


def test_an_app_with_an_empty_package_has_migrations_as_django_has_it(everywhere):
    site = everywhere
    site.models("shop", "class Thing(models.Model):\n    pass\n")
    site.models("other", "class Note(models.Model):\n    pass\n")
    site.must("schemamigration", "shop", "--initial")
    (site.root / "other" / "migrations").mkdir()
    (site.root / "other" / "migrations" / "__init__.py").touch()
    assert "other_note" not in site.must("migrate", "--run-syncdb")
    assert "other_note" not in site.content()
    assert site.python("manage.py", "migrate", "--run-syncdb").code == 0
    assert "other_note" not in site.content()
    said = site.must("adopt")
    assert "evolve schemamigration other --initial" in said
    assert "run-syncdb" not in said
    site.must("schemamigration", "other", "--initial")
    site.must("migrate")
    assert "other_note" in site.content()
