import os
import signal
import subprocess
from types import SimpleNamespace

import pytest

from factcheck import servers, vardir
from factcheck.vardir import InUse, Running
from tests.factcheck.house import command
from tests.factcheck.test_processes import until


@pytest.fixture
def untouched(monkeypatch, tmp_path):
    """Settings as in a new process, so that a test sees what a command would be pointed to."""
    settings = SimpleNamespace(
        DATABASES={"default": {}}, DATABASE_URL="", CELERY_BROKER_URL="memory://", VAR_DIR=tmp_path
    )
    monkeypatch.setattr(servers, "settings", settings)
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("CELERY_BROKER_URL", "")
    return settings


@pytest.mark.parametrize(
    "argv", [["manage.py"], ["manage.py", "help"], ["manage.py", "ingest", "--help"], ["manage.py", "--version"]]
)
def test_a_command_that_asks_no_database_starts_none(untouched, tmp_path, argv):
    with servers.for_command(argv):
        assert list(tmp_path.iterdir()) == []


def test_a_database_named_in_the_environment_is_used_with_the_broker_that_runs(untouched, tmp_path):
    untouched.DATABASE_URL = "postgres://desk@elsewhere/desk"
    with vardir.held(tmp_path):
        vardir.announce(tmp_path, Running(1, "postgres://other@here/other", "redis://here", ""))

        with servers.for_command(["manage.py", "ingest"]):
            assert untouched.DATABASE_URL == "postgres://desk@elsewhere/desk"
            assert untouched.CELERY_BROKER_URL == "redis://here"


def test_a_broker_named_in_the_environment_stands(untouched, tmp_path):
    untouched.CELERY_BROKER_URL = "redis://elsewhere"
    with vardir.held(tmp_path):
        vardir.announce(tmp_path, Running(1, "postgres://desk@/desk?host=/run", "redis://here", ""))

        with servers.for_command(["manage.py", "ingest"]):
            assert untouched.CELERY_BROKER_URL == "redis://elsewhere"
            assert untouched.DATABASES["default"]["OPTIONS"] == {"host": "/run"}


def test_waiting_for_a_folder_that_stays_in_use_ends_with_a_sentence(untouched, tmp_path, monkeypatch):
    monkeypatch.setattr(servers, "SECONDS_TO_WAIT", 0)

    with (
        vardir.held(tmp_path),
        pytest.raises(InUse, match="in use by process"),
        servers.for_command(["manage.py", "x"]),
    ):
        pass


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A new data folder with the first command there, and a second one given while it ran; making the tables takes longer
    than all else, so it is done once for the tests below, whichever comes first."""
    var_dir = tmp_path_factory.mktemp("var")
    count = "from claims.models import Person; print(Person.objects.count(), flush=True)"
    first = command("shell", "-v0", "-c", f"{count}; import time; time.sleep(1)", var_dir=var_dir, wait=False)
    assert until((var_dir / "postgres").exists)
    second = command("shell", "-v0", "-c", count, var_dir=var_dir)
    outcome = {"first": first.communicate(), "second": second}
    left = [name for name in ("postgres/postmaster.pid", "run") if os.path.lexists(var_dir / name)]
    return SimpleNamespace(var_dir=var_dir, left=left, **outcome)


@pytest.fixture
def var_dir(begun):
    return begun.var_dir


@pytest.mark.thorough
def test_a_command_is_the_first_thing_one_may_do_and_a_second_one_waits_for_it(begun):
    second = begun.second
    assert (second.returncode, second.stdout, second.stderr) == (0, "0\n", "")
    assert begun.first == ("0\n", "")
    assert begun.left == []


@pytest.mark.thorough
@pytest.mark.skipif(os.geteuid() != 0, reason="as an ordinary user all the other tests show it")
def test_an_ordinary_user_needs_nothing_more(var_dir):
    as_nobody = ("unshare", "--user", "--map-user=65534", "--map-group=65534")
    if subprocess.run([*as_nobody, "true"], check=False).returncode:
        pytest.skip("no user namespaces here, and this environment may lie where another user cannot enter")
    code = "import os; from claims.models import Person; print(os.geteuid(), Person.objects.count())"

    answer = command("shell", "-v0", "-c", code, var_dir=var_dir, prefix=as_nobody)

    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "65534 0\n", "")


@pytest.mark.thorough
def test_a_killed_command_takes_its_server_along(var_dir):
    code = "print('in', flush=True); import time; time.sleep(60)"
    process = command("shell", "-v0", "-c", code, var_dir=var_dir, wait=False)
    assert process.stdout.readline() == "in\n"

    process.send_signal(signal.SIGKILL)
    process.communicate()

    assert until(lambda: not (var_dir / "postgres/postmaster.pid").exists())
    with vardir.held(var_dir), vardir.sockets(var_dir):
        pass  # the next one clears the socket folder away, as in real life
