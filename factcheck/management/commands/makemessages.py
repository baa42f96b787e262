"""``makemessages`` for this house: ``make messages``."""

from typing import Any

from django.core.management.commands import makemessages

IGNORED = ["firstrun.py", "supervisor.py", "node_modules", ".venv", ".tools", "tests", "bench", "var", "artifacts"]


class Command(makemessages.Command):
    # Besides Django's own names: ``say`` of modules that know no Django, ``_w`` of the words of the record.
    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=say", "--keyword=_w"]
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]

    def handle(self, *args: Any, **options: Any) -> None:
        options["ignore_patterns"] += IGNORED
        super().handle(*args, **{**options, "no_obsolete": True, "no_wrap": True, "add_location": "file"})
