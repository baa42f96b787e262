from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from claims.models import Blob, Desk, Job, PeriodicRun, Person
from factcheck import health, vardir
from factcheck.celery import app as celery_app

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    def make(role, count):
        for number in range(1, count + 1):
            Person.objects.create(username=f"{role}-{number}", name=f"{role} {number}", role=role)

    return make


@pytest.fixture
def healthy(people, settings):
    people("checker", 2)
    people("editor", 1)
    vardir.kept_secret(settings.VAR_DIR, "probe")


def examine():
    """Exit code and words of the command."""
    out = StringIO()
    try:
        call_command("doctor", stdout=out)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


def test_a_healthy_installation_has_nothing_wrong(healthy):
    code, words = examine()

    assert code == 0
    assert words.endswith("Nothing is wrong.\n")
    assert "WRONG" not in words


@pytest.mark.parametrize(
    ("policy", "checkers", "editors", "enough"),
    [("three", 2, 1, True), ("three", 0, 3, True), ("three", 3, 0, False), ("three", 1, 1, False),
     ("two", 1, 1, True), ("two", 2, 0, False), ("two", 0, 1, False)],
)  # fmt: skip
def test_people_who_cannot_satisfy_the_policy_are_counted(people, policy, checkers, editors, enough):
    Desk.objects.update_or_create(pk=1, defaults={"review_policy": policy})
    people("checker", checkers)
    people("editor", editors)
    Person.objects.create(username="gone", role="editor", is_active=False)

    assert [finding.wrong for finding in health._people()] == [not enough]


def test_secrets_open_to_others_are_named(healthy, settings):
    (settings.VAR_DIR / "secrets/probe").chmod(0o644)

    code, words = examine()

    (settings.VAR_DIR / "secrets/probe").chmod(0o600)
    assert code == 1
    assert "secrets/probe can be read by other users: chmod go-rwx" in words
    assert words.endswith("1 thing to put right.\n")


def test_a_full_disk_is_wrong(healthy, monkeypatch):
    monkeypatch.setattr(health, "ENOUGH_DISK", 10**18)

    assert examine()[0] == 1


def test_the_disk_of_the_copies_is_measured_where_they_lie_on_one_of_their_own(healthy, monkeypatch):
    assert "copies of evidence" not in examine()[1]
    monkeypatch.setattr(health.probes, "folder_of_copies", lambda: Path("/dev"))  # which is no part of any disk

    found = [finding.text for finding in health._folder()]

    assert found[1].endswith("GB free for the copies of evidence in /dev.")


def test_an_unsupported_python_is_wrong(monkeypatch):
    monkeypatch.setattr(health.sys, "version_info", (3, 10, 1))

    assert [finding.text for finding in health._python()] == ["Python 3.10.1 is not supported: use 3.11, 3.12 or 3.13."]


def test_an_old_postgresql_is_wrong(monkeypatch):
    monkeypatch.setattr(health, "OLDEST_POSTGRES", 990_000)

    assert "too old" in next(health._database()).text


def test_waiting_migrations_are_counted(monkeypatch):
    monkeypatch.setattr(health.servers, "pending_migrations", lambda: 3)

    assert next(health._tables()).text.startswith("3 migrations wait")


def test_a_part_that_fails_while_being_looked_at_is_wrong_and_does_not_hide_the_others(healthy, monkeypatch):
    def breaks():
        raise OSError("no such device")

    monkeypatch.setattr(health.probes, "storage_answers", breaks)
    code, words = examine()

    assert code == 1
    assert "WRONG  Storage: no such device" in words
    assert "review policy" in words


def test_a_redis_that_may_throw_bells_away_is_wrong(settings, monkeypatch, redis_url):
    settings.CELERY_BROKER_URL = redis_url
    monkeypatch.setattr(celery_app.conf, "broker_write_url", redis_url)
    set_policy(redis_url, "allkeys-lru")

    wrong = [finding.text for finding in health._broker() if finding.wrong]

    set_policy(redis_url, "noeviction")
    assert wrong == ["Redis may throw bells away (maxmemory-policy allkeys-lru): set it to noeviction."]
    assert not any(finding.wrong for finding in health._broker())


def set_policy(url, policy):
    import redis

    with redis.Redis(unix_socket_path=url.removeprefix("redis+socket://")) as client:
        client.config_set("maxmemory-policy", policy)


def test_files_as_a_bell_are_noted(settings, monkeypatch, tmp_path):
    settings.CELERY_BROKER_URL = "filesystem://"
    monkeypatch.setattr(health.probes, "broker_answers", lambda: None)

    assert [finding.mark for finding in health._broker()] == ["ok", "note"]


def test_a_platform_without_redis_is_noted(settings, monkeypatch):
    settings.CELERY_BROKER_URL = "memory://"
    monkeypatch.setattr(health.embedded, "redis_binary", lambda: None)

    assert [finding.mark for finding in health._broker()] == ["note", "note"]


def test_damaged_copies_are_wrong():
    assert list(health._copies()) == []
    Blob.objects.create(sha256="a" * 64, kind="body", size=1, key="a", damage="missing")

    (finding,) = health._copies()
    assert (finding.mark, finding.text[:15]) == ("WRONG", "1 stored copy o")


def run(name, ago=timedelta(), problem=""):
    at = timezone.now() - ago
    PeriodicRun.objects.create(name=name, tick=at, at=at, problem=problem)


def test_a_claim_the_clock_passes_over_is_wrong_until_a_round_has_none():
    run("deadlines", timedelta(minutes=2))
    run("deadlines", timedelta(minutes=1), "C-7 (ValueError)")

    (finding,) = health._clock()
    assert (finding.mark, "“See to what is due” for C-7 (ValueError)" in finding.text) == ("WRONG", True)

    run("deadlines")
    assert list(health._clock()) == []


def test_periodic_work_that_fails_while_the_clock_does_the_rest_is_wrong_and_a_clock_at_rest_is_not():
    run("anchor", timedelta(minutes=13))
    run("verify", timedelta(hours=20))
    assert list(health._clock()) == []

    run("deadlines")

    (finding,) = health._clock()
    assert finding.text.startswith("The clock runs, but “Anchor the record” has not been done since ")


def test_jobs_given_up_on_are_noted():
    Job.objects.create(kind="evidence.capture", key="1", queue="capture", state="failed")

    assert [finding.text.split(":")[0] for finding in health._jobs()] == ["1 background jobs were given up"]


def test_what_must_not_be_open_to_others_is_said(settings):
    settings.DEBUG, settings.HOST, settings.BASE_URL = True, "0.0.0.0", "http://127.0.0.1:8000"
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

    assert [finding.mark for finding in health._site()] == ["WRONG", "WRONG", "note"]


@pytest.mark.parametrize(
    ("on", "missing", "marks", "words"),
    [
        (False, "chromium", ["note"], "is off, and could not be had: There is no Chromium"),
        (False, "", ["note"], "RENDERED_CAPTURE=1"),
        (True, "", ["ok"], "Pages can be captured as"),
        (True, "chromium", ["WRONG"], "There is no Chromium on this machine."),
        (True, "root", ["WRONG"], "RENDERED_WITHOUT_SANDBOX=1"),
        (True, "playwright", ["WRONG"], "is not installed"),
    ],
)
def test_whether_a_browser_can_show_pages_is_told(settings, monkeypatch, on, missing, marks, words):
    settings.RENDERED_CAPTURE = on
    monkeypatch.setattr(health.render, "why_not", lambda *_, **__: missing)

    findings = list(health._browser())

    assert [finding.mark for finding in findings] == marks
    assert words in "".join(finding.text for finding in findings)


def test_a_browser_without_its_sandbox_is_noted(settings, monkeypatch):
    settings.RENDERED_CAPTURE = settings.RENDERED_WITHOUT_SANDBOX = True
    monkeypatch.setattr(health.render, "why_not", lambda *_, **__: "")

    assert [finding.mark for finding in health._browser()] == ["ok", "note"]


@pytest.mark.parametrize(
    ("mode", "access", "marks"),
    [("off", "", []), ("find", "", ["ok"]), ("save", "", ["WRONG"]), ("save", "a", ["ok"]), ("yes", "a", ["WRONG"])],
)
def test_half_a_setting_for_the_internet_archive_is_wrong(settings, mode, access, marks):
    settings.ARCHIVE_ORG, settings.ARCHIVE_ORG_ACCESS, settings.ARCHIVE_ORG_SECRET = mode, access, "s"

    assert [finding.mark for finding in health._elsewhere()] == marks


def test_every_look_there_is_belongs_to_the_doctor():
    looks = {
        look
        for look in vars(health).values()
        if getattr(look, "__annotations__", {}) == {"return": Iterator[health.Finding]}
    }

    assert looks - {health._redis_policy} == set(health.EVERYTHING)  # that one belongs to the look at the broker
    assert set(health.AT_A_GLANCE) <= looks
