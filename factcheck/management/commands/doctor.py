"""``manage.py doctor``: what is wrong with this installation, in words."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from factcheck import health


class Command(BaseCommand):
    help = "Says what is wrong with the installation; exit 1 if anything is."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        findings = health.examine()
        for finding in findings:
            self.stdout.write(f"{finding.mark}  {finding.text}")
        wrong = sum(finding.wrong for finding in findings)
        self.stdout.write(
            f"\n{wrong} thing{'' if wrong == 1 else 's'} to put right." if wrong else "\nNothing is wrong."
        )
        if wrong:
            sys.exit(1)
