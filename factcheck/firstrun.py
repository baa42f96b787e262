"""What happens between "the servers answer" and "the house is open": tables, static files, people, a welcome."""

import hashlib
import json
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connections, transaction
from django.utils.text import slugify

from claims.models import Desk, Person
from factcheck import vardir

WORDS_IN_PASSWORD = 4
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is misread


def prepare(say: Callable[[str], None]) -> bool:
    """Bring tables, static files and people up to date; quick when nothing changed.

    Returns:
        whether this was the first run, in which people got their passwords.
    """
    with ThreadPoolExecutor(
        max_workers=1
    ) as aside:  # compressing takes seconds at the first run, and a core of its own
        static = aside.submit(_collect_static)
        call_command("migrate", interactive=False, verbosity=0)
        is_first = not Person.objects.exists()
        if is_first:
            _open_desk(say)
        static.result()
    connections.close_all()
    return is_first


def welcome(say: Callable[[str], None], *, is_first: bool = False) -> None:
    """Say where the house is, how to get in, and where its data lies.

    What is said ends in a log: passwords of a newsroom at work are said once.
    """
    say(f"\nThe desk is open:  {settings.BASE_URL}/")
    is_demo = Desk.objects.filter(is_demo=True).exists()
    if lines := sign_ins():
        if is_demo or is_first:
            say("\nSign in as")
            for line in lines:
                say(line)
        say(f"(first passwords that nobody changed yet are kept in {_passwords_file()})")
    if is_demo:
        say("\nThis is the demonstration newsroom.  For one of your own, beside it:")
        say('  VAR_DIR=./newsroom .venv/bin/python manage.py new_newsroom "Harbour desk" --person "First Last:editor"')
    connections.close_all()
    say(f"\nThe data lies in {settings.VAR_DIR}, the logs in {settings.VAR_DIR / 'log'}.")
    say("Ctrl-C stops everything.")


def sign_ins() -> list[str]:
    """A line for each active person who still has the first password: role, user name, password.

    The others' first passwords are forgotten.
    """
    known = _known_passwords()
    people = Person.objects.in_bulk(list(known), field_name="username")
    there = {username: word for username, word in known.items() if username in people}
    with ThreadPoolExecutor(max_workers=4) as pool:  # as slow as making them
        held = pool.map(lambda item: check_password(item[1], people[item[0]].password), there.items())
        first = {username: word for (username, word), is_held in zip(there.items(), held, strict=True) if is_held}
    if first != known:
        vardir.write_private(_passwords_file(), json.dumps(first, indent=1) + "\n")
    return [
        f"  {people[username].role:<14} {username:<18} {word}"
        for username, word in first.items()
        if people[username].is_active
    ]


@transaction.atomic
def _open_desk(say: Callable[[str], None]) -> None:
    """The starting newsroom, or one administrator; each with a random password.  All of it or, when cut short, nothing."""
    say("First run: loading the starting newsroom ..." if settings.DEMO else "First run: opening an empty desk ...")
    call_command("load_newsroom", empty=not settings.DEMO, stdout=StringIO())
    if not Person.objects.exists():
        Person.objects.create_superuser("administrator", "", None, name="Administrator", role=Person.Role.ADMINISTRATOR)
    _give_passwords()


@transaction.atomic
def open_own_desk(
    name: str, *, publisher_url: str = "", time_zone: str = "", people: Sequence[tuple[str, str]] = ()
) -> None:
    """An empty desk with a name, an administrator and some people, each with a random password (see ``welcome``).

    Args:
        people: names with their roles.
    """
    call_command("load_newsroom", empty=True, stdout=StringIO())
    Person.objects.create_superuser("administrator", "", None, name="Administrator", role=Person.Role.ADMINISTRATOR)
    for number, (person, role) in enumerate(people, start=1):
        username = slugify(person) or f"person-{number}"
        taken = Person.objects.filter(username=username).exists()
        is_staff = role in {Person.Role.ADMINISTRATOR, Person.Role.AUDITOR}
        username = f"{username}-{number}" if taken else username
        Person.objects.create_user(username, "", None, name=person, role=role, is_staff=is_staff)
    desk = Desk.objects.current()
    desk.name, desk.publisher_url, desk.time_zone = name, publisher_url, time_zone or desk.time_zone
    desk.save(update_fields=["name", "publisher_url", "time_zone"])
    _give_passwords()


def _give_passwords() -> None:
    people = list(Person.objects.filter(is_active=True).order_by("pk"))
    passwords = {person.username: _new_password() for person in people}
    with ThreadPoolExecutor(max_workers=4) as pool:  # hashing is slow on purpose, and lets other threads run
        for person, hashed in zip(people, pool.map(make_password, passwords.values()), strict=True):
            person.password = hashed
    Person.objects.bulk_update(people, ["password"])
    vardir.write_private(_passwords_file(), json.dumps(passwords, indent=1) + "\n")


def _new_password() -> str:
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(WORDS_IN_PASSWORD))


def _passwords_file() -> Path:
    """Made beside the other secrets, whose folder is there since the settings were read."""
    return Path(settings.VAR_DIR) / "secrets" / "first-passwords.json"


def _known_passwords() -> dict[str, str]:
    try:
        return dict(json.loads(_passwords_file().read_text()))
    except (FileNotFoundError, ValueError):
        return {}


def _collect_static() -> None:
    """Collect the static files again only when one of them changed."""
    root = Path(settings.STATIC_ROOT)
    digest = hashlib.sha256("\n".join(_static_files()).encode()).hexdigest()
    mark = root.with_name("static.sha256")
    if mark.is_file() and mark.read_text() == digest and root.is_dir():
        return
    mark.unlink(missing_ok=True)
    shutil.rmtree(root, ignore_errors=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    mark.write_text(digest)


def _static_files() -> Iterator[str]:
    yield f"{version('django')} {version('whitenoise')} {settings.STORAGES['staticfiles']['BACKEND']}"
    for finder in get_finders():
        for path, storage in finder.list(["CVS", ".*", "*~"]):
            stat = Path(storage.path(path)).stat()
            yield f"{path} {stat.st_size} {stat.st_mtime_ns}"
