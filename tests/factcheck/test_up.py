"""``manage.py up`` as people meet it: real processes from the first to the last."""

import json
import os
import shutil
import signal
import socket
import tempfile
from pathlib import Path

import pytest

from tests.factcheck.house import House, command
from tests.factcheck.test_processes import alive, until


def nobody_of(family):
    return not any(alive(pid) for pid in family)


@pytest.fixture(scope="module")
def var_dir():
    folder = Path(tempfile.mkdtemp(prefix="fct-up-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def house(var_dir):
    house = House(var_dir).open()
    yield house
    if house.process.poll() is None:
        house.stop()


@pytest.mark.thorough
def test_the_first_page_asks_to_sign_in_and_its_style_sheet_is_served(house):
    status, page = house.get("/accounts/login/")

    assert status == 200
    sheet = page.split('rel="stylesheet" href="')[1].split('"')[0]
    assert house.get(sheet)[0] == 200


@pytest.mark.thorough
def test_every_part_is_ready(house):
    assert house.get("/readyz") == (200, '{"database": "ok", "broker": "ok", "storage": "ok"}')
    assert house.get("/healthz") == (200, "alive\n")


@pytest.mark.thorough
def test_secrets_and_passwords_are_for_their_owner_only(house, var_dir):
    files = {path.name: path.stat().st_mode & 0o777 for path in (var_dir / "secrets").iterdir()}

    assert files == {"secret_key": 0o600, "anchor_key": 0o600, "first-passwords.json": 0o600}
    assert (var_dir / "postgres").stat().st_mode & 0o777 == 0o700
    assert (var_dir / "log").stat().st_mode & 0o777 == 0o700


@pytest.mark.thorough
def test_the_servers_listen_to_nobody_but_this_machine(house):
    listening = {line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines() if " 0A " in line}

    assert f"0100007F:{house.port:04X}" in listening
    assert f"00000000:{house.port:04X}" not in listening
    assert not list(Path("/proc/net").glob("tcp6")) or f":{house.port:04X} 0" not in Path("/proc/net/tcp6").read_text()


@pytest.mark.thorough
def test_a_second_one_on_the_same_data_is_refused(house, var_dir):
    refused = command("up", var_dir=var_dir)

    assert refused.returncode == 1
    assert refused.stderr == (
        f"The data folder {var_dir} is in use by process {house.process.pid}: "
        "stop it first, or choose another VAR_DIR.\n"
    )
    assert house.get("/healthz")[0] == 200


@pytest.mark.thorough
def test_a_taken_port_is_refused_before_anything_starts(house, tmp_path):
    refused = command("up", var_dir=tmp_path, PORT=str(house.port))

    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Port {house.port} on 127.0.0.1 cannot be used (Address already in use)")
    assert refused.stderr.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lock", "secrets"]


@pytest.mark.thorough
def test_a_command_uses_the_running_servers(house, var_dir):
    before = house.parts()
    answer = command(
        "shell", "-v0", "-c", "from django.conf import settings; print(settings.CELERY_BROKER_URL)", var_dir=var_dir
    )

    assert json.loads((var_dir / "running.json").read_text())["broker_url"] == answer.stdout.strip()
    assert house.parts() == before


@pytest.mark.thorough
def test_a_killed_supervisor_leaves_no_orphan_and_the_next_start_works(house, var_dir):
    everybody = house.family()
    house.process.kill()
    house.process.communicate()

    assert len(everybody) >= 15  # supervisor, PostgreSQL with its helpers, Redis, web, two pools with two each
    assert until(lambda: nobody_of(everybody), seconds=15)

    again = House(var_dir).open()
    assert "The desk is open" in again.welcome()
    code, out, errors = again.stop()
    assert (code, errors) == (0, "")
    assert out.endswith("Stopped.\n")
    assert not (var_dir / "running.json").exists()
    assert not (var_dir / "run").is_symlink()
    assert "database system was not properly shut down" not in (var_dir / "log/postgres.log").read_text()


@pytest.mark.thorough
@pytest.mark.parametrize("part", ["fast@", "redis-server"])
def test_a_dead_part_stops_the_rest_and_says_why(var_dir, part):
    house = House(var_dir).open()
    everybody = house.family()
    os.kill(house.pid_of(part), signal.SIGKILL)

    _out, errors = house.process.communicate(timeout=60)

    assert house.process.returncode == 1
    assert "ended (killed by SIGKILL), so everything was stopped. Its last words:" in errors
    assert errors.count("\n") == 1
    assert nobody_of(everybody)


@pytest.mark.thorough
def test_being_stopped_while_starting_leaves_nothing(tmp_path):
    house = House(tmp_path)
    assert until((tmp_path / "postgres").exists)
    everybody = house.family()

    code, out, errors = house.stop(signal.SIGTERM)

    assert (code, errors) == (0, "")
    assert "Stopped." in out
    assert until(lambda: nobody_of(everybody))


def test_a_database_that_does_not_answer_is_said_in_one_sentence(tmp_path):
    refused = command(
        "up", var_dir=tmp_path, PORT="0", DATABASE_URL="postgres://desk@127.0.0.1:1/desk", CELERY_BROKER_URL="memory://"
    )

    assert refused.returncode == 1
    assert refused.stderr.startswith("The database of DATABASE_URL does not answer: ")
    assert refused.stderr.count("\n") == 1


def test_a_broker_that_does_not_answer_is_said_in_one_sentence(tmp_path, postgres_server):
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        url = f"redis://127.0.0.1:{deaf.getsockname()[1]}/0"
        refused = command("up", var_dir=tmp_path, PORT="0", DATABASE_URL=postgres_server.url(), CELERY_BROKER_URL=url)

    assert refused.returncode == 1
    assert refused.stderr.startswith("The broker of CELERY_BROKER_URL does not answer: ")
    assert refused.stderr.count("\n") == 1
