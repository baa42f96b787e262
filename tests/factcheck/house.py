"""Run the real commands in the real way, for tests: processes of their own, a VAR_DIR of their own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from tests.conftest import PROJECT


def environment(var_dir, **more):
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "CELERY_BROKER_URL"}}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "factcheck.settings",
        "VAR_DIR": str(var_dir),
        "SECRET_KEY": "",
        "ANCHOR_KEY": "",
        "STATIC_MANIFEST": "1",
        **more,
    }


def command(*argv, var_dir, wait=True, prefix=(), **more):
    """A ``manage.py`` command: its outcome, or the running process."""
    process = subprocess.Popen(
        [*prefix, sys.executable, PROJECT / "manage.py", *argv],
        env=environment(var_dir, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    if not wait:
        return process
    out, errors = process.communicate(timeout=240)
    return subprocess.CompletedProcess(argv, process.returncode, out, errors)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class House:
    """One ``manage.py up``."""

    def __init__(self, var_dir, **more):
        self.var_dir, self.port = var_dir, free_port()
        self.process = command("up", var_dir=var_dir, wait=False, **{"PORT": str(self.port), "DEMO": "0", **more})

    def open(self, seconds=240):
        deadline = time.monotonic() + seconds
        while f'"pid": {self.process.pid},' not in self.said():
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < deadline, "not open in time"
            time.sleep(0.1)
        return self

    def welcome(self):
        """What it says once it is open, which is a moment after it can be used; to be read once."""
        return "".join(iter(self.process.stdout.readline, "Ctrl-C stops everything.\n"))

    def said(self):
        """What it has announced, or what a killed one before it had."""
        note = self.var_dir / "running.json"
        return note.read_text() if note.exists() else ""

    def get(self, path):
        """Status and text of a page."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def stop(self, how=signal.SIGINT):
        self.process.send_signal(how)
        out, errors = self.process.communicate(timeout=180)
        return self.process.returncode, out, errors

    def family(self):
        """Every process of the house now: its supervisor and all below, by id, with its command line."""
        parents = parents_by_pid()
        found = {self.process.pid}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return {pid: command_line(pid) for pid in found}

    def parts(self):
        """What the supervisor started itself: not a pool's children, which have its command line and any number."""
        return {pid for pid, parent in parents_by_pid().items() if parent == self.process.pid}

    def pid_of(self, part):
        """The process of one part of the house, by a word of its command line."""
        (pid,) = (pid for pid in self.parts() if part in command_line(pid))
        return pid


def parents_by_pid():
    parents = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat") as stat:
                parents[int(pid)] = int(stat.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
    return parents


def command_line(pid):
    try:
        with open(f"/proc/{pid}/cmdline") as file:
            return file.read().replace("\0", " ")
    except OSError:
        return ""
