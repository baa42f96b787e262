import stat

import psycopg
import pytest
from django.core.management import call_command
from django.db import ConnectionHandler, connection

from factcheck import backup
from factcheck.backup import NotCopied
from factcheck.vardir import CannotStart

pytestmark = pytest.mark.django_db

HELD = """
SELECT (SELECT array_agg(name ORDER BY name) FROM django_migrations WHERE app = 'claims'),
       (SELECT array_agg(tgname ORDER BY tgname) FROM pg_trigger WHERE NOT tgisinternal)
"""


def held_by(database):
    with database.cursor() as cursor:
        cursor.execute(HELD)
        return cursor.fetchone()


@pytest.fixture
def another(monkeypatch):
    """An empty database beside that of the tests, which a restore takes for its own."""
    known = connection.get_connection_params()
    name = f"{known['dbname']}_again"
    where = {key: known[key] for key in ("host", "port", "user", "password") if known.get(key)}
    with psycopg.connect(dbname="postgres", autocommit=True, **where) as server:
        server.execute(f"CREATE DATABASE {name}")
        other = ConnectionHandler({"default": {**connection.settings_dict, "NAME": name}})["default"]
        yield other
        other.close()
        server.execute(f"DROP DATABASE {name}")


def test_what_was_backed_up_comes_back_whole_with_its_guards(tmp_path, monkeypatch, another, capsys):
    file = tmp_path / "desk.dump"
    call_command("backup", str(file))
    monkeypatch.setattr(backup, "connection", another)

    call_command("restore", str(file))

    assert held_by(another) == held_by(connection)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["desk.dump"]
    assert "The database is back." in capsys.readouterr().out


def test_a_file_that_is_there_is_not_written_over(tmp_path, capsys):
    file = tmp_path / "desk.dump"
    file.write_text("the one of yesterday")

    with pytest.raises(SystemExit):
        call_command("backup", str(file))

    assert file.read_text() == "the one of yesterday"
    assert "is there already: name a new file." in capsys.readouterr().err


def test_a_database_that_holds_something_is_not_filled(tmp_path, capsys):
    (tmp_path / "desk.dump").touch()

    with pytest.raises(SystemExit):
        call_command("restore", str(tmp_path / "desk.dump"))

    assert "The database holds tables already" in capsys.readouterr().err


def test_a_file_that_is_no_backup_changes_nothing(tmp_path, monkeypatch, another):
    (tmp_path / "desk.dump").write_text("words")
    monkeypatch.setattr(backup, "connection", another)

    with pytest.raises(NotCopied, match="does not appear to be a valid archive"):
        backup.bring_back(tmp_path / "desk.dump")
    with pytest.raises(NotCopied, match="There is no file"):
        backup.bring_back(tmp_path / "none.dump")

    assert another.introspection.table_names() == []


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path):
    with pytest.raises(NotCopied, match=r"nowhere/desk\.dump: No such file or directory"):
        backup.save(tmp_path / "nowhere" / "desk.dump")


def test_a_platform_without_embedded_tools_uses_those_on_path_or_says_so(tmp_path, monkeypatch):
    def none():
        raise CannotStart("none")

    monkeypatch.setattr(backup.embedded, "postgres_binaries", none)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotCopied, match="pg_dump is not on PATH"):
        backup.save(tmp_path / "desk.dump")

    tool = tmp_path / "pg_dump"
    tool.write_text('#!/bin/sh\nfor one; do case $one in --file=*) echo it >"${one#--file=}";; esac; done\n')
    tool.chmod(0o755)
    backup.save(tmp_path / "desk.dump")
    assert (tmp_path / "desk.dump").read_text() == "it\n"
