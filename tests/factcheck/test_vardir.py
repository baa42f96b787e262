import os
import subprocess
import sys

import pytest

from factcheck import vardir
from factcheck.vardir import CannotStart, InUse, Running

RUNNING = Running(1, "postgres://desk:secret@host/desk", "redis://host", "http://127.0.0.1:8000")


def test_a_secret_is_made_once_and_for_its_owner_only(tmp_path):
    first = vardir.kept_secret(tmp_path / "var", "key")

    assert vardir.kept_secret(tmp_path / "var", "key") == first
    assert len(first) >= 50
    assert (tmp_path / "var/secrets/key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "var/secrets").iterdir()] == ["key"]


def test_processes_that_start_together_agree_on_a_secret(tmp_path):
    code = f"from factcheck.vardir import *; print(kept_secret(Path({str(tmp_path)!r}), 'key'))"
    several = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) for _ in range(4)]

    assert len({process.communicate()[0] for process in several}) == 1


def test_a_folder_that_cannot_be_made_is_refused_in_a_sentence():
    with pytest.raises(CannotStart, match=r"^The data folder /proc/nowhere cannot be made: .*\.$"):
        vardir.prepare(vardir.Path("/proc/nowhere"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_the_folder_of_another_user_is_refused(tmp_path):
    os.chown(tmp_path, 12345, 12345)

    with pytest.raises(CannotStart, match="belongs to user 12345"):
        vardir.prepare(tmp_path)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full disk at hand")
def test_a_folder_that_takes_no_bytes_is_refused(tmp_path, monkeypatch):
    (tmp_path / f".writable-{os.getpid()}").symlink_to("/dev/full")

    with pytest.raises(CannotStart, match=r"Nothing can be written to the data folder .*: No space left on device"):
        vardir.prepare(tmp_path)


def test_a_held_folder_names_its_holder_and_is_free_again_afterwards(tmp_path):
    with vardir.held(tmp_path), pytest.raises(InUse, match=f"in use by process {os.getpid()}"), vardir.held(tmp_path):
        pass

    with vardir.held(tmp_path):
        pass


def test_what_runs_is_known_only_while_its_process_holds_the_folder(tmp_path):
    with vardir.held(tmp_path):
        vardir.announce(tmp_path, RUNNING)
        assert vardir.announced(tmp_path) == RUNNING
        assert (tmp_path / "running.json").stat().st_mode & 0o777 == 0o600

    assert vardir.announced(tmp_path) is None  # as after a kill: still written, no longer true


@pytest.mark.parametrize("written", ["", "{}", '{"pid": 1, "more": 2}'])
def test_a_damaged_note_about_what_runs_counts_for_nothing(tmp_path, written):
    (tmp_path / "running.json").write_text(written)

    assert vardir.announced(tmp_path) is None


def test_sockets_lie_in_a_short_private_folder_that_a_killed_process_leaves_to_the_next(tmp_path):
    left = vardir.Path(vardir.tempfile.mkdtemp(prefix="factcheck-"))
    (tmp_path / "run").symlink_to(left)

    with vardir.sockets(tmp_path) as folder:
        assert not left.exists()
        assert folder.stat().st_mode & 0o777 == 0o700
        assert len(str(folder / ".s.PGSQL.5432.lock")) < 107
        assert (tmp_path / "run").readlink() == folder

    assert not folder.exists()
    assert not (tmp_path / "run").is_symlink()
