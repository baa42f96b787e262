import os
import signal
import time
from types import SimpleNamespace

import pytest
from django.db import connection

from claims.models import Job
from factcheck import embedded, probes, processes
from factcheck.celery import app as celery_app


@pytest.fixture
def broker(monkeypatch):
    """Point this process to another broker, for one test."""

    def use(url):
        monkeypatch.setattr(celery_app.conf, "broker_write_url", url)

    return use


@pytest.fixture(autouse=True)
def unasked(monkeypatch):
    """Nothing is known from another test."""
    for kept in (probes.parts, probes.job_counts):
        monkeypatch.setattr(kept, "_known", None)


@pytest.mark.django_db
def test_all_parts_are_ready(client, broker, redis_url):
    broker(redis_url)

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "broker": "ok", "storage": "ok"}
    assert "no-cache" in answer["Cache-Control"]


@pytest.mark.django_db
def test_a_broker_that_refuses_is_named(client, broker):
    broker("redis://127.0.0.1:1/0")

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"database": "ok", "broker": "does not answer", "storage": "ok"}


@pytest.mark.django_db
def test_a_broker_that_hangs_is_named_and_not_waited_for(client, broker, tmp_path, run_dir):
    child, url = embedded.start_redis(embedded.redis_binary(), tmp_path / "redis", run_dir, tmp_path / "log")
    broker(url)
    os.kill(child.process.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert client.get("/readyz").json()["broker"] == "does not answer"
        assert time.monotonic() - began < 30  # a second on a quiet machine; it hangs until the test is over
    finally:
        os.kill(child.process.pid, signal.SIGCONT)
        processes.stop(child)


@pytest.mark.django_db
def test_a_disk_without_room_for_a_copy_is_not_ready(monkeypatch, client):
    monkeypatch.setattr(probes, "ROOM_FOR_A_COPY", 10**18)

    assert client.get("/readyz").json()["storage"] == "does not answer"


@pytest.mark.django_db
def test_a_storage_that_returns_other_bytes_is_not_ready(monkeypatch, client):
    monkeypatch.setattr(probes, "ContentFile", lambda content: embedded_file(content[::-1]))

    assert client.get("/readyz").json()["storage"] == "does not answer"


def embedded_file(content):
    from django.core.files.base import ContentFile

    return ContentFile(content)


@pytest.mark.django_db
def test_however_many_ask_the_parts_are_asked_once_in_a_while_and_a_change_is_soon_said(monkeypatch, client):
    asked, now = [], [1000.0]
    monkeypatch.setattr(probes, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(probes, "PARTS", {"storage": lambda: asked.append("storage")})
    for address in ("/readyz", "/readyz", "/metrics", "/readyz"):
        assert client.get(address).status_code == 200
    assert asked == ["storage"]

    monkeypatch.setattr(probes, "PARTS", {"storage": lambda: 1 / 0})
    Job.objects.create(kind="evidence.capture", key="one more", queue="capture")
    assert client.get("/readyz").status_code == 200
    now[0] += probes.KEPT_SECONDS
    assert client.get("/readyz").status_code == 503
    assert 'factcheck_jobs{state="queued"} 1.0' in client.get("/metrics").content.decode()


def test_being_alive_asks_nobody(client):
    assert client.get("/healthz").content == b"alive\n"


@pytest.mark.django_db
def test_the_numbers_are_counts_and_nothing_else(client):
    Job.objects.create(kind="evidence.capture", key="secret words of a claim", queue="capture")
    Job.objects.create(kind="evidence.capture", key="done", queue="capture", state="done")

    text = client.get("/metrics").content.decode()

    assert 'factcheck_jobs{state="queued"} 1.0' in text
    assert 'factcheck_part_up{part="database"} 1.0' in text
    assert "done" not in text.replace("not done", "")
    assert "secret" not in text


@pytest.mark.django_db
def test_numbers_come_without_the_table_too(monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE claims_job RENAME TO claims_gone")

    assert probes.jobs_by_state() == []
