"""What ``manage.py up`` does: start the house in order, watch it, stop it in order."""

import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event
from types import FrameType

from django.conf import settings
from django.core.management import get_commands

from factcheck import embedded, firstrun, probes, processes, servers, vardir
from factcheck.celery import FAST_QUEUES, SLOW_QUEUES
from factcheck.processes import Child
from factcheck.vardir import CannotStart, Running

SPARE_CONNECTIONS = 2  # of each web process, whose threads hold at most one each


class Stopped(Exception):
    """Somebody asked us to stop."""


def run(say: Callable[[str], None]) -> None:
    """Run the house until somebody asks it to stop.

    Raises:
        CannotStart: it could not start, or a part of it ended; everything is stopped by then.
    """
    with ExitStack() as stack:
        asked = stack.enter_context(_signals_as_exceptions())
        try:
            _open_and_watch(stack, say, asked)
        except Stopped:
            say("\nStopping: web and clock, then the workers, then the servers ...")
        finally:
            _ignore_signals()
    say("Stopped.")


def _open_and_watch(stack: ExitStack, say: Callable[[str], None], asked: Event) -> None:
    var_dir: Path = settings.VAR_DIR
    stack.enter_context(vardir.held(var_dir))
    vardir.withdraw(var_dir)  # what a killed one left
    _require_free_port(settings.HOST, settings.PORT)
    children = _start_servers(var_dir, stack)
    _stop_if(asked)
    is_first = firstrun.prepare(say)
    _stop_if(asked)
    children += _start_house(var_dir, stack)
    stack.callback(vardir.withdraw, var_dir)
    vardir.announce(var_dir, Running(os.getpid(), settings.DATABASE_URL, settings.CELERY_BROKER_URL, settings.BASE_URL))
    firstrun.welcome(say, is_first=is_first)
    _watch(children, asked)


def _start_servers(var_dir: Path, stack: ExitStack) -> list[Child]:
    """Our own PostgreSQL and Redis, each where the environment names none; then both must answer."""
    run_dir = stack.enter_context(vardir.sockets(var_dir))
    children = []
    if not settings.DATABASE_URL:
        server = embedded.start_postgres(var_dir / "postgres", run_dir, var_dir / "log" / "postgres.log")
        stack.callback(processes.stop, server.child)
        servers.use(database_url=server.url())
        children.append(server.child)
    if settings.CELERY_BROKER_URL == "memory://":
        if binary := embedded.redis_binary():
            child, url = embedded.start_redis(binary, var_dir / "redis", run_dir, var_dir / "log" / "redis.log")
            stack.callback(processes.stop, child)
            children.append(child)
        else:
            url = embedded.FILES_AS_BROKER
        servers.use(broker_url=url)
    if settings.CELERY_BROKER_URL.startswith("filesystem:"):
        embedded.make_bell_folders(var_dir)
    _require_answer("The database of DATABASE_URL", probes.database_answers)
    _require_answer("The broker of CELERY_BROKER_URL", probes.broker_answers)
    return children


def _start_house(var_dir: Path, stack: ExitStack) -> list[Child]:
    """Web first, because a person waits for it; then the workers and the clock."""
    pools: list[Child] = []
    stack.callback(lambda: processes.stop(*pools))
    front: list[Child] = []
    stack.callback(lambda: processes.stop(*front))

    front.append(_start("web", "-m", "granian", *_granian_options(), "factcheck.wsgi:application", patience=8))
    processes.wait_until(_web_answers, front[0])
    pools.append(_start("fast", "-m", "celery", *_celery_options("fast", FAST_QUEUES), death_signal=signal.SIGKILL))
    pools.append(_start("slow", "-m", "celery", *_celery_options("slow", SLOW_QUEUES), death_signal=signal.SIGKILL))
    if "clock" in get_commands():
        front.append(_start("clock", "manage.py", "clock", patience=5))
    for pool in pools:
        processes.wait_until((var_dir / "run" / f"{pool.name}.ready").exists, pool)
    return [*front, *pools]


def _start(name: str, *argv: str, patience: float = 10, death_signal: signal.Signals = signal.SIGTERM) -> Child:
    connections = settings.DB_POOL_SIZE or settings.WEB_THREADS + SPARE_CONNECTIONS
    pool_of_connections = {"DB_POOL_SIZE": str(connections)} if name == "web" else {}
    return processes.start(
        name,
        [sys.executable, *argv],
        log=settings.VAR_DIR / "log" / f"{name}.log",
        env=_child_env() | pool_of_connections,
        cwd=settings.BASE_DIR,
        patience=patience,
        death_signal=death_signal,
    )


def _celery_options(name: str, queues: Sequence[str]) -> list[str]:
    return [
        *("-A", "factcheck", "worker", "-n", f"{name}@%h", "-Q", ",".join(queues), "-c", str(settings.POOL_PROCESSES)),
        *("--without-gossip", "--without-mingle", "-l", settings.LOG_LEVEL),
    ]


def _granian_options() -> list[str]:
    return [
        *("--interface", "wsgi", "--host", settings.HOST, "--port", str(settings.PORT)),
        *("--workers", str(settings.WEB_WORKERS), "--blocking-threads", str(settings.WEB_THREADS)),
        *("--respawn-failed-workers", "--workers-kill-timeout", "5", "--no-ws"),
    ]


def _child_env() -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "factcheck.settings",
        "DATABASE_URL": settings.DATABASE_URL,
        "CELERY_BROKER_URL": settings.CELERY_BROKER_URL,
        "VAR_DIR": str(settings.VAR_DIR),
        "PYTHONUNBUFFERED": "1",
    }


def _watch(children: list[Child], asked: Event) -> None:
    while True:
        _stop_if(asked)
        for child in children:
            if child.died():
                raise CannotStart(
                    f"{child.name} ended ({_how(child.process.returncode)}), so everything was stopped. "
                    f"Its last words: {child.last_words()} [{child.log}]"
                )
        time.sleep(0.2)


def _how(code: int) -> str:
    return f"exit {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"


def _web_answers() -> bool:
    host = "127.0.0.1" if settings.HOST in {"0.0.0.0", ""} else settings.HOST  # noqa: S104  # compared, not bound
    try:
        with urllib.request.urlopen(f"http://{host}:{settings.PORT}/healthz", timeout=2):  # our own address
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500  # noqa: PLR2004  # 400: it serves, under another host name
    except OSError:
        return False


def _require_free_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise CannotStart(
                f"Port {port} on {host} cannot be used ({reason}): choose another one, for example PORT={port % 60000 + 1}."
            ) from error


def _require_answer(what: str, check: Callable[[], None]) -> None:
    try:
        check()
    except Exception as error:  # whatever the driver raises, the person hears one sentence
        raise CannotStart(f"{what} does not answer: {' '.join(str(error).split())}") from error


def _stop_if(asked: Event) -> None:
    if asked.is_set():
        raise Stopped


@contextmanager
def _signals_as_exceptions() -> Iterator[Event]:
    """A signal cuts short what is being done.  It is remembered too, because Python drops what is raised within a hook
    (after a fork, at the end of an object): the event is then seen at the next step."""
    asked = Event()

    def stop(number: int, frame: FrameType | None) -> None:
        _ignore_signals()  # one request is enough; the stop itself must not be cut short
        asked.set()
        raise Stopped

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
