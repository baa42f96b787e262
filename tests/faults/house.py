"""A house of real processes for one test: PostgreSQL of the test, a Redis, Celery workers, clocks; and how to break it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from django.db import connection

from claims.models import Job
from factcheck import embedded, processes
from tests.conftest import PROJECT


class House:
    def __init__(self, env, folder, *, twin="", lease_seconds=None):
        self.folder = Path(folder)
        self.env = dict(env)
        self.children = []
        self.started = 0
        if twin:
            self.env["FAULT_TWIN"] = twin
        if lease_seconds:
            self.env["FAULT_LEASE_SECONDS"] = str(lease_seconds)

    # --- parts

    def open_broker(self):
        sockets = self.folder / "r"
        sockets.mkdir(mode=0o700, exist_ok=True)
        self.broker, self.env["CELERY_BROKER_URL"] = embedded.start_redis(
            embedded.redis_binary(), self.folder / "redis", sockets, self.folder / "redis.log"
        )
        self.children.append(self.broker)

    def destroy_broker(self):
        """The broker dies and all it held is gone."""
        kill(self.broker)
        shutil.rmtree(self.folder / "redis")
        (self.folder / "r" / "redis.sock").unlink(missing_ok=True)

    def open_worker(self, *, processes_count=2, queues="critical,default"):
        self.started += 1
        name = f"worker{self.started}"
        return self._open(
            name,
            *("-W", "ignore", "-m", "celery", "-A", "tests.faults.app", "worker", "-n", f"{name}@%h", "-Q", queues),
            *("-c", str(processes_count), "--without-gossip", "--without-mingle", "-l", "INFO"),
            ready=" ready.",
        )

    def open_clock(self):
        self.started += 1
        return self._open(f"clock{self.started}", "-m", "tests.faults.clock")

    def _open(self, name, *argv, ready=""):
        child = processes.start(
            name, [sys.executable, *argv], log=self.folder / f"{name}.log", env=self.env, cwd=PROJECT, patience=5
        )
        self.children.append(child)
        if ready:
            processes.wait_until(lambda: ready in child.log.read_text(errors="replace"), child, seconds=60)
        return child

    def save(self, kind, number, *, mode="", **args):
        """What a web request does, in a process of its own."""
        argv = [sys.executable, "-m", "tests.faults.save", kind, str(number), json.dumps(args), mode]
        done = subprocess.run(argv, env=self.env, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr

    def close(self):
        for child in self.children:
            kill(child)

    def story(self):
        """The ends of all logs, for the one who reads why a test failed."""
        return "\n".join(f"--- {child.name}\n{child.last_words(15)}" for child in self.children)


def kill(child):
    """kill -9 of the process and all of its children, as when a machine goes down."""
    with suppress(ProcessLookupError):
        os.killpg(child.process.pid, signal.SIGKILL)
    child.process.wait()


def workers_of(parent):
    """Process ids of a Celery worker's pool."""
    listed = Path(f"/proc/{parent.process.pid}/task/{parent.process.pid}/children").read_text().split()
    return [int(pid) for pid in listed]


def wait_for(condition, seconds):
    """True as soon as it holds; False when it does not within that time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def unfinished():
    return Job.objects.exclude(state="done").count()


def effects():
    """How often each effect was made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM fault_effect")
        return Counter(name for (name,) in cursor.fetchall())


def assert_each_done_once(number, *, within):
    done = wait_for(lambda: unfinished() == 0 and Job.objects.count() >= number, within)
    states = Counter(Job.objects.values_list("state", flat=True))
    assert done, f"not all done within {within} s: {states}"
    made = effects()
    del made["tick"]
    assert len(made) == number, f"{len(made)} jobs left an effect"
    assert set(made.values()) == {1}, f"done more than once: {[name for name, times in made.items() if times > 1]}"
