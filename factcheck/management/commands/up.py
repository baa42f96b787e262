"""``manage.py up``: run the whole house until Ctrl-C."""

from typing import Any

from django.core.management.base import BaseCommand

from factcheck import supervisor


class Command(BaseCommand):
    help = "Starts the servers, the web, the workers and the clock; Ctrl-C stops all of it."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        supervisor.run(self.stdout.write)
