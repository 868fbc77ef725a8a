"""South's tutorial, typed by hand, with South's words on the screen."""

from hashlib import sha256

USER = """\
class User(models.Model):
    username = models.CharField(max_length=255)
    {password}
    {hashed}
    name = models.TextField()
"""
PASSWORD = "password = models.CharField(max_length=60)"
HASHED = """\
password_salt = models.CharField(max_length=8, null=True)
    password_hash = models.CharField(max_length=64, null=True)"""
BODY = """\
        import hashlib
        for user in orm.User.objects.all():
            user.password_salt = f"salt{user.pk}"
            text = user.password_salt + user.password
            user.password_hash = hashlib.sha256(text.encode()).hexdigest()
            user.save()
"""
SECOND = "0002_auto__add_field_user_password_salt__add_field_user_password_hash"
APPLY = "You can now apply this migration with: evolve migrate southtut2\n"
DROP_DIALOGUE = """\
 ? The field 'User.password' does not have a default specified, yet is NOT NULL.
 ? Since you are removing this field, you MUST specify a default
 ? value to use for existing rows. Would you like to:
 ?  1. Quit now.
 ?  2. Specify a one-off value to use for existing columns now
 ?  3. Disable the backwards migration by raising an exception; you can edit the migration to fix it later
 ? Please select a choice: 2
 ? Please enter Python code for your one-off default value.
 ? datetime, timezone (django.utils), uuid and decimal are available, so you can do e.g. datetime.date.today()
 >>> ""
 - Deleted field password on southtut2.User
Created 0004_auto__del_field_user_password.py. """


def rows(connection, sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def everything(connection):
    """Return the users and the markers: all that a refused rollback must not touch."""
    users = rows(connection, "SELECT * FROM southtut2_user ORDER BY id")
    return users, rows(connection, "SELECT app, name FROM django_migrations ORDER BY id")


def test_the_tutorial_from_an_empty_directory_to_hashed_passwords(tutorial):
    site, connection = tutorial
    site.models("southtut2", USER.format(password=PASSWORD, hashed=""))
    migrations = site.root / "southtut2" / "migrations"
    assert site.must("schemamigration", "southtut2", "--initial") == (
        f"Creating migrations directory at '{migrations}'...\n"
        f"Creating __init__.py in '{migrations}'...\n"
        " + Added model southtut2.User\n"
        f"Created 0001_initial.py. {APPLY}"
    )
    assert site.must("migrate", "southtut2") == (
        "Running migrations for southtut2:\n"
        " - Migrating forwards to 0001_initial.\n"
        " > southtut2:0001_initial\n"
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO southtut2_user (username, password, name) VALUES (%s, %s, %s)",
            [
                ("andrew", "ihopetheycantseethis", "Andrew"),
                ("eric", "secret", "Eric"),
                ("fred", "", "Fred"),
            ],
        )

    site.models("southtut2", USER.format(password=PASSWORD, hashed=HASHED))
    assert site.must("schemamigration", "southtut2", "--auto") == (
        " + Added field password_salt on southtut2.User\n"
        " + Added field password_hash on southtut2.User\n"
        f"Created {SECOND}.py. {APPLY}"
    )
    assert (
        site.must("datamigration", "southtut2", "hash_passwords")
        == "Created 0003_hash_passwords.py.\n"
    )
    unfilled = site.evolve("migrate", "southtut2")
    assert unfilled.code == 2
    assert "its forwards is still the skeleton" in unfilled.err
    third = site.file("southtut2", "0003")
    text = third.read_text().replace('        "Write your forwards methods here."\n', BODY)
    backwards = '        raise RuntimeError("Cannot reverse this migration.")'
    third.write_text(text.replace('        "Write your backwards methods here."', backwards))

    site.models("southtut2", USER.format(password="", hashed=HASHED))
    asked = site.evolve("schemamigration", "southtut2", "--auto")
    assert asked.code == 2
    assert "--default User.password=PYTHON or --irreversible User.password" in asked.err
    typed = site.type(["2\n", '""\n'], "schemamigration", "southtut2", "--auto")
    assert typed.out == DROP_DIALOGUE + APPLY
    assert site.must("migrate", "southtut2") == (
        "Running migrations for southtut2:\n"
        " - Migrating forwards to 0004_auto__del_field_user_password.\n"
        f" > southtut2:{SECOND}\n"
        " > southtut2:0003_hash_passwords\n"
        " > southtut2:0004_auto__del_field_user_password\n"
    )
    hashes = dict(rows(connection, "SELECT password_salt, password_hash FROM southtut2_user"))
    assert hashes["salt1"] == sha256(b"salt1ihopetheycantseethis").hexdigest()
    assert hashes["salt1"] != sha256(b"salt1fakepass").hexdigest()
    assert len(hashes) == 3

    before = everything(connection)
    connection.close()
    refused = site.evolve("migrate", "southtut2", "0001")
    assert refused.code == 2
    assert refused.out == " - Soft matched migration 0001 to 0001_initial.\n"
    assert "southtut2:0003_hash_passwords: it cannot be reversed: Cannot reverse" in refused.err
    assert refused.err.endswith("   Nothing was touched.\n")
    assert everything(connection) == before
    assert site.must("migrate", "southtut2", "0003") == (
        " - Soft matched migration 0003 to 0003_hash_passwords.\n"
        "Running migrations for southtut2:\n"
        " - Migrating backwards to just after 0003_hash_passwords.\n"
        " < southtut2:0004_auto__del_field_user_password\n"
    )
    assert {row[0] for row in rows(connection, "SELECT password FROM southtut2_user")} == {""}
    assert site.must("list", "southtut2") == (
        "\n southtut2\n"
        "  (*) 0001_initial\n"
        f"  (*) {SECOND}\n"
        "  (*) 0003_hash_passwords\n"
        "  ( ) 0004_auto__del_field_user_password\n\n"
    )
