"""``manage.py new_newsroom``: an empty newsroom of one's own, with its people, beside the demonstration one."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import URLValidator

from claims.forms.fields import zone_choices
from claims.models import Claim, Person
from factcheck import firstrun


def read_person(text: str) -> tuple[str, str]:
    """``First Last:editor`` as a name and a role."""
    name, _colon, role = (part.strip() for part in text.rpartition(":"))
    if not name or role not in Person.Role.values:
        raise ArgumentTypeError(f"“{text}” is no name with a role: say First Last:{'|'.join(Person.Role.values)}.")
    return name[:120], role


class Command(BaseCommand):
    help = (
        "Open an empty newsroom of your own in VAR_DIR: a scale of ratings, a rubric, a checklist, an administrator and"
        " your people.  The demonstration newsroom stays where it is."
    )
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", default="Fact-check desk", help="what the desk is called")
        parser.add_argument("--publisher", default="", metavar="URL", help="the publisher's address")
        parser.add_argument("--time-zone", default="", metavar="ZONE", help="such as Europe/Berlin; UTC when not given")
        parser.add_argument(
            "--person", action="append", default=[], type=read_person, metavar="NAME:ROLE", help="again for each person"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self._check(options)
        call_command("migrate", interactive=False, verbosity=0)
        if Person.objects.exists() or Claim.objects.exists():
            raise CommandError(
                f"There is a newsroom in {settings.VAR_DIR} already: name another folder, as in"
                " VAR_DIR=./newsroom .venv/bin/python manage.py new_newsroom."
            )
        firstrun.open_own_desk(
            options["name"],
            publisher_url=options["publisher"],
            time_zone=options["time_zone"],
            people=options["person"],
        )
        self.stdout.write(
            f"“{options['name']}” is ready.  To open it:  make run VAR_DIR={settings.VAR_DIR}\n\nSign in as"
        )
        for line in firstrun.sign_ins():
            self.stdout.write(line)

    def _check(self, options: dict[str, Any]) -> None:
        zones = {zone for zone, _label in zone_choices()}
        if options["time_zone"] and options["time_zone"] not in zones:
            raise CommandError(f"There is no time zone “{options['time_zone']}”: say one such as Europe/Berlin.")
        try:
            if options["publisher"]:
                URLValidator(["https", "http"])(options["publisher"])
        except ValidationError:
            raise CommandError(f"“{options['publisher']}” is no web address.") from None
