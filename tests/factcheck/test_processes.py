import os
import signal
import subprocess
import sys
import time

import pytest

from factcheck import processes
from factcheck.vardir import CannotStart

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def test_a_child_ends_when_its_parent_is_killed(tmp_path):
    code = f"""
import time
from pathlib import Path
from factcheck import processes
child = processes.start("sleeper", ["sleep", "60"], log=Path({str(tmp_path)!r}) / "log")
print(child.process.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        child = int(parent.stdout.readline())
        assert alive(child)
        parent.kill()

    assert until(lambda: not alive(child))


def test_ctrl_c_in_the_terminal_does_not_reach_a_child(tmp_path):
    child = processes.start("sleeper", ["sleep", "60"], log=tmp_path / "log")

    assert os.getpgid(child.process.pid) != os.getpgid(0)
    processes.stop(child)
    assert child.process.returncode == -signal.SIGTERM


def test_a_child_that_will_not_stop_is_ended_with_all_it_started(tmp_path):
    code = f"import subprocess, sys; subprocess.Popen(['sleep', '60']); {STUBBORN}"
    child = processes.start("stubborn", [sys.executable, "-c", code], log=tmp_path / "log", patience=0.3)
    processes.wait_until(lambda: "up" in child.last_words(), child)
    family = subprocess.check_output(["ps", "-o", "pid=", "-g", str(child.process.pid)]).split()

    processes.stop(child)

    assert len(family) == 2
    assert until(lambda: not any(alive(int(pid)) for pid in family))


def test_a_child_that_dies_at_once_is_reported_with_its_last_words(tmp_path):
    child = processes.start("teller", ["sh", "-c", "echo first; echo no such table; exit 3"], log=tmp_path / "log")

    with pytest.raises(CannotStart, match=r"teller ended at once \(exit 3\): first \| no such table"):
        processes.wait_until(lambda: False, child)


def test_a_child_that_is_never_ready_is_reported(tmp_path):
    child = processes.start("sleeper", ["sleep", "60"], log=tmp_path / "log")

    with pytest.raises(CannotStart, match="sleeper was not ready within 0 s"):
        processes.wait_until(lambda: False, child, seconds=0.2)
    processes.stop(child)


def test_a_program_that_is_not_there_is_reported_in_a_sentence(tmp_path):
    with pytest.raises(CannotStart, match=r"Redis cannot be started: .*No such file"):
        processes.start("Redis", ["/nowhere/redis-server"], log=tmp_path / "log")


def test_a_missing_log_has_no_last_words(tmp_path):
    child = processes.start("quiet", ["true"], log=tmp_path / "log")
    child.process.wait()
    (tmp_path / "log").unlink()

    assert child.last_words() == ""
